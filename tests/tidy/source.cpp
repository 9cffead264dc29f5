// Splits text into code, strings and comments with one small state machine.
#include "tests/tidy/source.h"

#include <cctype>
#include <utility>

namespace seedwire::tidy {

namespace {

enum class Mode { Code, String, Character, RawString, LineComment, BlockComment };

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_{text} {}

    std::vector<Line> run() {
        for (at_ = 0; at_ < text_.size();) step();
        if (!line_.code.empty()) lines_.push_back(std::move(line_));
        return std::move(lines_);
    }

private:
    bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }

    /// Consumes `count` characters that belong to code, to the inside of quotes, or to a comment.
    enum class Kind { Code, Quoted, Comment };
    void take(std::size_t count, Kind kind) {
        for (; count > 0 && at_ < text_.size(); --count, ++at_) {
            const char c = text_[at_];
            line_.code += kind == Kind::Code ? c : ' ';
            line_.quoted += kind == Kind::Comment ? ' ' : c;
            line_.comment += kind == Kind::Comment ? c : ' ';
        }
    }

    void end_line() {
        lines_.push_back(std::exchange(line_, {}));
        // A string cannot cross a line; whoever left one open has another problem.
        if (mode_ == Mode::LineComment || mode_ == Mode::String || mode_ == Mode::Character)
            mode_ = Mode::Code;
        ++at_;
    }

    void step() {
        if (text_[at_] == '\n') return end_line();
        switch (mode_) {
            case Mode::Code:
                return step_code();
            case Mode::String:
                return step_quotes('"');
            case Mode::Character:
                return step_quotes('\'');
            case Mode::RawString:
                return step_raw_string();
            case Mode::LineComment:
                return take(1, Kind::Comment);
            case Mode::BlockComment:
                if (!sees("*/")) return take(1, Kind::Comment);
                mode_ = Mode::Code;
                return take(2, Kind::Comment);
        }
    }

    void step_code() {
        const bool after_word = at_ > 0 && is_word(text_[at_ - 1]);
        if (sees("//")) {
            mode_ = Mode::LineComment;
            take(2, Kind::Comment);
        } else if (sees("/*")) {
            mode_ = Mode::BlockComment;
            take(2, Kind::Comment);
        } else if (sees("R\"") && !after_word) {
            const std::size_t open = text_.find('(', at_);
            raw_end_ = ")" + std::string{text_.substr(at_ + 2, open - at_ - 2)} + "\"";
            mode_ = Mode::RawString;
            take(2, Kind::Code);
        } else if (sees("\"")) {
            mode_ = Mode::String;
            take(1, Kind::Code);
        } else if (sees("'") && !after_word) {  // not the separator in 1'000
            mode_ = Mode::Character;
            take(1, Kind::Code);
        } else {
            take(1, Kind::Code);
        }
    }

    void step_quotes(char quote) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
            take(2, Kind::Quoted);
        } else if (text_[at_] == quote) {
            mode_ = Mode::Code;
            take(1, Kind::Code);
        } else {
            take(1, Kind::Quoted);
        }
    }

    void step_raw_string() {
        if (!sees(raw_end_)) return take(1, Kind::Quoted);
        take(raw_end_.size() - 1, Kind::Quoted);
        mode_ = Mode::Code;
        take(1, Kind::Code);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Mode mode_ = Mode::Code;
    std::string raw_end_;
    Line line_;
    std::vector<Line> lines_;
};

std::vector<Line> as_comment(std::string_view text) {
    std::vector<Line> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        const std::string blank(line.size(), ' ');
        lines.push_back({blank, blank, std::string{line}});
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

}  // namespace

std::string Source::folder() const {
    const std::size_t first = path.find('/');
    if (first == std::string::npos) return "";
    const std::string top = path.substr(0, first);
    const std::size_t second = path.find('/', first + 1);
    if (second == std::string::npos || top == "tests" || top == "bench") return top;
    return path.substr(0, second);
}

bool Source::is_below(std::string_view folder) const {
    return path.starts_with(folder) &&
           (path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/');
}

Source read_source(std::string path, std::string_view text) {
    Source source{std::move(path), {}};
    source.lines = source.is_cpp() ? Splitter{text}.run() : as_comment(text);
    return source;
}

}  // namespace seedwire::tidy
