// The Python Language Reference, 2 "Lexical analysis", as far as scripts need it.
#include "harness/drill/python_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace seedwire::drill {
namespace {

bool is_word(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void PythonText::advance(std::size_t count) {
    for (; count > 0 && index_ < text_.size(); --count, ++index_) {
        if (text_[index_] == '(' || text_[index_] == '[') ++depth_;
        if (text_[index_] == ')' || text_[index_] == ']') --depth_;
        if (text_[index_] == '\n') {
            ++position_.line;
            position_.column = 1;
        } else {
            ++position_.column;
        }
    }
}

void PythonText::skip() {
    while (index_ < text_.size()) {
        const char c = text_[index_];
        if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && depth_ > 0)) {
            advance(1);
        } else if (c == '\\' && at(index_ + 1) == '\n') {
            advance(2);
        } else if (c == '#') {
            while (index_ < text_.size() && text_[index_] != '\n') {
                ++index_;
                ++position_.column;
            }
        } else {
            return;
        }
    }
}

bool PythonText::next_statement() {
    depth_ = 0;
    for (skip(); at(index_) == '\n' || at(index_) == ';'; skip()) advance(1);
    return index_ < text_.size();
}

bool PythonText::at_end_of_statement() {
    skip();
    return index_ == text_.size() || text_[index_] == '\n' || text_[index_] == ';';
}

bool PythonText::looking_at(std::string_view what) {
    skip();
    return text_.substr(index_).starts_with(what);
}

bool PythonText::accept(std::string_view what) {
    if (!looking_at(what)) return false;
    advance(what.size());
    return true;
}

bool PythonText::looking_at_word(std::string_view what) {
    return looking_at(what) && !is_word(at(index_ + what.size()));
}

bool PythonText::accept_word(std::string_view what) {
    return looking_at_word(what) && accept(what);
}

void PythonText::expect(std::string_view what) {
    if (!accept(what)) fail(position(), fmt::format("'{}' is missing here", what));
}

std::string PythonText::word() {
    skip();
    std::size_t end = index_;
    if (is_digit(at(end))) return {};
    while (is_word(at(end))) ++end;
    std::string result{text_.substr(index_, end - index_)};
    advance(end - index_);
    return result;
}

std::optional<Datum> PythonText::literal() {
    skip();
    const char first = at(index_);
    if (first == '"' || first == '\'') {
        const std::size_t end = text_.find(first, index_ + 1);
        if (end == std::string_view::npos) fail(position_, "this text has no end");
        Datum text{std::string{text_.substr(index_ + 1, end - index_ - 1)}};
        const int depth = depth_;  // parentheses in texts do not count
        advance(end + 1 - index_);
        depth_ = depth;
        return text;
    }
    if (!is_digit(first) && !(first == '.' && is_digit(at(index_ + 1)))) return std::nullopt;
    const bool hex = first == '0' && (at(index_ + 1) | 0x20) == 'x';
    std::size_t end = index_;
    bool real = false;
    while (is_word(at(end)) || at(end) == '.' ||
           ((at(end) == '-' || at(end) == '+') && !hex && (at(end - 1) | 0x20) == 'e')) {
        real = real || at(end) == '.' || (!hex && (at(end) | 0x20) == 'e');
        ++end;
    }
    std::string digits{text_.substr(index_, end - index_)};
    std::erase(digits, '_');
    advance(end - index_);
    if (real) return Datum{std::strtod(digits.c_str(), nullptr)};
    return Datum{static_cast<std::int64_t>(std::strtoll(digits.c_str(), nullptr, 0))};
}

std::string_view PythonText::rest_of_statement() {
    skip();
    const std::string_view rest = text_.substr(index_);
    return rest.substr(0, rest.find_first_of("\n;#"));
}

void PythonText::skip_expressions() {
    while (!at_end_of_statement())
        if (!literal()) advance(1);
}

void PythonText::skip_statement() { advance(rest_of_statement().size()); }

Position PythonText::position() {
    skip();
    return position_;
}

}  // namespace seedwire::drill
