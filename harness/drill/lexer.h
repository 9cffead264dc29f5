// The words of a script, read as the grammar asks for them: what a dot means depends on the place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/drill/script.h"

namespace seedwire::drill {

/// A position in the text. Every reader first skips white space and comments (`//`, `/* */`).
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_{text} {}

    bool at_end();
    Position position();
    char peek();  ///< the next character, 0 at the end
    bool looking_at(std::string_view what);
    bool accept(std::string_view what);
    /// Complains that `what` is missing.
    void expect(std::string_view what);

    /// Letters, digits and underscores, beginning with a letter or underscore; empty if none.
    std::string word();
    bool at_word();
    std::string expect_word(std::string_view purpose);
    /// Decimal or hexadecimal, with a sign; nothing if none.
    std::optional<std::int64_t> integer();
    std::int64_t expect_integer(std::string_view purpose);
    /// Seconds with up to nine decimals; the dots of an ellipsis do not belong to it.
    std::optional<Duration> seconds();
    /// Hexadecimal digits, in pairs or not.
    std::string hexadecimal();
    /// All characters up to white space, '<' or '['; for flags of packets.
    std::string blob();
    /// Everything up to `end`, which is skipped; as it stands.
    std::string raw_until(std::string_view end, std::string_view what);
    /// Does an integer follow, and then `what`? As before the ports of a packet.
    bool integer_then(std::string_view what);
    /// The rest of the line without comment and trailing space.
    std::string rest_of_line();

private:
    void skip();
    void advance(std::size_t count);
    bool digit_at(std::size_t index) const;

    std::string_view text_;
    std::size_t index_ = 0;
    Position position_;
};

}  // namespace seedwire::drill
