// Which bytes may reach the YAML parser. UTF-8 as in RFC 3629 §4; YAML forbids control characters.
#include "harness/scenario/source_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

bool is_continuation(std::string_view text, std::size_t at) {
    return at < text.size() && (byte_at(text, at) & 0xC0U) == 0x80U;
}

/// Follows lines and columns while a text is read byte by byte.
struct Position {
    int line = 1, byte_column = 1;
    void step(char c) {
        if (c == '\n') {
            ++line;
            byte_column = 1;
        } else {
            ++byte_column;
        }
    }
};

bool looks_like_utf16(std::string_view text) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return true;
    // Without a mark: every second byte of the beginning is zero.
    return text.size() >= 4 && ((text[0] == 0 && text[1] != 0 && text[2] == 0 && text[3] != 0) ||
                                (text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0));
}

std::string why_not_allowed(std::string_view rest) {
    const unsigned first = byte_at(rest, 0);
    if (first == 0) return "a NUL byte: this is not a text file";
    if (first == '\r') return "a carriage return without a line feed";
    if (first < 0x20 || first == 0x7F) return fmt::format("the control character 0x{:02X}", first);
    const std::size_t length = utf8_length(rest);
    if (length == 0) return fmt::format("the byte 0x{:02X} is not UTF-8", first);
    if (length == 2 && first == 0xC2 && byte_at(rest, 1) < 0xA0)
        return fmt::format("the control character U+{:04X}", byte_at(rest, 1));
    return "";
}

void check_encoding(std::string_view text, std::vector<TextProblem>& found) {
    if (looks_like_utf16(text)) {
        found.push_back({1, 1, error_id::kEncoding, "the file is UTF-16", "save it as UTF-8"});
        return;
    }
    Position position;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7F)) {
            position.step(c);
            ++at;
            continue;
        }
        std::string why = why_not_allowed(text.substr(at));
        if (!why.empty()) {
            found.push_back({position.line, position.byte_column, error_id::kEncoding,
                             std::move(why), "scenarios are UTF-8 text"});
            return;
        }
        for (std::size_t left = utf8_length(text.substr(at)); left > 0; --left) {
            position.step(text[at]);
            ++at;
        }
    }
}

void check_tabs(const SourceText& source, std::vector<TextProblem>& found) {
    Position position;
    bool indentation = true;
    const std::string& text = source.text();
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (indentation && c == '\t') {
            found.push_back({position.line, position.byte_column, error_id::kSyntax,
                             "a tab in the indentation", "YAML wants spaces here"});
            indentation = false;
        }
        indentation = c == '\n' || (indentation && c == ' ');
        position.step(c);
    }
}

/// Counts brackets outside of quotes and comments, and dashes that open lists in one line. Where a
/// plain text holds brackets the count may be too high, which does not matter at this limit.
void check_nesting(std::string_view text, std::vector<TextProblem>& found) {
    Position position;
    int depth = 0, dashes = 0;
    char quote = 0, previous = '\n';
    bool comment = false;
    for (const char c : text) {
        if (c == '\n') {
            dashes = 0;
            comment = false;
        } else if (!comment && quote != 0) {
            if (c == quote && !(quote == '"' && previous == '\\')) quote = 0;
        } else if (!comment) {
            const bool word_starts =
                std::string_view{" \n,[{:"}.find(previous) != std::string_view::npos;
            if ((c == '"' || c == '\'') && word_starts) quote = c;
            if (c == '#' && (previous == ' ' || previous == '\n')) comment = true;
            if (c == '[' || c == '{') ++depth;
            if ((c == ']' || c == '}') && depth > 0) --depth;
            if ((c == '-' || c == '?') && word_starts) ++dashes;
            if (c != '-' && c != '?' && c != ' ' && !word_starts) dashes = 0;
        }
        if (depth > kMaximumDepth || dashes > kMaximumDepth) {
            found.push_back(
                {position.line, position.byte_column, error_id::kTooLarge,
                 fmt::format("more than {} lists and maps within each other", kMaximumDepth), ""});
            return;
        }
        previous = c;
        position.step(c);
    }
}

}  // namespace

SourceText::SourceText(std::string file, std::string_view text) : file_{std::move(file)} {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text_.reserve(text.size());
    starts_.push_back(0);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
        text_ += text[at];
        if (text[at] == '\n') starts_.push_back(text_.size());
    }
}

std::string_view SourceText::line(int number) const {
    const auto index = static_cast<std::size_t>(number) - 1;
    if (number < 1 || index >= starts_.size()) return {};
    const std::string_view rest = std::string_view{text_}.substr(starts_[index]);
    return rest.substr(0, std::min(rest.find('\n'), rest.size()));
}

int SourceText::character_column(int line_number, int byte_column) const {
    const std::string_view whole = line(line_number);
    const auto before = static_cast<std::size_t>(std::max(byte_column - 1, 0));
    if (before <= whole.size()) return 1 + count_characters(whole.substr(0, before));
    return 1 + count_characters(whole) + static_cast<int>(before - whole.size());
}

std::vector<TextProblem> find_text_problems(const SourceText& source) {
    std::vector<TextProblem> found;
    check_encoding(source.text(), found);
    if (!found.empty()) return found;
    check_tabs(source, found);
    check_nesting(source.text(), found);
    return found;
}

int count_characters(std::string_view text) {
    int count = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        at += std::max<std::size_t>(1, utf8_length(text.substr(at)));
    return count;
}

std::size_t utf8_length(std::string_view text) {
    if (text.empty()) return 0;
    const unsigned first = byte_at(text, 0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return is_continuation(text, 1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        if (!is_continuation(text, 1) || !is_continuation(text, 2)) return 0;
        const unsigned second = byte_at(text, 1);
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second >= 0xA0;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first < 0xF5) {
        if (!is_continuation(text, 1) || !is_continuation(text, 2) || !is_continuation(text, 3))
            return 0;
        const unsigned second = byte_at(text, 1);
        const bool outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
        return outside ? 0 : 4;
    }
    return 0;
}

}  // namespace seedwire::scenario
