// How long a file and a function may be. Functions are found by their braces, without a parser.
#include <cctype>
#include <optional>
#include <string>

#include "tests/tidy/rules.h"

namespace seedwire::tidy {

namespace {

constexpr std::size_t kFileLines = 600;
constexpr std::size_t kFunctionLines = 70;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(const std::string& text, const std::string& word) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end])))
            return true;
    }
    return false;
}

std::string last_word(const std::string& text) {
    std::size_t end = text.size();
    while (end > 0 && text[end - 1] == ' ') --end;
    std::size_t begin = end;
    while (begin > 0 && is_word(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

/// Walks over the code and keeps what is open: namespaces and classes hold functions, functions and
/// initialisers hold nothing of interest.
class FunctionFinder {
public:
    FunctionFinder(const Source& source, std::vector<Violation>& found)
        : source_{source}, found_{found} {}

    void run() {
        bool directive = false;
        for (line_ = 1; line_ <= source_.lines.size(); ++line_) {
            const std::string& code = source_.lines[line_ - 1].code;
            const std::size_t first = code.find_first_not_of(" \t");
            directive = directive || (first != std::string::npos && code[first] == '#');
            if (!directive)
                for (const char c : code) step(c);
            step(' ');
            directive = directive && code.ends_with('\\');
        }
    }

private:
    enum class Kind { Container, Function, Initialiser };
    struct Scope {
        Kind kind;
        std::size_t line;  ///< where its head begins
        std::string name;
    };

    void step(char c) {
        const bool in_container = open_.empty() || open_.back().kind == Kind::Container;
        if (c == '{') {
            open(in_container);
        } else if (c == '}') {
            close();
        } else if (in_container) {
            if (c == '(') ++parentheses_;
            if (c == ')' && parentheses_ > 0) --parentheses_;
            if (c == ';' && parentheses_ == 0) return forget_head();
            if (head_.empty() && c == ' ') return;
            if (head_.empty()) head_line_ = line_;
            head_ += c;
            for (const char* access : {"public:", "private:", "protected:"})
                if (head_ == access) forget_head();
        }
    }

    void open(bool in_container) {
        if (!in_container) {
            open_.push_back({Kind::Initialiser, line_, ""});
            return;
        }
        const Kind kind = classify();
        open_.push_back({kind, head_line_, name()});
        if (kind != Kind::Initialiser) forget_head();
    }

    void close() {
        if (open_.empty()) return;
        const Scope scope = open_.back();
        open_.pop_back();
        const bool in_container = open_.empty() || open_.back().kind == Kind::Container;
        if (in_container && scope.kind == Kind::Initialiser) head_ += '}';  // a member, or an array
        if (scope.kind != Kind::Initialiser) forget_head();
        const std::size_t length = line_ - scope.line + 1;
        if (scope.kind == Kind::Function && length > kFunctionLines)
            found_.push_back({source_.path, scope.line,
                              "function " + scope.name + " has " + std::to_string(length) +
                                  " lines, more than " + std::to_string(kFunctionLines) +
                                  ": keep the branching, move the computing out"});
    }

    void forget_head() {
        head_.clear();
        parentheses_ = 0;
    }

    Kind classify() const {
        if (parentheses_ > 0) return Kind::Initialiser;
        const std::size_t parenthesis = head_.find('(');
        const std::string before = head_.substr(0, parenthesis);
        if (parenthesis == std::string::npos) {
            for (const char* word : {"namespace", "class", "struct", "union", "enum", "extern"})
                if (has_word(before, word) && before.find('=') == std::string::npos)
                    return Kind::Container;
            return Kind::Initialiser;
        }
        if (before.find('=') != std::string::npos && !has_word(before, "template") &&
            before.find("operator") == std::string::npos)
            return Kind::Initialiser;
        for (const char* word : {"class", "struct"})  // alignas(64), final : Base<decltype(x)>
            if (before.starts_with(word)) return Kind::Container;
        const std::string after = head_.substr(head_.rfind(')') + 1);
        const std::string word = last_word(head_);
        // `: member_{` opens the initialiser of a member; a body follows `)`, `}` or a qualifier.
        const bool qualifier = word == "const" || word == "noexcept" || word == "override" ||
                               word == "final" || word == "mutable" || word == "try";
        if (word.empty() || qualifier || after.find("->") != std::string::npos)
            return Kind::Function;
        return Kind::Initialiser;
    }

    std::string name() const {
        const std::size_t parenthesis = head_.find('(');
        return parenthesis == std::string::npos ? "" : last_word(head_.substr(0, parenthesis));
    }

    const Source& source_;
    std::vector<Violation>& found_;
    std::vector<Scope> open_;
    std::string head_;  ///< what stands before the next brace of a container
    std::size_t head_line_ = 0;
    std::size_t line_ = 0;
    int parentheses_ = 0;
};

}  // namespace

void check_sizes(const Source& source, std::vector<Violation>& found) {
    if (!source.is_cpp()) return;
    if (source.lines.size() > kFileLines)
        found.push_back({source.path, kFileLines + 1,
                         "the file has " + std::to_string(source.lines.size()) +
                             " lines, more than " + std::to_string(kFileLines) +
                             ": split it by idea"});
    if (source.is_below("sim") || source.is_below("models") || source.is_below("harness"))
        FunctionFinder{source, found}.run();
}

}  // namespace seedwire::tidy
