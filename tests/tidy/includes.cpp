// Who may include whom. The table is ARCHITECTURE.md, section a.2, in a form that can be tested.
#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "tests/tidy/rules.h"

namespace seedwire::tidy {

namespace {

struct Floor {
    std::string_view folder;
    std::string_view may_include;  ///< folders, or whole top folders, separated by spaces
};

constexpr std::array kFloors = {
    Floor{"sim/base", ""},
    Floor{"sim/kernel", "sim/base"},
    Floor{"models/wire", "sim/base"},
    Floor{"models/trace", "models/wire sim/base"},
    Floor{"models/tcp", "models/wire sim/base"},
    Floor{"models/tls", "models/wire sim/base"},
    Floor{"models/udp", "models/wire sim/base"},
    Floor{"models/net", "models/trace models/wire sim"},
    Floor{"models/socket", "models/tcp models/udp models/wire sim/base"},
    Floor{"models/host",
          "models/socket models/net models/tcp models/tls models/udp models/trace models/wire sim"},
    Floor{"models/app",
          "models/host models/socket models/net models/tcp models/tls models/udp models/trace "
          "models/wire sim"},
    Floor{"harness/scenario",
          "models/app models/host models/socket models/net models/tcp models/tls models/trace "
          "models/wire sim/base"},
    Floor{"harness/world", "harness/scenario models sim"},
    Floor{"harness/observe", "harness/world harness/scenario models sim"},
    Floor{"harness/judge", "harness/observe harness/world harness/scenario models sim"},
    Floor{"harness/drill",
          "harness/observe models/socket models/tcp models/trace models/wire sim/base"},
    Floor{"harness/run", "harness/judge harness/observe harness/world harness/scenario models sim"},
    Floor{"harness/study", "harness/scenario sim/base"},
    Floor{"harness/sweep",
          "harness/study harness/run harness/judge harness/observe harness/world harness/scenario "
          "models sim"},
    Floor{"harness/regress",
          "harness/run harness/judge harness/observe harness/world harness/scenario models sim"},
    Floor{"harness/replay",
          "harness/run harness/judge harness/observe harness/world harness/scenario models sim"},
    Floor{"harness/cli", "harness models sim"},
};

struct ThirdParty {
    std::string_view header;   ///< how its includes begin
    std::string_view allowed;  ///< files or folders, separated by spaces
    std::string_view instead;
};

constexpr std::array kThirdParties = {
    ThirdParty{"yaml-cpp/", "harness/scenario/document.cpp",
               "ask harness/scenario/document.h, the only place that knows YAML"},
    ThirdParty{"boost/graph/", "models/net/routing.cpp",
               "ask models/net/routing.h, the only place that knows Boost.Graph"},
    ThirdParty{"boost/math/", "harness/sweep", "statistics live in harness/sweep"},
    ThirdParty{"boost/", "models/net/routing.cpp harness/sweep", "use the standard library"},
    ThirdParty{"CLI/", "harness/cli", "the command line is read in harness/cli only"},
    ThirdParty{"xxhash.h",
               "harness/observe/digest.cpp harness/observe/wide_hash.cpp "
               "tests/harness/observe/wide_hash_test.cpp",
               "use harness/observe/digest.h"},
    ThirdParty{"sqlite3.h", "harness/sweep/database.cpp", "use harness/sweep/database.h"},
    ThirdParty{"zlib.h", "harness/replay", "compressed traces are read in harness/replay only"},
    ThirdParty{"openssl/", "harness/observe/tls_cipher.cpp",
               "use harness/observe/tls_cipher.h; TLS here is abstract"},
    ThirdParty{"catch2/", "tests/support/catch.h", "include \"tests/support/catch.h\""},
    ThirdParty{"rapidcheck", "tests", "property tests live in tests/"},
    ThirdParty{"fmt/", "sim models harness tests bench docs", ""},
};

struct BannedHeader {
    std::string_view header;
    std::string_view banned_in;
    std::string_view allowed;  ///< exceptions
    std::string_view instead;
};

constexpr std::string_view kAssert = "sim/base/assert.cpp";
constexpr std::array kBannedHeaders = {
    BannedHeader{"random", "sim models harness", "", "use RandomStream (sim/base/random.h)"},
    BannedHeader{"unordered_map", "sim models harness", "",
                 "use a sorted vector, std::map or an index"},
    BannedHeader{"unordered_set", "sim models harness", "",
                 "use a sorted vector, std::set or an index"},
    BannedHeader{"chrono", "sim models harness", "harness/cli harness/run",
                 "use the `now` you were given (sim/base/time.h)"},
    BannedHeader{"ctime", "sim models harness", "harness/cli harness/run",
                 "use the `now` you were given (sim/base/time.h)"},
    BannedHeader{"sys/time.h", "sim models harness", "harness/cli harness/run",
                 "use the `now` you were given (sim/base/time.h)"},
    BannedHeader{"iostream", "sim models", "", "report through models/trace"},
    BannedHeader{"fstream", "models", "", "files are read and written in harness/"},
    BannedHeader{"filesystem", "sim models", "", "files are read and written in harness/"},
    BannedHeader{"cstdio", "models", "", "report through models/trace"},
    BannedHeader{"fmt/os.h", "sim models", kAssert, "files are written in harness/"},
    BannedHeader{"locale", "sim models harness", "harness/cli",
                 "numbers have one written form: fmt or std::to_chars"},
    BannedHeader{"cmath", "sim models", "", "use sim/base/fixed_math.h: exact on every compiler"},
    BannedHeader{"thread", "sim models", "sim/kernel sim/base/assert.cpp",
                 "models have no threads"},
    BannedHeader{"mutex", "sim models", "sim/kernel sim/base/assert.cpp", "models have no threads"},
    BannedHeader{"atomic", "sim models", "sim/kernel sim/base/assert.cpp",
                 "models have no threads"},
};

bool lists(std::string_view folders, std::string_view path) {
    std::istringstream words{std::string{folders}};
    Source file{std::string{path}, {}};
    for (std::string folder; words >> folder;)
        if (file.is_below(folder)) return true;
    return false;
}

const Floor* floor_of(std::string_view folder) {
    const auto* found = std::ranges::find(kFloors, folder, &Floor::folder);
    return found == kFloors.end() ? nullptr : found;
}

struct Include {
    std::string path;
    bool quoted = false;
};

std::optional<Include> parse_include(std::string_view line) {
    const auto skip = [&line](std::string_view what) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (!line.starts_with(what)) return false;
        line.remove_prefix(what.size());
        return true;
    };
    if (!skip("#") || !skip("include")) return std::nullopt;
    const bool quoted = skip("\"");
    if (!quoted && !skip("<")) return std::nullopt;
    return Include{std::string{line.substr(0, line.find(quoted ? '"' : '>'))}, quoted};
}

std::string why_not_ours(const Source& source, const Include& include) {
    constexpr std::string_view kOurs = "sim models harness tests bench";
    if (!lists(kOurs, include.path))
        return "\"" + include.path + "\": write includes from the project root, such as \"" +
               source.folder() + "/" + include.path.substr(include.path.rfind('/') + 1) + "\"";
    const Floor* floor = floor_of(source.folder());
    const Source target{include.path, {}};
    if (floor == nullptr || target.folder() == floor->folder) return "";
    if (lists(floor->may_include, include.path)) return "";
    const std::string allowed{floor->may_include};
    return std::string{floor->folder} + " may not include " + target.folder() +
           "; it may include " + (allowed.empty() ? "nothing of ours" : allowed) +
           ": pass what you need as a value, or move the code up";
}

std::string why_not_foreign(const Source& source, const Include& include) {
    for (const BannedHeader& banned : kBannedHeaders)
        if (include.path == banned.header && lists(banned.banned_in, source.path) &&
            !lists(banned.allowed, source.path))
            return "<" + include.path + "> is not for " + source.folder() + ": " +
                   std::string{banned.instead};
    for (const ThirdParty& party : kThirdParties) {
        if (!include.path.starts_with(party.header)) continue;
        if (lists(party.allowed, source.path)) return "";
        return "<" + include.path + "> belongs into " + std::string{party.allowed} +
               " only: " + std::string{party.instead};
    }
    return "";
}

}  // namespace

