// What is written for people: citations of RFCs, names of files, first lines, paths.
#include <array>
#include <cctype>
#include <string>

#include "tests/tidy/rules.h"

namespace seedwire::tidy {

namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::size_t skip_digits(const std::string& text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// Returns what is wrong with the citation that begins at `at`, or nothing. `text` is in lower
/// case, `original` is not.
std::string why_not_citation(const std::string& text, const std::string& original, std::size_t at) {
    std::size_t number = at + 3;
    while (number < text.size() && (text[number] == ' ' || text[number] == '-')) ++number;
    const std::size_t end = skip_digits(text, number);
    if (end == number) return "";  // "the RFC asks": no citation
    const std::string wanted = "RFC " + original.substr(number, end - number);
    const std::string rest = text.substr(end);
    for (const char* word : {" section ", ", section ", " sec. ", ", sec. ", " sect. ", " §§",
                             " § ", "§", ", §", " p. ", " (section "})
        if (rest.starts_with(word)) {
            const std::string section = rest.substr(std::string{word}.size());
            const std::size_t stop = section.find_first_not_of("0123456789abcdef.");
            std::string number_of_section = section.substr(0, stop);
            while (number_of_section.ends_with('.')) number_of_section.pop_back();
            return "write '" + wanted + " §" + number_of_section + "'";
        }
    if (original.substr(at, end - at) != wanted) return "write '" + wanted + "'";
    return "";
}

void check_citations(const Source& source, std::vector<Violation>& found) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string& original = source.lines[i].comment;
        const std::string text = lower(original);
        for (std::size_t at = text.find("rfc"); at != std::string::npos;
             at = text.find("rfc", at + 1)) {
            // Not inside a word, a tag [rfc9293], a path or an address.
            if (at > 0 && (is_letter(text[at - 1]) || is_digit(text[at - 1]) ||
                           std::string{"_[/-."}.find(text[at - 1]) != std::string::npos))
                continue;
            const std::string why = why_not_citation(text, original, at);
            if (!why.empty()) found.push_back({source.path, i + 1, "citation: " + why});
        }
    }
}

/// Directories that exist on somebody's machine only.
constexpr std::array kMachinePaths = {"/home/", "/root/", "/Users/", "/work/", "../shared"};

void check_machine_paths(const Source& source, std::vector<Violation>& found) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const Line& line = source.lines[i];
        for (const char* path : kMachinePaths) {
            std::size_t at = line.quoted.find(path);
            if (at == std::string::npos) at = line.comment.find(path);
            if (at == std::string::npos) continue;
            const char before =
                at == 0 ? ' '
                        : (line.quoted[at - 1] == ' ' ? line.comment[at - 1] : line.quoted[at - 1]);
            // tests/work/ or $HOME/work/ are ordinary relative paths.
            if (is_letter(before) || is_digit(before) || before == '}' || before == '.') continue;
            found.push_back({source.path, i + 1,
                             std::string{path} + " exists on one machine only: write the path from "
                                                 "the project root"});
        }
    }
}

void check_name(const Source& source, std::vector<Violation>& found) {
    const std::string name = source.path.substr(source.path.rfind('/') + 1);
    std::string word;
    for (const char c : lower(name) + ".") {
        if (is_letter(c)) {
            word += c;
            continue;
        }
        for (const char* vague : {"util", "utils", "misc", "common", "helper", "helpers"})
            if (word == vague)
                found.push_back({source.path, 1,
                                 "'" + word + "' in a file name: name the one idea of the file"});
        word.clear();
    }
    for (const char c : name)
        if (source.is_cpp() && c >= 'A' && c <= 'Z') {
            found.push_back({source.path, 1, "file names are snake_case: " + lower(name)});
            break;
        }
}

/// A test says what it is about by its path and its names; the source of a header, by its header.
bool is_introduced_elsewhere(const Source& source) {
    if (source.path.ends_with("_test.cpp")) return true;
    const std::string header = source.path.substr(0, source.path.rfind('.')) + ".h";
    return !source.is_header() && source.lines.front().quoted == "#include \"" + header + "\"";
}

void check_opening(const Source& source, std::vector<Violation>& found) {
    if (source.lines.empty()) return;
    if (!is_introduced_elsewhere(source) &&
        source.lines.front().comment.find_first_not_of(" /*") == std::string::npos)
        found.push_back({source.path, 1,
                         "a file opens with '// ' and one sentence on what it decides, and the "
                         "sections that govern it"});
    if (!source.is_header()) return;
    for (const Line& line : source.lines)
        if (line.code.starts_with("#pragma once")) return;
    found.push_back({source.path, 1, "a header has '#pragma once' as its guard"});
}

}  // namespace

void check_text(const Source& source, std::vector<Violation>& found) {
    // The rules and their tests have to name what they forbid.
    if (source.is_below("tests/tidy")) return;
    check_citations(source, found);
    check_machine_paths(source, found);
    check_name(source, found);
    if (source.is_cpp()) check_opening(source, found);
}

}  // namespace seedwire::tidy
