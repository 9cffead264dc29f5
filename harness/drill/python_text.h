// The words of Python statements: lines, semicolons, comments, literals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/drill/evaluator.h"

namespace seedwire::drill {

/// Reads one statement after the other; within one, a newline is the end unless it is escaped or
/// stands in parentheses.
class PythonText {
public:
    PythonText(std::string_view text, Position at) : text_{text}, position_{at} {}

    bool next_statement();  ///< goes to the next statement; false at the end
    bool at_end_of_statement();
    bool looking_at(std::string_view what);
    bool accept(std::string_view what);
    bool looking_at_word(std::string_view what);
    bool accept_word(std::string_view what);
    void expect(std::string_view what);
    std::string word();
    /// A number or a text.
    std::optional<Datum> literal();
    std::string_view rest_of_statement();
    void skip_statement();
    void skip_expressions();  ///< to the end of the statement, over brackets and texts
    Position position();

private:
    void skip();
    void advance(std::size_t count);
    char at(std::size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

    std::string_view text_;
    std::size_t index_ = 0;
    int depth_ = 0;  // of parentheses and brackets
    Position position_;
};

}  // namespace seedwire::drill
