// Which files of the project are read, and which rules each of them meets.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/tidy/rules.h"

namespace seedwire::tidy {

namespace {

constexpr std::array kFolders = {"sim",  "models", "harness",   "tests", "bench",
                                 "docs", "cmake",  "scenarios", ".ci"};

bool is_text(const std::filesystem::path& path) {
    static constexpr std::array kEndings = {".h",   ".cpp", ".def",   ".md",  ".yaml",
                                            ".yml", ".txt", ".cmake", ".sh",  ".json",
                                            ".pkt", ".in",  ".py",    ".html"};
    const std::string ending = path.extension().string();
    return ending.empty() || std::ranges::find(kEndings, ending) != kEndings.end();
}

std::string contents(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return text.str();
}

}  // namespace

std::vector<Source> read_tree(const std::string& root) {
    namespace fs = std::filesystem;
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator{root})
        if (entry.is_regular_file() && !entry.path().filename().string().starts_with(".git"))
            paths.push_back(entry.path());
    for (const char* folder : kFolders) {
        if (!fs::exists(fs::path{root} / folder)) continue;
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator{fs::path{root} / folder})
            if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    std::vector<Source> sources;
    for (const fs::path& path : paths)
        if (is_text(path))
            sources.push_back(
                read_source(path.lexically_relative(root).generic_string(), contents(path)));
    std::ranges::sort(sources, {}, &Source::path);
    return sources;
}

std::vector<Violation> check_file(const Source& source) {
    std::vector<Violation> found;
    check_includes(source, found);
    check_sizes(source, found);
    check_identifiers(source, found);
    check_text(source, found);
    std::ranges::stable_sort(found, {}, &Violation::line);
    return found;
}

}  // namespace seedwire::tidy
