// Problems in a user's files: where, what, and what to write instead.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace seedwire::scenario {

/// Where something stands in a source file. Lines and columns count from 1, columns in characters.
struct SourceSpan {
    std::string file;
    int line = 0, column = 0;
    int length = 1;  ///< characters to underline
};

enum class Severity { Error, Warning };

struct Diagnostic {
    SourceSpan where;
    Severity severity = Severity::Error;
    std::string id;       ///< stable, "E0102"
    std::string message;  ///< "unknown unit 'Mbps'"
    std::string hint;     ///< beside the carets: "did you mean 'Mbit/s'?"
    std::string note;     ///< a further line: "rate takes bit/s, kbit/s, ..."
};

/// All problems of one load, in the order of their places in the file.
class Diagnostics {
public:
    void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
    bool has_errors() const;
    std::size_t count(Severity severity) const;
    const std::vector<Diagnostic>& list() const { return list_; }
    void sort();
    /// The text of a further file (an included one), so that its lines can be shown.
    void remember_source(const std::string& file, std::string text);
    /// Null for the main file.
    const std::string* source(const std::string& file) const;

private:
    std::vector<Diagnostic> list_;
    std::map<std::string, std::string> sources_;
};

/// The written form of section "errors" of the scenario reference: file:line:column, message, the
/// line, carets, hint and note; at most 100, then a count. `source` is the text of the file.
std::string render(const Diagnostics& diagnostics, std::string_view source, bool color);

}  // namespace seedwire::scenario
