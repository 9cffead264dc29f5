// `seedwire drill`: packetdrill scripts in virtual time, against the endpoint that hosts use.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/drill/drawing.h"
#include "harness/drill/report_markdown.h"
#include "harness/drill/suite.h"
#include "harness/observe/json_writer.h"

namespace seedwire::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> paths, defines;
    std::string profile = "auto", congestion, junit, pcap;
    std::size_t jobs = 0;
    bool json = false, markdown = false, quiet = false, ladder = false;
};

std::size_t default_jobs() {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? static_cast<std::size_t>(count) : 1;
}

std::string json_text(const std::vector<drill::ScriptResult>& results) {
    const drill::Totals totals = drill::totals_of(results);
    observe::JsonWriter json{true};
    json.begin_object();
    json.field("passed", std::uint64_t{totals.passed});
    json.field("failed", std::uint64_t{totals.failed});
    json.field("unsupported", std::uint64_t{totals.unsupported});
    json.key("scripts").begin_array();
    for (const drill::ScriptResult& result : results) {
        const drill::Outcome& outcome = result.outcome;
        json.begin_object();
        json.field("file", std::string_view{result.file});
        json.field("status", drill::to_string(outcome.status));
        json.field("profile", drill::to_string(outcome.profile));
        if (outcome.status != drill::Status::Passed) {
            json.field("line", outcome.at.line);
            json.field("column", outcome.at.column);
            json.field("message", std::string_view{outcome.message});
            json.field("details", std::string_view{outcome.details});
        }
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.take();
}

bool write_junit(const std::string& path, std::string_view text) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    bool good = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    if (!good) complain(fmt::format("seedwire: {}: {}\n", path, std::strerror(errno)));
    return good;
}

std::optional<drill::RunOptions> run_options(const Options& options) {
    drill::RunOptions run;
    run.or_linux = options.profile == "auto";
    if (options.profile == "linux") run.profile = drill::ProfileName::Linux;
    if (options.profile == "rfc") run.profile = drill::ProfileName::Rfc;
    if (!options.congestion.empty()) run.congestion = drill::congestion_named(options.congestion);
    for (const std::string& define : options.defines) {
        const std::size_t equals = define.find('=');
        if (equals == std::string::npos) {
            complain(fmt::format("seedwire: -D needs NAME=VALUE, not '{}'\n", define));
            return std::nullopt;
        }
        run.defines[define.substr(0, equals)] = define.substr(equals + 1);
    }
    return run;
}

/// The file of one script is named as its script is, below what all scripts have in common.
fs::path capture_path(const fs::path& pcap, const std::string& file, const fs::path& common,
                      bool into_folder) {
    if (!into_folder) return pcap;
    const fs::path below = fs::path{file}.lexically_relative(common);
    fs::path name;
    for (const fs::path& part : below.empty() ? fs::path{file}.relative_path() : below)
        if (part != "..") name /= part;
    return pcap / name.replace_extension(".pcapng");
}

/// The deepest folder that holds all files.
fs::path common_folder(const std::vector<drill::ScriptResult>& results) {
    fs::path common = fs::path{results.front().file}.parent_path();
    for (const drill::ScriptResult& result : results) {
        const auto outside = [&] {
            const fs::path below = fs::path{result.file}.lexically_relative(common);
            return below.empty() || *below.begin() == "..";
        };
        while (!common.empty() && common != common.root_path() && outside())
            common = common.parent_path();
    }
    return common;
}

bool write_captures(const std::string& pcap, const std::vector<drill::ScriptResult>& results) {
    std::error_code error;
    const bool into_folder =
        results.size() > 1 || pcap.ends_with('/') || fs::is_directory(pcap, error);
    const fs::path common = common_folder(results);
    for (const drill::ScriptResult& result : results) {
        if (!result.outcome.recording) continue;
        const fs::path path = capture_path(pcap, result.file, common, into_folder);
        if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
        std::FILE* file = std::fopen(path.c_str(), "wb");
        bool good = file != nullptr;
        if (good) {
            drill::write_capture(*result.outcome.recording, file);
            good = std::ferror(file) == 0;
            good = std::fclose(file) == 0 && good;
        }
        if (!good) {
            complain(fmt::format("seedwire: {}: {}\n", path.string(), std::strerror(errno)));
            return false;
        }
    }
    return true;
}

