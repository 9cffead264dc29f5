// Characters to words. The lexical rules of the packetdrill language.
#include "harness/drill/lexer.h"

#include <fmt/format.h>

namespace seedwire::drill {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool starts_word(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr std::size_t kNanosecondDigits = 9;

}  // namespace

void Lexer::advance(std::size_t count) {
    for (; count > 0 && index_ < text_.size(); --count, ++index_) {
        if (text_[index_] == '\n') {
            ++position_.line;
            position_.column = 1;
        } else {
            ++position_.column;
        }
    }
}

void Lexer::skip() {
    while (index_ < text_.size()) {
        const std::string_view rest = text_.substr(index_);
        if (is_space(rest[0])) {
            advance(1);
        } else if (rest.starts_with("//")) {
            advance(std::min(rest.find('\n'), rest.size()));
        } else if (rest.starts_with("/*")) {
            const std::size_t end = rest.find("*/", 2);
            if (end == std::string_view::npos) fail(position_, "this comment has no end");
            advance(end + 2);
        } else {
            return;
        }
    }
}

bool Lexer::at_end() {
    skip();
    return index_ == text_.size();
}

Position Lexer::position() {
    skip();
    return position_;
}

char Lexer::peek() {
    skip();
    return index_ < text_.size() ? text_[index_] : '\0';
}

bool Lexer::looking_at(std::string_view what) {
    skip();
    return text_.substr(index_).starts_with(what);
}

bool Lexer::accept(std::string_view what) {
    if (!looking_at(what)) return false;
    advance(what.size());
    return true;
}

void Lexer::expect(std::string_view what) {
    if (!accept(what)) fail(position(), fmt::format("'{}' is missing here", what));
}

bool Lexer::at_word() { return starts_word(peek()); }

std::string Lexer::word() {
    if (!at_word()) return {};
    std::size_t end = index_;
    while (end < text_.size() && (starts_word(text_[end]) || is_digit(text_[end]))) ++end;
    std::string result{text_.substr(index_, end - index_)};
    advance(end - index_);
    return result;
}

std::string Lexer::expect_word(std::string_view purpose) {
    const Position at = position();
    std::string result = word();
    if (result.empty()) fail(at, fmt::format("{} is missing here", purpose));
    return result;
}

bool Lexer::digit_at(std::size_t index) const {
    return index < text_.size() && is_digit(text_[index]);
}

std::optional<std::int64_t> Lexer::integer() {
    skip();
    std::size_t at = index_;
    const bool negative = at < text_.size() && text_[at] == '-';
    if (negative) ++at;
    if (!digit_at(at)) return std::nullopt;
    const std::string_view digits = text_.substr(at);
    const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    std::uint64_t value = 0;
    std::size_t end = hex ? 2 : 0;
    while (end < digits.size() && (hex ? is_hexadecimal(digits[end]) : is_digit(digits[end]))) {
        const char c = digits[end++];
        const int digit = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
        value = value * (hex ? 16U : 10U) + static_cast<std::uint64_t>(digit);
    }
    advance(at + end - index_);
    const auto signed_value = static_cast<std::int64_t>(value);
    return negative ? -signed_value : signed_value;
}

std::int64_t Lexer::expect_integer(std::string_view purpose) {
    const Position at = position();
    const auto value = integer();
    if (!value) fail(at, fmt::format("{} is missing here", purpose));
    return *value;
}

std::optional<Duration> Lexer::seconds() {
    skip();
    std::size_t at = index_;
    std::int64_t whole = 0, fraction = 0;
    std::size_t decimals = 0;
    bool any = false;
    for (; digit_at(at); ++at, any = true) whole = whole * 10 + (text_[at] - '0');
    const std::string_view rest = text_.substr(at);
    if (rest.starts_with(".") && !rest.starts_with("..") && (any || digit_at(at + 1))) {
        for (++at, any = true; digit_at(at); ++at) {
            if (decimals == kNanosecondDigits) continue;
            fraction = fraction * 10 + (text_[at] - '0');
            ++decimals;
        }
    }
    if (!any) return std::nullopt;
    for (; decimals < kNanosecondDigits; ++decimals) fraction *= 10;
    advance(at - index_);
    return Duration::s(whole) + Duration::ns(fraction);
}

std::string Lexer::hexadecimal() {
    skip();
    std::size_t end = index_;
    while (end < text_.size() && is_hexadecimal(text_[end])) ++end;
    std::string result{text_.substr(index_, end - index_)};
    advance(end - index_);
    return result;
}

std::string Lexer::blob() {
    skip();
    std::size_t end = index_;
    while (end < text_.size() && !is_space(text_[end]) && text_[end] != '<' && text_[end] != '[')
        ++end;
    std::string result{text_.substr(index_, end - index_)};
    advance(end - index_);
    return result;
}

std::string Lexer::raw_until(std::string_view end, std::string_view what) {
    const std::size_t found = text_.find(end, index_);
    if (found == std::string_view::npos) fail(position_, fmt::format("this {} has no end", what));
    std::string result{text_.substr(index_, found - index_)};
    advance(found - index_ + end.size());
    return result;
}

bool Lexer::integer_then(std::string_view what) {
    skip();
    std::size_t at = index_;
    while (digit_at(at)) ++at;
    if (at == index_) return false;
    while (at < text_.size() && is_space(text_[at])) ++at;
    return text_.substr(at).starts_with(what);
}

std::string Lexer::rest_of_line() {
    std::string_view rest = text_.substr(index_);
    rest = rest.substr(0, rest.find('\n'));
    const std::size_t length = rest.size();
    rest = rest.substr(0, rest.find("//"));
    while (!rest.empty() && is_space(rest.back())) rest.remove_suffix(1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    std::string result{rest};
    advance(length);
    return result;
}

}  // namespace seedwire::drill
