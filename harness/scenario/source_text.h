// One text a user wrote: is it clean UTF-8 that a YAML parser may see, and where is which line?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::scenario {

/// The largest file that is read, in bytes.
constexpr std::size_t kMaximumFileBytes = std::size_t{16} * 1024 * 1024;
/// How deep lists and maps may stand within each other. People need about ten.
constexpr int kMaximumDepth = 64;

/// A text with its lines. Line ends are LF and there is no byte order mark, whatever the file had.
class SourceText {
public:
    SourceText(std::string file, std::string_view text);

    const std::string& file() const { return file_; }
    const std::string& text() const { return text_; }
    /// Without its line end; empty behind the last line. Lines count from 1.
    std::string_view line(int number) const;
    /// The character column of a byte column, both from 1.
    int character_column(int line_number, int byte_column) const;

private:
    std::string file_;
    std::string text_;
    std::vector<std::size_t> starts_;
};

/// Something in a text that no parser should see.
struct TextProblem {
    int line = 1, byte_column = 1;
    const char* id = "";
    std::string message, hint;
};

/// Encoding, control characters, tabs in the indentation, nesting. At most one problem of encoding
/// is reported: what follows it is usually rubbish.
std::vector<TextProblem> find_text_problems(const SourceText& source);

/// The number of characters in UTF-8 text; malformed bytes count one each.
int count_characters(std::string_view text);

/// The length in bytes of the UTF-8 character at the start of `text`, 0 if it is malformed.
std::size_t utf8_length(std::string_view text);

}  // namespace seedwire::scenario
