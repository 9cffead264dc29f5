// Words of the small languages inside scalars: matches, expectations, lines of programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"

namespace seedwire::scenario {

struct Token {
    enum class Kind : std::uint8_t { Word, Number, Symbol, End };
    Kind kind = Kind::End;
    std::string_view text;
    std::size_t offset = 0;  ///< bytes from the start of the scalar

    bool is(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
    bool is_word(std::string_view word) const { return kind == Kind::Word && text == word; }
    std::size_t end() const { return offset + text.size(); }
};

/// Splits a scalar's text: words (letters, digits, `_`, `-`), numbers, symbols. Never fails:
/// a character that means nothing is a symbol that nobody expects.
std::vector<Token> split_into_tokens(std::string_view text);

/// Walks over the tokens of one scalar and reports at exact columns.
class TokenReader {
public:
    TokenReader(const Node& node, Reporter& reporter)
        : node_{node}, reporter_{reporter}, tokens_{split_into_tokens(node.text)} {}

    const Token& peek(std::size_t ahead = 0) const;
    Token next();
    bool at_end() const { return peek().kind == Token::Kind::End; }
    bool take(std::string_view symbol);
    bool take_word(std::string_view word);
    /// Takes a quantity as written (`41 ms`, `1/3`, `10 Mbit/s`, `5 %`, `7`). Words that continue
    /// the sentence (`within`, `every` ...) are no units; the caller names them.
    Token take_quantity(const std::vector<std::string_view>& stop_words);

    bool fail(const Token& at, const char* id, std::string message, std::string hint = {},
              std::string note = {});
    /// "expected X, found Y".
    bool expected(std::string_view what, std::string hint = {});
    /// Reports whatever is left behind a complete text.
    bool finish();
    std::string_view text_between(std::size_t begin, std::size_t end) const;
    const Node& node() const { return node_; }
    Reporter& reporter() { return reporter_; }

private:
    const Node& node_;
    Reporter& reporter_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace seedwire::scenario
