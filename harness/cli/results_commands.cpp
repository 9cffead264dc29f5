// `seedwire table`, `compare`, `plot` and `query`: what a results folder says.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/study_files.h"
#include "harness/run/text_table.h"
#include "harness/sweep/groups.h"
#include "harness/sweep/materialise.h"
#include "harness/sweep/plots.h"
#include "harness/sweep/tables.h"
#include "harness/sweep/whole_file.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string path, rows, columns, metric, where, format = "text", base, to, sql;
    std::string kind = "line", x, y, by, log = "none", statistic = "mean", title, output;
};

/// False after a complaint.
bool parse_where(const std::string& text, const study::Study& study,
                 std::optional<study::Condition>& where) {
    if (text.empty()) return true;
    scenario::Diagnostics problems;
    scenario::Reporter reporter{problems};
    scenario::Node node;
    node.kind = scenario::Node::Kind::Scalar;
    node.text = text;
    node.length = static_cast<int>(text.size());
    node.source = reporter.add_source("--where", text);
    where = study::parse_condition(node, study.parameters, reporter);
    if (!where) complain(scenario::render(problems, text, false));
    return where.has_value();
}

bool find_parameter(const study::Study& study, const std::string& name, std::size_t& found) {
    if (const auto index = study.parameter(name)) {
        found = *index;
        return true;
    }
    std::vector<std::string_view> names;
    for (const study::Parameter& p : study.parameters) names.push_back(p.name);
    const std::string hint = scenario::did_you_mean(name, names);
    complain(fmt::format("seedwire: nothing that varies is called '{}'{}{}\n", name,
                         hint.empty() ? "" : ": " + hint,
                         names.empty() ? "" : "; there are " + scenario::list_of(names)));
    return false;
}

std::optional<sweep::Samples> read_metric(const OpenedResults& results, const std::string& name) {
    std::string problem;
    const auto metric = sweep::find_metric(*results.store, name, problem);
    if (!metric) {
        complain(fmt::format("seedwire: {}\n", problem));
        return std::nullopt;
    }
    return sweep::read_samples(*results.store, *metric, results.opened->plan->size());
}

/// The first metric that was collected.
std::string default_metric(const OpenedResults& results) {
    const auto metrics = sweep::metrics_of(*results.store);
    return metrics.empty() ? std::string{} : metrics.front().name;
}

ExitCode check(sweep::Store& store, ExitCode code = ExitCode::Holds) {
    if (store.good()) return code;
    complain(fmt::format("seedwire: {}\n", store.error()));
    return run::worse(code, ExitCode::BadInput);
}

ExitCode table(const Options& options) {
    const OpenedResults results = open_results(options.path, false);
    if (!results.store) return ExitCode::BadInput;
    const study::Study& study = results.opened->study;
    std::string problem;
    const auto question = sweep::parse_question(
        options.metric.empty() ? default_metric(results) : options.metric, problem);
    if (!question) {
        complain(fmt::format("seedwire: {}\n", problem));
        return ExitCode::BadInput;
    }
    if (study.parameters.empty()) {
        complain("seedwire: nothing varies in this study: `seedwire query` answers better\n");
        return ExitCode::BadInput;
    }
    sweep::TableRequest request;
    std::size_t columns = 0;
    if (!options.rows.empty() && !find_parameter(study, options.rows, request.rows))
        return ExitCode::BadInput;
    if (!options.columns.empty()) {
        if (!find_parameter(study, options.columns, columns)) return ExitCode::BadInput;
        request.columns = columns;
    }
    if (!parse_where(options.where, study, request.where)) return ExitCode::BadInput;
    const auto samples = read_metric(results, question->metric);
    if (!samples) return ExitCode::BadInput;
    const auto format = *sweep::table_format(options.format);
    bool first = true;
    for (const sweep::WrittenTable& one :
         sweep::make_tables(*results.opened->plan, *samples, *question, request,
                            format == sweep::TableFormat::Csv)) {
        if (!first) print("\n");
        first = false;
        print(sweep::write(one, format));
    }
    return check(*results.store);
}