void check_includes(const Source& source, std::vector<Violation>& found) {
    if (!source.is_cpp()) return;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::optional<Include> include = parse_include(source.lines[i].quoted);
        if (!include) continue;
        const std::string why =
            include->quoted ? why_not_ours(source, *include) : why_not_foreign(source, *include);
        if (!why.empty()) found.push_back({source.path, i + 1, why});
    }
}

void check_link_dependencies(std::string_view cmake_lists, std::vector<Violation>& found) {
    std::size_t line = 1;
    constexpr std::string_view kCall = "\nseedwire_library(";
    for (std::size_t at = cmake_lists.find(kCall); at != std::string_view::npos;
         at = cmake_lists.find(kCall, at + 1)) {
        line = 2 + static_cast<std::size_t>(std::ranges::count(cmake_lists.substr(0, at), '\n'));
        const std::string_view rest = cmake_lists.substr(at + kCall.size());
        std::istringstream words{std::string{rest.substr(0, rest.find(')'))}};
        std::string folder;
        words >> folder;
        const Floor* floor = floor_of(folder);
        bool depends = false;
        for (std::string word; words >> word;) {
            if (word == "DEPENDS" || word == "PRIVATE" || word == "PUBLIC_THIRD_PARTY")
                depends = word == "DEPENDS";
            else if (depends && (floor == nullptr || !lists(floor->may_include, word)))
                found.push_back({"CMakeLists.txt", line,
                                 folder + " may not link " + word +
                                     ": take it out, or change the table of ARCHITECTURE.md a.2"});
        }
    }
}

}  // namespace seedwire::tidy
