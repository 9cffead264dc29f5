// How the texts inside scalars are cut into words.
#include "harness/scenario/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"

namespace seedwire::scenario {
namespace {

constexpr std::array<std::string_view, 9> kLongSymbols{
    "...", "..", "==", "!=", "<=", ">=", "&&", "||", "+-"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }
/// Letters of any alphabet, so that a word in another script is reported whole.
bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (begins_word(c) || is_digit(c)) return true;
    return c == '-' && at + 1 < text.size() &&
           (begins_word(text[at + 1]) || is_digit(text[at + 1]));
}

std::size_t word_length(std::string_view text) {
    std::size_t length = 1;
    while (length < text.size() && continues_word(text, length)) ++length;
    return length;
}

std::size_t number_length(std::string_view text) {
    const auto digit_or_group = [&](std::size_t at) {
        return at < text.size() && (is_digit(text[at]) || text[at] == '_');
    };
    std::size_t length = 1;
    while (digit_or_group(length)) ++length;
    if (length + 1 < text.size() && text[length] == '.' && is_digit(text[length + 1])) {
        length += 2;
        while (digit_or_group(length)) ++length;
    }
    return length;
}

}  // namespace

std::vector<Token> split_into_tokens(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        const std::string_view rest = text.substr(at);
        Token token{Token::Kind::Symbol, rest.substr(0, 1), at};
        if (begins_word(rest[0])) {
            token.kind = Token::Kind::Word;
            token.text = rest.substr(0, word_length(rest));
        } else if (is_digit(rest[0])) {
            token.kind = Token::Kind::Number;
            token.text = rest.substr(0, number_length(rest));
        } else {
            for (const std::string_view symbol : kLongSymbols) {
                if (!rest.starts_with(symbol)) continue;
                token.text = rest.substr(0, symbol.size());
                break;
            }
        }
        at += token.text.size();
        tokens.push_back(token);
    }
    tokens.push_back({Token::Kind::End, {}, text.size()});
    return tokens;
}

const Token& TokenReader::peek(std::size_t ahead) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token TokenReader::next() {
    const Token token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
}

bool TokenReader::take(std::string_view symbol) {
    if (!peek().is(symbol)) return false;
    next();
    return true;
}

bool TokenReader::take_word(std::string_view word) {
    if (!peek().is_word(word)) return false;
    next();
    return true;
}

Token TokenReader::take_quantity(const std::vector<std::string_view>& stop_words) {
    const auto may_be_unit = [&](const Token& token) {
        return token.kind == Token::Kind::Word &&
               std::find(stop_words.begin(), stop_words.end(), token.text) == stop_words.end();
    };
    const Token first = next();
    std::size_t end = first.end();
    if (first.kind == Token::Kind::Number) {
        if (peek().is("/") && peek(1).kind == Token::Kind::Number) {
            next();
            end = next().end();
        }
        if (peek().is("%")) {
            end = next().end();
        } else if (may_be_unit(peek())) {
            end = next().end();
            if (peek().is("/") && may_be_unit(peek(1))) {
                next();
                end = next().end();
            }
        }
    }
    return {first.kind, text_between(first.offset, end), first.offset};
}

bool TokenReader::fail(const Token& at, const char* id, std::string message, std::string hint,
                       std::string note) {
    reporter_.error_in(id, node_, at.offset, at.text.size(), std::move(message), std::move(hint),
                       std::move(note));
    return false;
}

bool TokenReader::expected(std::string_view what, std::string hint) {
    const Token& found = peek();
    const std::string message = found.kind == Token::Kind::End
                                    ? fmt::format("{} is missing at the end", what)
                                    : fmt::format("{} expected, found '{}'", what, found.text);
    return fail(found, error_id::kExpression, message, std::move(hint));
}

bool TokenReader::finish() {
    if (at_end()) return true;
    const Token first = peek();
    const std::string_view rest = text_between(first.offset, node_.text.size());
    return fail({first.kind, rest, first.offset}, error_id::kExpression,
                fmt::format("'{}' is too much", rest));
}

std::string_view TokenReader::text_between(std::size_t begin, std::size_t end) const {
    return std::string_view{node_.text}.substr(begin, end - begin);
}

}  // namespace seedwire::scenario