/// "cc=reno" and "cc=cubic", or the study's own base.
bool parse_sides(const Options& options, const study::Plan& plan, sweep::Comparison& comparison) {
    const study::Study& study = plan.study();
    const auto split = [&](const std::string& text, std::size_t& parameter, std::string& value) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) {
            complain(fmt::format("seedwire: write NAME=VALUE, not '{}'\n", text));
            return false;
        }
        if (!find_parameter(study, text.substr(0, equals), parameter)) return false;
        const auto points = sweep::points_where(plan, std::nullopt);
        std::vector<std::string_view> values;
        for (const study::Cell* cell : sweep::values_of(plan, points, parameter)) {
            values.push_back(cell->text);
            if (study::is_same(*cell, text.substr(equals + 1))) value = cell->text;
        }
        if (value.empty())
            complain(fmt::format("seedwire: {} is {}, never '{}'\n",
                                 study.parameters[parameter].name, scenario::list_of(values),
                                 text.substr(equals + 1)));
        return !value.empty();
    };
    std::string base = options.base;
    if (base.empty() && study.compare) base = study.compare->parameter + "=" + study.compare->value;
    if (base.empty()) {
        complain("seedwire: --base NAME=VALUE: the study names no base\n");
        return false;
    }
    std::size_t other = 0;
    if (!split(base, comparison.parameter, comparison.base)) return false;
    if (options.to.empty()) return true;
    if (!split(options.to, other, comparison.to)) return false;
    if (other == comparison.parameter) return true;
    complain("seedwire: --base and --to are about different parameters\n");
    return false;
}

ExitCode compare(const Options& options) {
    const OpenedResults results = open_results(options.path, false);
    if (!results.store) return ExitCode::BadInput;
    const study::Plan& plan = *results.opened->plan;
    sweep::Comparison comparison;
    if (!parse_sides(options, plan, comparison) ||
        !parse_where(options.where, results.opened->study, comparison.where))
        return ExitCode::BadInput;
    const auto samples =
        read_metric(results, options.metric.empty() ? default_metric(results) : options.metric);
    if (!samples) return ExitCode::BadInput;
    bool first = true;
    const auto points = sweep::points_where(plan, std::nullopt);
    const bool all = comparison.to.empty();
    for (const study::Cell* value : sweep::values_of(plan, points, comparison.parameter)) {
        if (value->text == comparison.base || (!all && value->text != comparison.to)) continue;
        comparison.to = value->text;
        if (!first) print("\n");
        first = false;
        print(sweep::write(sweep::compare(plan, *samples, comparison),
                           *sweep::table_format(options.format)));
        if (!all) break;
    }
    return check(*results.store);
}

ExitCode plot(const Options& options) {
    const OpenedResults results = open_results(options.path, false);
    if (!results.store) return ExitCode::BadInput;
    const study::Study& study = results.opened->study;
    std::vector<study::Plot> plots;
    if (options.metric.empty() && options.x.empty() && options.by.empty()) {
        plots = sweep::plots_of(*results.opened->plan, *results.store);
    } else {
        study::Plot one;
        constexpr std::string_view kKinds[] = {"line", "box", "cdf", "heat"};
        for (std::size_t k = 0; k < std::size(kKinds); ++k)
            if (kKinds[k] == options.kind) one.kind = static_cast<study::Plot::Kind>(k);
        one.metric = options.metric.empty() ? default_metric(results) : options.metric;
        one.title = options.title;
        one.log_x = options.log.find('x') != std::string::npos;
        one.log_y = options.log.find('y') != std::string::npos;
        one.median = options.statistic == "median";
        std::size_t unused = 0;
        for (const auto& [name, field] :
             {std::pair{&options.x, &one.x}, {&options.y, &one.y}, {&options.by, &one.by}}) {
            if (!name->empty() && !find_parameter(study, *name, unused)) return ExitCode::BadInput;
            *field = *name;
        }
        if (!parse_where(options.where, study, one.where)) return ExitCode::BadInput;
        plots.push_back(std::move(one));
    }
    ExitCode code = ExitCode::Holds;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        std::string problem;
        const std::string svg =
            sweep::draw_plot(*results.opened->plan, plots[i], *results.store, problem);
        std::string file = options.output.empty()
                               ? fmt::format("{}/plot-{}.svg", results.store->directory(), i + 1)
                               : options.output;
        if (!options.output.empty() && plots.size() > 1)
            file.insert(std::min(file.rfind(".svg"), file.size()), fmt::format("-{}", i + 1));
        if (problem.empty() && file == "-")
            print(svg);
        else if (problem.empty())
            problem = sweep::write_whole_file(file, svg);
        if (!problem.empty()) {
            complain(fmt::format("seedwire: {}\n", problem));
            code = run::worse(code, svg.empty() ? ExitCode::BadInput : ExitCode::Partial);
        } else if (file != "-") {
            print(file + "\n");
        }
    }
    return check(*results.store, code);
}

ExitCode query(const Options& options) {
    sweep::Store store{options.path, sweep::Store::Mode::Read};
    if (!store.good()) return check(store);
    sweep::Statement statement{store.database(), options.sql};
    sweep::WrittenTable table;
    for (int i = 0; i < statement.columns(); ++i) table.heading.push_back(statement.name(i));
    while (statement.step()) {
        auto& row = table.rows.emplace_back();
        for (int i = 0; i < statement.columns(); ++i)
            row.push_back(statement.type(i) == sweep::Statement::Type::Number
                              ? sweep::number_text(statement.number(i))
                              : std::string{statement.text(i)});
    }
    if (!store.good()) return check(store);
    if (!table.heading.empty()) print(sweep::write(table, *sweep::table_format(options.format)));
    return ExitCode::Holds;
}

