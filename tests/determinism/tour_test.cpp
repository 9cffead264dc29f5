// What must not change a run, for every scenario of the tour: running it again, recording it, other
// places in the file, a bystander.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string_view>
#include <vector>

#include "tests/support/run_scenario.h"

namespace seedwire {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> tour() {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator{SEEDWIRE_SOURCE_DIR "/scenarios/tour"})
        if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::string content(const std::string& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string digest(const std::string& yaml, const run::Request& request = {}) {
    const auto ran = test::run_text(yaml, request);
    const observe::RunDigest& d = ran->run.digest;
    return observe::to_string(d.total) + " " + observe::to_string(d.packets) + " " +
           observe::to_string(d.tcp) + " " + observe::to_string(d.app);
}

/// A line that begins an entry of a list or map right below a top-level key.
bool begins_entry(const std::string& line) {
    return line.size() > 2 && line.compare(0, 2, "  ") == 0 && line[2] != ' ' && line[2] != '#';
}

/// "hosts: [a, b]" with the names the other way round, and one more if given.
std::string turned_list(const std::string& line, const std::string& more = "") {
    const std::size_t open = line.find('['), close = line.rfind(']');
    std::istringstream names{line.substr(open + 1, close - open - 1)};
    std::vector<std::string> list;
    for (std::string name; std::getline(names >> std::ws, name, ',');) list.push_back(name);
    if (!more.empty()) list.push_back(more);
    std::string text;
    for (auto name = list.rbegin(); name != list.rend(); ++name)
        text += (text.empty() ? "" : ", ") + *name;
    return line.substr(0, open + 1) + text + line.substr(close);
}

bool is_key(const std::string& line, std::initializer_list<std::string_view> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
        return line.compare(0, key.size() + 1, std::string{key} + ":") == 0;
    });
}

/// The same scenario with hosts, routers, links, flows and programs listed in reverse order.
std::string turned(const std::string& yaml) {
    std::istringstream lines{yaml};
    std::string text, line;
    std::vector<std::string> entries;
    bool inside = false;
    const auto flush = [&] {
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) text += *entry;
        entries.clear();
    };
    while (std::getline(lines, line)) {
        if (!line.empty() && line[0] != ' ') {
            flush();
            inside = is_key(line, {"links", "flows", "programs"});
            if (is_key(line, {"hosts", "routers"})) line = turned_list(line);
            text += line + '\n';
        } else if (inside && (begins_entry(line) || entries.empty())) {
            entries.push_back(line + '\n');
        } else if (inside) {
            entries.back() += line + '\n';
        } else {
            text += line + '\n';
        }
    }
    flush();
    return text;
}

std::string with_host(const std::string& yaml, const std::string& name) {
    std::istringstream lines{yaml};
    std::string text, line;
    while (std::getline(lines, line))
        text += (is_key(line, {"hosts"}) ? turned_list(line, name) : line) + '\n';
    return text;
}

}  // namespace

TEST_CASE("The tour is the same again, recorded, turned around, and watched by a bystander",
          "[determinism]") {
    for (const std::string& file : tour()) {
        INFO(file);
        const std::string yaml = content(file);
        const std::string reference = digest(yaml);
        CHECK(digest(yaml) == reference);

        const fs::path folder =
            fs::temp_directory_path() / ("seedwire-determinism-" + std::to_string(getpid()));
        fs::create_directory(folder);
        run::Request everything;
        everything.record_directory = folder.string();
        everything.ladder.emplace();
        CHECK(digest(yaml, everything) == reference);
        fs::remove_all(folder);

        if (yaml.find("\nhosts:") == std::string::npos) continue;  // made by a topology
        CHECK(turned(yaml) != yaml);
        CHECK(digest(turned(yaml)) == reference);
        // Before, between and behind the names of the tour.
        for (const char* name : {"aa", "idle", "mm", "send", "zz"})
            CHECK(digest(with_host(yaml, name)) == reference);
    }
}

}  // namespace seedwire
