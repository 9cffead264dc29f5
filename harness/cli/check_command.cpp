// `seedwire check`: reads scenarios, reports every problem, runs nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/loading.h"
#include "harness/observe/json_writer.h"
#include "harness/scenario/canonical_text.h"
#include "harness/sweep/opened.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::vector<std::string> files, sets;
    std::string color = "auto";
    bool json = false, quiet = false, effective = false;
};

void write_problems(observe::JsonWriter& json, const LoadedFile& file) {
    json.begin_object()
        .field("file", file.path)
        .field("valid", file.scenario.has_value() || file.is_valid_study);
    json.key("problems").begin_array();
    for (const scenario::Diagnostic& d : file.problems.list()) {
        json.begin_object().field("id", d.id);
        json.field("severity", d.severity == scenario::Severity::Error ? "error" : "warning");
        json.field("line", d.where.line)
            .field("column", d.where.column)
            .field("length", d.where.length);
        json.field("message", d.message).field("hint", d.hint).field("note", d.note).end_object();
    }
    json.end_array().end_object();
}

std::string description(const LoadedFile& file) {
    const scenario::Scenario& s = *file.scenario;
    std::size_t routers = 0;
    for (const auto& node : s.nodes) routers += node.router ? 1 : 0;
    const auto count = [](std::size_t n, std::string_view thing) {
        return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s");
    };
    return fmt::format("{}: valid: {}, {}, {}, {}, {}, {}, {}\n", file.path,
                       count(s.nodes.size() - routers, "host"), count(routers, "router"),
                       count(s.links.size(), "link"), count(s.flows.size(), "flow"),
                       count(s.programs.size(), "program"), count(s.faults.size(), "fault"),
                       count(s.expectations.size(), "expectation"));
}

/// With a document mark before each of several.
std::string effective_text(const LoadedFile& file, bool several) {
    const std::string text = scenario::canonical_text(*file.scenario);
    return several ? fmt::format("--- # {}\n{}", file.path, text) : text;
}

/// Prints what is wrong, or how large it is.
LoadedFile check_study(const std::string& path, const std::string& text, const Options& options,
                       bool color) {
    LoadedFile file;
    file.path = path;
    file.text = text;
    const auto opened = sweep::open_study(path, text, file.problems);
    file.is_valid_study = opened != nullptr;
    if (!file.problems.list().empty()) complain(scenario::render(file.problems, text, color));
    if (opened && !options.json && !options.quiet)
        print(fmt::format("{}: valid: a study of {} points, {} runs or more\n", path,
                          opened->plan->size(), opened->plan->least_runs()));
    return file;
}

ExitCode check(const Options& options) {
    scenario::LoadOptions load;
    for (const std::string& set : options.sets) {
        auto override = parse_override(set);
        if (!override) return ExitCode::BadInput;
        load.overrides.push_back(std::move(*override));
    }
    const Terminal terminal = look_at_terminal(options.color);
    ExitCode code = ExitCode::Holds;
    std::vector<LoadedFile> files;
    for (const std::string& path : options.files) {
        scenario::Diagnostics unreadable;
        const auto text = path == "-" ? std::nullopt : scenario::read_file(path, unreadable);
        if (text && scenario::is_study(*text))
            files.push_back(check_study(path, *text, options, terminal.color));
        else
            files.push_back(std::move(load_files({path}, load, terminal.color).front()));
    }
    observe::JsonWriter json{true};
    json.begin_object().key("files").begin_array();
    for (const LoadedFile& file : files) {
        if (!file.scenario && !file.is_valid_study) code = ExitCode::BadInput;
        if (options.json)
            write_problems(json, file);
        else if (file.scenario && options.effective)
            print(effective_text(file, files.size() > 1));
        else if (file.scenario && !options.quiet)
            print(description(file));
    }
    if (options.json) print(json.end_array().end_object().take());
    return code;
}

}  // namespace

void add_check_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("check", "Read scenarios and report every problem; run nothing");
    auto options = std::make_shared<Options>();
    command->add_option("FILE", options->files, "Scenario files; - is standard input")->required();
    add_set_option(*command, options->sets);
    CLI::Option* json = command->add_flag("--json", options->json, "Print the problems as JSON");
    command
        ->add_flag("--effective", options->effective,
                   "Print the scenario with every default written out")
        ->excludes(json);
    command->add_flag("-q,--quiet", options->quiet, "Print problems only");
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire check scenarios/tour/*.yaml\n"
        "  seedwire check lossy.yaml --set line.rate=2Mbit/s\n"
        "  seedwire check --effective lossy.yaml > written-out.yaml\n"
        "\n"
        "Exit codes: 0 valid (perhaps with warnings), 2 bad usage or scenario.");
    command->callback([options, &code] { code = check(*options); });
}

}  // namespace seedwire::cli
