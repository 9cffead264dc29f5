// How problems are printed: place, message, the line itself, carets, what to write instead.
#include "harness/scenario/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "harness/scenario/source_text.h"

namespace seedwire::scenario {
namespace {

constexpr std::size_t kMaximumPrinted = 100;
/// Longer lines are shown around the place, in characters.
constexpr int kMaximumLine = 120;
constexpr int kContext = 50;

struct Style {
    std::string_view red, yellow, bold, blue, reset;
};
constexpr Style kPlain{"", "", "", "", ""};
constexpr Style kColored{"\x1b[1;31m", "\x1b[1;33m", "\x1b[1m", "\x1b[1;34m", "\x1b[0m"};

/// The lines of a source, found once.
class Lines {
public:
    explicit Lines(std::string_view text) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string_view line = text.substr(0, end);
            if (line.ends_with('\r')) line.remove_suffix(1);
            lines_.push_back(line);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    std::string_view operator[](int number) const {
        const auto index = static_cast<std::size_t>(number) - 1;
        return number >= 1 && index < lines_.size() ? lines_[index] : std::string_view{};
    }

private:
    std::vector<std::string_view> lines_;
};

/// A line as printed: one column a character, nothing that moves the cursor.
std::vector<std::string> printable_characters(std::string_view line) {
    std::vector<std::string> characters;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t length = utf8_length(line.substr(at));
        const auto first = static_cast<unsigned char>(line[at]);
        const bool control =
            first < 0x20 || first == 0x7F ||
            (length == 2 && first == 0xC2 && static_cast<unsigned char>(line[at + 1]) < 0xA0);
        if (first == '\t')
            characters.emplace_back(" ");
        else if (length == 0 || control)
            characters.emplace_back("?");
        else
            characters.emplace_back(line.substr(at, length));
        at += std::max<std::size_t>(1, length);
    }
    return characters;
}

/// Appends the excerpt: the line, then carets and the hint.
void append_excerpt(std::string& out, const Diagnostic& problem, std::string_view line,
                    const Style& style) {
    const std::vector<std::string> characters = printable_characters(line);
    const int size = static_cast<int>(characters.size());
    int column = std::clamp(problem.where.column, 1, size + 1);
    int from = 0, to = size;
    if (size > kMaximumLine) {
        from = std::max(0, column - kContext);
        to = std::min(size, from + kMaximumLine);
    }
    std::string shown = from > 0 ? "..." : "";
    column += from > 0 ? 3 - from : 0;
    for (int i = from; i < to; ++i) shown += characters[static_cast<std::size_t>(i)];
    if (to < size) shown += "...";
    const int room = std::max(1, to - from - (problem.where.column - 1 - from));
    const int carets = std::clamp(problem.where.length, 1, room);
    fmt::format_to(std::back_inserter(out), "{}{:>4} |{} {}\n", style.blue, problem.where.line,
                   style.reset, shown);
    const bool error = problem.severity == Severity::Error;
    fmt::format_to(std::back_inserter(out), "{}     |{} {}{}{}{}{}{}\n", style.blue, style.reset,
                   std::string(static_cast<std::size_t>(column - 1), ' '),
                   error ? style.red : style.yellow,
                   std::string(static_cast<std::size_t>(carets), '^'),
                   problem.hint.empty() ? "" : " ", problem.hint, style.reset);
}

void append_problem(std::string& out, const Diagnostic& problem, const Lines& lines,
                    const Style& style) {
    const bool error = problem.severity == Severity::Error;
    fmt::format_to(std::back_inserter(out), "{}{}:{}:{}: {}{}: {}{}{}\n", style.bold,
                   problem.where.file, problem.where.line, problem.where.column,
                   error ? style.red : style.yellow, error ? "error" : "warning", style.reset,
                   problem.message, style.reset);
    const std::string_view line = lines[problem.where.line];
    if (!line.empty()) {
        append_excerpt(out, problem, line, style);
    } else if (!problem.hint.empty()) {
        fmt::format_to(std::back_inserter(out), "     {}={} {}\n", style.blue, style.reset,
                       problem.hint);
    }
    if (!problem.note.empty())
        fmt::format_to(std::back_inserter(out), "     {}={} note: {}\n", style.blue, style.reset,
                       problem.note);
}

std::string counted(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

}  // namespace

bool Diagnostics::has_errors() const { return count(Severity::Error) > 0; }

std::size_t Diagnostics::count(Severity severity) const {
    return static_cast<std::size_t>(std::count_if(
        list_.begin(), list_.end(),
        [severity](const Diagnostic& problem) { return problem.severity == severity; }));
}

void Diagnostics::sort() {
    // The main file is the one that was not remembered; it comes first.
    std::stable_sort(list_.begin(), list_.end(), [this](const Diagnostic& a, const Diagnostic& b) {
        const bool a_main = source(a.where.file) == nullptr;
        const bool b_main = source(b.where.file) == nullptr;
        if (a_main != b_main) return a_main;
        if (a.where.file != b.where.file) return a.where.file < b.where.file;
        if (a.where.line != b.where.line) return a.where.line < b.where.line;
        return a.where.column < b.where.column;
    });
}

void Diagnostics::remember_source(const std::string& file, std::string text) {
    sources_[file] = std::move(text);
}

const std::string* Diagnostics::source(const std::string& file) const {
    const auto found = sources_.find(file);
    return found == sources_.end() ? nullptr : &found->second;
}

std::string render(const Diagnostics& diagnostics, std::string_view source, bool color) {
    const Style& style = color ? kColored : kPlain;
    const Lines main_lines{source};
    std::map<std::string, Lines> others;
    std::string out, main_file;
    std::size_t printed = 0;
    for (const Diagnostic& problem : diagnostics.list()) {
        const std::string* other = diagnostics.source(problem.where.file);
        if (other == nullptr && main_file.empty()) main_file = problem.where.file;
        if (printed++ >= kMaximumPrinted) continue;
        const Lines* lines = &main_lines;
        if (other != nullptr) lines = &others.try_emplace(problem.where.file, *other).first->second;
        append_problem(out, problem, *lines, style);
    }
    if (printed == 0) return out;
    if (printed > kMaximumPrinted)
        out += fmt::format("... and {} more\n", printed - kMaximumPrinted);
    if (main_file.empty()) main_file = diagnostics.list().front().where.file;
    const std::size_t errors = diagnostics.count(Severity::Error);
    const std::size_t warnings = diagnostics.count(Severity::Warning);
    if (errors > 0) {
        out += counted(errors, "error");
        if (warnings > 0) out += " and " + counted(warnings, "warning");
        out += " in " + main_file + "; nothing was run\n";
    } else {
        out += counted(warnings, "warning") + " in " + main_file + "\n";
    }
    return out;
}

}  // namespace seedwire::scenario