void add_format(CLI::App& command, std::string& format) {
    command.add_option("--format", format, "text, csv, markdown or latex")
        ->check(CLI::IsMember({"text", "csv", "markdown", "latex"}));
}

constexpr const char* kPathHelp = "Results folder, or the study whose folder has its usual name";

}  // namespace

void add_table_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("table", "Print a table of a study's results");
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->path, kPathHelp)->required();
    command->add_option("--rows", options->rows, "Parameter of the rows (default: the first)");
    command->add_option("--cols", options->columns, "Parameter of the columns");
    command->add_option("--metric", options->metric,
                        "METRIC:STATISTIC,...: mean ci95 ci90 ci99 median mci95 p1..p99 sd min max "
                        "n");
    command->add_option("--where", options->where, "Only points that fit, e.g. 'delay == 20 ms'");
    add_format(*command, options->format);
    command->footer(
        "Examples:\n"
        "  seedwire table results --rows loss --cols cc --metric goodput:mean,ci95\n"
        "  seedwire table results --rows loss --metric completion:median,p95 --format latex\n"
        "  seedwire table results --rows loss --cols cc --where 'delay == 20 ms' --format csv\n"
        "\n"
        "Whatever else varies makes a table of its own. Exit codes: 0 printed, 2 bad usage.");
    command->callback([options, &code] { code = table(*options); });
}

void add_compare_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("compare", "Print paired differences between two values");
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->path, kPathHelp)->required();
    command->add_option("--base", options->base, "NAME=VALUE (default: the study's)");
    command->add_option("--to", options->to, "NAME=VALUE (default: every other value)");
    command->add_option("--metric", options->metric, "Default: the first that was collected");
    command->add_option("--where", options->where, "Only points that fit");
    add_format(*command, options->format);
    command->footer(
        "Examples:\n"
        "  seedwire compare results --base cc=reno --to cc=cubic\n"
        "  seedwire compare results --metric download.retransmissions\n"
        "  seedwire compare loss.study.yaml --base cc=reno --format latex\n"
        "\n"
        "Runs of the same seed are compared: they had the same luck. Exit codes: 0 printed, 2 bad\n"
        "usage.");
    command->callback([options, &code] { code = compare(*options); });
}

void add_plot_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("plot", "Draw a study's results as SVG");
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->path, kPathHelp)->required();
    command->add_option("--kind", options->kind, "line, box, cdf or heat")
        ->check(CLI::IsMember({"line", "box", "cdf", "heat"}));
    command->add_option("--metric", options->metric, "Default: the first that was collected");
    command->add_option("--x", options->x, "Parameter along the axis");
    command->add_option("--by", options->by, "Of a cdf: a curve for each value of this parameter");
    command->add_option("--y", options->y, "Of a heat map: the other parameter");
    command->add_option("--log", options->log, "Logarithmic axes: x, y or xy")
        ->check(CLI::IsMember({"none", "x", "y", "xy"}));
    command->add_option("--statistic", options->statistic, "mean or median")
        ->check(CLI::IsMember({"mean", "median"}));
    command->add_option("--where", options->where, "Only points that fit");
    command->add_option("--title", options->title, "Above the plot");
    command->add_option("-o,--output", options->output, "File (default: DIR/plot-1.svg); - prints");
    command->footer(
        "Examples:\n"
        "  seedwire plot results                                  the plots that the study asks "
        "for\n"
        "  seedwire plot results --metric goodput --x loss --log x -o goodput.svg\n"
        "  seedwire plot results --kind heat --metric completion --x loss --y delay\n"
        "\n"
        "Bands are 95 % intervals. Exit codes: 0 drawn, 2 bad usage, 5 a file could not be "
        "written.");
    command->callback([options, &code] { code = plot(*options); });
}

void add_query_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("query", "Ask a study's results in SQL");
    auto options = std::make_shared<Options>();
    command->add_option("DIR", options->path, "Results folder")->required();
    command->add_option("SQL", options->sql, "A select statement")->required();
    add_format(*command, options->format);
    command->footer(
        "Examples:\n"
        "  seedwire query results 'select * from parameters'\n"
        "  seedwire query results 'select loss, avg(\"download.completion\") from results group by "
        "loss'\n"
        "  seedwire query results 'select reason, command from failures' --format csv\n"
        "\n"
        "The tables are described in docs/studies.md. Exit codes: 0 answered, 2 it is not.");
    command->callback([options, &code] { code = query(*options); });
}

}  // namespace seedwire::cli
