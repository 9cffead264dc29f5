// Identifiers that would make two runs differ (ARCHITECTURE.md, section c), and those that belong
// to another floor.
#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <string>

#include "tests/tidy/rules.h"

namespace seedwire::tidy {

namespace {

enum class Form {
    Word,  ///< wherever it stands
    Std,   ///< behind std::
    Call,  ///< a call of a free function
};

struct Banned {
    std::string_view name;  ///< a final * stands for any ending
    Form form;
    std::string_view where;   ///< folders, separated by spaces
    std::string_view except;  ///< files or folders where it is right
    std::string_view instead;
};

constexpr std::string_view kEverywhere = "sim models harness";
constexpr std::string_view kPure = "sim models";
constexpr std::string_view kProgress = "harness/cli harness/run";
constexpr std::string_view kAssert = "sim/base/assert.cpp";
constexpr std::string_view kKernel = "sim/kernel sim/base/assert.cpp";
constexpr std::string_view kClock = "a run has one clock, the `now` that is passed in";
constexpr std::string_view kRandom = "use a named RandomStream (sim/base/random.h)";
constexpr std::string_view kOrder =
    "its order is hidden; use std::map, a sorted vector or an index";
constexpr std::string_view kExact =
    "use integers, Ratio, Rate or fixed_math: the same on every compiler";
constexpr std::string_view kSilent = "models do not print; report through models/trace";
constexpr std::string_view kThrow = "answer with a value; our own bugs are SEEDWIRE_ASSERT";
constexpr std::string_view kEnvironment = "a result may not depend on the environment";
constexpr std::string_view kThreads = "models have no threads";

constexpr std::array kBanned = {
    Banned{"system_clock", Form::Word, kEverywhere, kProgress, kClock},
    Banned{"steady_clock", Form::Word, kEverywhere, kProgress, kClock},
    Banned{"high_resolution_clock", Form::Word, kEverywhere, kProgress, kClock},
    Banned{"gettimeofday", Form::Call, kEverywhere, kProgress, kClock},
    Banned{"clock_gettime", Form::Call, kEverywhere, kProgress, kClock},
    Banned{"time", Form::Call, kEverywhere, kProgress, kClock},
    Banned{"clock", Form::Std, kEverywhere, kProgress, kClock},
    Banned{"localtime*", Form::Call, kEverywhere, "", kEnvironment},
    Banned{"rand", Form::Call, kEverywhere, "", kRandom},
    Banned{"srand", Form::Call, kEverywhere, "", kRandom},
    Banned{"rand_r", Form::Call, kEverywhere, "", kRandom},
    Banned{"shuffle", Form::Std, kEverywhere, "", kRandom},
    Banned{"shuffle", Form::Call, kEverywhere, "", kRandom},
    Banned{"random_shuffle", Form::Word, kEverywhere, "", kRandom},
    Banned{"random_device", Form::Word, kEverywhere, "", kRandom},
    Banned{"mt19937*", Form::Word, kEverywhere, "", kRandom},
    Banned{"default_random_engine", Form::Word, kEverywhere, "", kRandom},
    Banned{"uniform_int_distribution", Form::Word, kEverywhere, "", kRandom},
    Banned{"uniform_real_distribution", Form::Word, kEverywhere, "", kRandom},
    Banned{"unordered_*", Form::Std, kEverywhere, "", kOrder},
    Banned{"hash", Form::Std, kEverywhere, "", "use sim/base/stable_hash.h, the same everywhere"},
    Banned{"float", Form::Word, kPure, "", kExact},
    Banned{"double", Form::Word, kPure, "", kExact},
    Banned{"getenv", Form::Call, kEverywhere, "harness/cli", kEnvironment},
    Banned{"getenv", Form::Std, kEverywhere, "harness/cli", kEnvironment},
    Banned{"setlocale", Form::Word, kEverywhere, "harness/cli", kEnvironment},
    Banned{"locale", Form::Std, kEverywhere, "harness/cli", kEnvironment},
    Banned{"cout", Form::Std, kPure, "", kSilent},
    Banned{"cerr", Form::Std, kPure, "", kSilent},
    Banned{"printf", Form::Call, kPure, "", kSilent},
    Banned{"fprintf", Form::Call, kPure, kAssert, kSilent},
    Banned{"puts", Form::Call, kPure, "", kSilent},
    Banned{"fputs", Form::Call, kPure, kAssert, kSilent},
    Banned{"throw", Form::Word, kPure, "", kThrow},
    Banned{"try", Form::Word, kPure, "", kThrow},
    Banned{"catch", Form::Word, kPure, "", kThrow},
    Banned{"thread", Form::Std, kPure, kKernel, kThreads},
    Banned{"jthread", Form::Std, kPure, kKernel, kThreads},
    Banned{"mutex", Form::Std, kPure, kKernel, kThreads},
    Banned{"atomic*", Form::Std, kPure, kKernel, kThreads},
    Banned{"assert", Form::Call, kEverywhere, "", "use SEEDWIRE_ASSERT: it is on in every build"},
    Banned{"dynamic_cast", Form::Word, kPure, "", "ask the object through its interface"},
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_among(std::string_view folders, const Source& source) {
    std::istringstream words{std::string{folders}};
    for (std::string folder; words >> folder;)
        if (source.is_below(folder)) return true;
    return false;
}

/// An identifier with what stands before and behind it.
struct Identifier {
    std::string_view name;
    std::string_view before;
    std::string_view behind;

    bool is_member() const { return before.ends_with(".") || before.ends_with("->"); }
    bool is_std() const { return before.ends_with("std::"); }
    /// Not a member, not of another namespace, not the declaration `Time time(...)`.
    bool is_call() const {
        if (!behind.starts_with("(") || is_member()) return false;
        if (before.ends_with("::"))
            return is_std() || before.size() == 2 || !is_word(before[before.size() - 3]);
        const std::size_t end = before.find_last_not_of(' ');
        if (end == std::string_view::npos || !is_word(before[end])) return true;
        return before.substr(0, end + 1).ends_with("return");
    }
    bool has_form(Form form) const {
        switch (form) {
            case Form::Word:
                return !is_member();
            case Form::Std:
                return is_std();
            case Form::Call:
                return is_call();
        }
        return false;
    }
    bool is_named(std::string_view pattern) const {
        if (!pattern.ends_with('*')) return name == pattern;
        return name.starts_with(pattern.substr(0, pattern.size() - 1));
    }
};

/// A sorted container whose key is an address: `map<Host*, ...>`, `set<const Link*>`.
bool is_keyed_by_address(const Identifier& identifier) {
    static constexpr std::array kSorted = {"map", "set", "multimap", "multiset"};
    if (std::ranges::find(kSorted, identifier.name) == kSorted.end()) return false;
    if (!identifier.behind.starts_with("<")) return false;
    const std::string_view key =
        identifier.behind.substr(1, identifier.behind.find_first_of(",<>", 1) - 1);
    const std::size_t end = key.find_last_not_of(' ');
    return end != std::string_view::npos && key[end] == '*';
}

/// `using namespace tcp;`, but not a set of constants or literals such as `wire::flag`.
bool opens_whole_folder(std::string_view code) {
    static constexpr std::array kFolders = {
        "std",  "seedwire", "wire",     "trace", "net",     "tcp",   "tls",    "udp", "socket",
        "host", "app",      "scenario", "world", "observe", "judge", "chrono", "run", "cli"};
    constexpr std::string_view kUsing = "using namespace ";
    const std::size_t at = code.find(kUsing);
    if (at == std::string_view::npos) return false;
    std::string_view name = code.substr(at + kUsing.size());
    name = name.substr(0, name.find(';'));
    const std::size_t colon = name.rfind(':');
    if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
    return std::ranges::find(kFolders, name) != kFolders.end();
}

void check_line(const Source& source, std::size_t number, std::vector<Violation>& found) {
    const std::string_view code = source.lines[number - 1].code;
    const auto report = [&](std::string_view name, std::string_view instead) {
        found.push_back({source.path, number, std::string{name} + ": " + std::string{instead}});
    };
    for (std::size_t at = 0; at < code.size();) {
        if (!is_word(code[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < code.size() && is_word(code[end])) ++end;
        const Identifier identifier{code.substr(at, end - at), code.substr(0, at),
                                    code.substr(end)};
        at = end;
        const auto* banned = std::ranges::find_if(kBanned, [&](const Banned& rule) {
            return identifier.is_named(rule.name) && identifier.has_form(rule.form) &&
                   is_among(rule.where, source) && !is_among(rule.except, source);
        });
        if (banned != kBanned.end()) report(identifier.name, banned->instead);
        if (is_keyed_by_address(identifier))
            report(std::string{identifier.name} + " keyed by a pointer",
                   "addresses differ from run to run; use an id or a name as key");
    }
    if (opens_whole_folder(code))
        report("using namespace", "say whose it is: tcp::Endpoint, wire::Packet");
    const std::string_view quoted = source.lines[number - 1].quoted;
    const std::size_t address = quoted.find("%p");
    if (address != std::string_view::npos && code[address] == ' ')
        report("%p", "addresses differ from run to run; print an id or a name");
}

}  // namespace

void check_identifiers(const Source& source, std::vector<Violation>& found) {
    if (!source.is_cpp() || !is_among(kEverywhere, source)) return;
    for (std::size_t number = 1; number <= source.lines.size(); ++number) {
        const std::string& code = source.lines[number - 1].code;
        const std::size_t first = code.find_first_not_of(" \t");
        // Includes are check_includes()'s business; other directives hold code.
        if (first != std::string::npos && code.substr(first).starts_with("#include")) continue;
        check_line(source, number, found);
    }
}

}  // namespace seedwire::tidy