void print_ladders(const std::vector<drill::ScriptResult>& results) {
    const Terminal terminal = look_at_terminal("auto");
    observe::LadderStyle style;
    style.width = terminal.width;
    style.unicode = terminal.unicode;
    style.color = terminal.color;
    style.most_packets = SIZE_MAX;
    for (const drill::ScriptResult& result : results) {
        if (!result.outcome.recording) continue;
        print(fmt::format("{}\n{}\n", result.file, draw(*result.outcome.recording, style)));
    }
}

ExitCode run_drill(const Options& options) {
    auto run = run_options(options);
    if (!run) return ExitCode::BadInput;
    run->record = options.ladder || !options.pcap.empty();
    const drill::FoundScripts found = drill::find_scripts(options.paths);
    for (const std::string& problem : found.problems)
        complain(fmt::format("seedwire: {}\n", problem));
    if (!found.problems.empty()) return ExitCode::BadInput;
    if (found.files.empty()) {
        complain("seedwire: there is no script (*.pkt) below these paths\n");
        return ExitCode::BadInput;
    }
    const std::size_t jobs = options.jobs > 0 ? options.jobs : default_jobs();
    const std::vector<drill::ScriptResult> results = drill::run_files(found.files, *run, jobs);
    if (options.ladder) print_ladders(results);
    if (options.json) {
        print(json_text(results));
    } else if (options.markdown) {
        print(drill::markdown(results, options.paths));
    } else {
        for (const drill::ScriptResult& result : results) print(drill::result_text(result));
        if (!options.quiet) print(drill::summary_text(results));
    }
    const bool good = drill::totals_of(results).passed == results.size();
    ExitCode code = good ? ExitCode::Holds : ExitCode::ExpectationFailed;
    if (!options.junit.empty() && !write_junit(options.junit, drill::junit(results)))
        code = run::worse(code, ExitCode::Partial);
    if (!options.pcap.empty() && !write_captures(options.pcap, results))
        code = run::worse(code, ExitCode::Partial);
    return code;
}

}  // namespace

void add_drill_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("drill", "Run packetdrill scripts in virtual time");
    auto options = std::make_shared<Options>();
    command->add_option("SCRIPT", options->paths, "Scripts (*.pkt), or folders of them")
        ->required();
    command
        ->add_option(
            "--profile", options->profile,
            "Settings before the script's own: packetdrill (what defaults.sh of the public "
            "collections sets), linux (a kernel as it comes), rfc (the RFCs' letter), or auto "
            "(packetdrill; linux where a script that does not call defaults.sh passes only so)")
        ->check(CLI::IsMember({"auto", "packetdrill", "linux", "rfc"}));
    command->add_option("--cc", options->congestion, "Congestion control instead of the profile's")
        ->check(CLI::IsMember({"reno", "cubic"}));
    command->add_option("-D", options->defines, "Let NAME stand for VALUE in scripts")
        ->type_name("NAME=VALUE");
    command->add_option("-j,--jobs", options->jobs, "Scripts at a time (default: processors)")
        ->check(CLI::Range(1, 1024));
    command->add_option("--junit", options->junit, "Write the results as JUnit XML")
        ->type_name("FILE");
    command->add_flag("--ladder", options->ladder,
                      "Draw what each script did: packets, causes, states of the host under test");
    command
        ->add_option("--pcap", options->pcap,
                     "Write what each script did as a capture; with several scripts a folder of "
                     "them")
        ->type_name("FILE|DIR");
    CLI::Option* json = command->add_flag("--json", options->json, "Print the results as JSON");
    CLI::Option* page = command->add_flag("--markdown", options->markdown,
                                          "Print totals and what did not pass as Markdown");
    json->excludes(page)->excludes("--ladder");
    page->excludes("--ladder");
    command->add_flag("-q,--quiet", options->quiet, "Print only what failed");
    command->footer(
        "Examples:\n"
        "  seedwire drill scenarios/drill\n"
        "  seedwire drill my.pkt --cc reno\n"
        "  seedwire drill my.pkt --ladder --pcap my.pcapng\n"
        "\n"
        "Exit codes: 0 all scripts passed, 1 one failed or asks for what is not supported,\n"
        "2 bad usage, 5 the JUnit file or a capture could not be written.");
    command->callback([options, &code] { code = run_drill(*options); });
}

}  // namespace seedwire::cli
