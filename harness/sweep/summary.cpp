#include "harness/sweep/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sweep/groups.h"
#include "harness/sweep/plots.h"
#include "harness/sweep/reference_tables.h"
#include "harness/sweep/tables.h"
#include "harness/sweep/whole_file.h"

namespace seedwire::sweep {

namespace {

class Summary {
public:
    Summary(const OpenedStudy& opened, Store& store)
        : opened_{opened}, study_{opened.study}, plan_{*opened.plan}, store_{store} {}

    std::string write() {
        add("# {}\n\n", study_.name);
        if (!study_.description.empty()) add("{}\n\n", study_.description);
        plots();
        tables();
        references();
        comparison();
        failures();
        origin();
        if (!store_.good()) return store_.error();
        if (!problem_.empty()) return problem_;
        return write_whole_file(store_.path("summary.md"), text_);
    }

private:
    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        text_ += fmt::format(format, std::forward<Args>(args)...);
    }
    void plots() {
        const auto plots = plots_of(plan_, store_);
        for (std::size_t i = 0; i < plots.size(); ++i) {
            std::string why;
            const std::string svg = draw_plot(plan_, plots[i], store_, why);
            if (!why.empty()) {
                add("*No plot of {}: {}*\n\n", plots[i].metric, why);
                continue;
            }
            const std::string name = fmt::format("plot-{}.svg", i + 1);
            const std::string failed = write_whole_file(store_.path(name), svg);
            if (problem_.empty()) problem_ = failed;
            add("![{}]({})\n\n", caption_of(plan_, plots[i]), name);
        }
    }
    /// The tables of the study; without any the first metric over the first parameters.
    std::vector<study::Table> asked() {
        if (!study_.tables.empty() || study_.parameters.empty()) return study_.tables;
        const auto metrics = metrics_of(store_);
        if (metrics.empty()) return {};
        study::Table table{study_.parameters[0].name, "", metrics[0].name};
        if (study_.parameters.size() > 1) table.columns = study_.parameters[1].name;
        return {table};
    }
    void tables() {
        for (const study::Table& table : asked()) {
            std::string why;
            const auto question = parse_question(table.metric, why);
            const auto metric =
                question ? find_metric(store_, question->metric, why) : std::nullopt;
            if (!metric) {
                add("*No table of {}: {}*\n\n", table.metric, why);
                continue;
            }
            TableRequest request;
            request.rows = study_.parameter(table.rows).value_or(0);
            request.columns = study_.parameter(table.columns);
            const auto all = points_where(plan_, std::nullopt);
            constexpr std::size_t kMostCells = 500;
            if (study_.tables.empty() && all.size() > kMostCells) {
                add("*{} points are too many for a table here: `seedwire table` makes any.*\n\n",
                    all.size());
                continue;
            }
            const Samples samples = read_samples(store_, *metric, plan_.size());
            for (const WrittenTable& one : make_tables(plan_, samples, *question, request, false))
                add("{}\n", sweep::write(one, TableFormat::Markdown));
        }
    }
    void references() {
        for (const ReferenceTable& one : reference_tables(opened_, store_)) {
            if (!one.problem.empty()) {
                add("*Nothing to compare: {}*\n\n", one.problem);
                continue;
            }
            add("{}\n", sweep::write(one.table, TableFormat::Markdown));
            for (const std::string& verdict : one.verdicts) add("- {}\n", verdict);
            add("\n");
        }
    }
    void comparison() {
        const auto metrics = metrics_of(store_);
        if (!study_.compare || metrics.empty()) return;
        Comparison comparison;
        comparison.parameter = *study_.parameter(study_.compare->parameter);
        comparison.base = study_.compare->value;
        const Samples samples = read_samples(store_, metrics.front(), plan_.size());
        const auto points = points_where(plan_, std::nullopt);
        for (const study::Cell* value : values_of(plan_, points, comparison.parameter)) {
            if (value->text == comparison.base) continue;
            comparison.to = value->text;
            add("{}\n", sweep::write(compare(plan_, samples, comparison), TableFormat::Markdown));
        }
    }
    void failures() {
        Statement count{store_.database(), "SELECT count(*) FROM failures"};
        const std::int64_t failed = count.step() ? count.integer(0) : 0;
        if (failed > 0)
            add("**{} runs failed:**\n\n```text\n{}```\n\n", failed, failures_text(store_));
        Statement broken{store_.database(),
                         "SELECT count(*) FROM runs WHERE status = 'done' AND holds = 0"};
        const std::int64_t wrong = broken.step() ? broken.integer(0) : 0;
        if (wrong > 0) add("In {} runs an expectation of the scenario did not hold.\n\n", wrong);
    }
    /// Which version, seeds and scenario made this.
    void origin() {
        const std::uint64_t first = study_.first_seed;
        add("Intervals are 95 % intervals of the mean: Student's, or the studentised bootstrap "
            "where "
            "a sample is skewed.\n\n");
        add("| | |\n|---|---|\n| study | {} |\n| scenario | {} |\n| models | {} |\n| points | {} "
            "|\n"
            "| runs | {} |\n| seeds | from {} on, the same at every point |\n",
            study_.file.substr(study_.file.rfind('/') + 1),
            study_.base_written.empty() ? "in the study" : study_.base_written,
            store_.value("model_version"), plan_.size(), store_.value("runs"), first);
        if (study_.warm_up > Duration::zero())
            add("| warm-up | {} of each run left out of rates, counts and series{} |\n",
                to_string(study_.warm_up),
                study_.settles
                    ? fmt::format("; found in {} by MSER-5", study_.settles->what.node->text)
                    : "");
        if (store_.value("complete") != "yes")
            add("| **incomplete** | not all runs are done; `seedwire sweep --resume` goes on |\n");
        add("\nresults.sqlite holds the study and the scenario as they were read.\n");
    }

    const OpenedStudy& opened_;
    const study::Study& study_;
    const study::Plan& plan_;
    Store& store_;
    std::string text_, problem_;
};

}  // namespace

std::string failures_text(Store& store) {
    constexpr int kShown = 10;
    std::string text;
    std::int64_t all = 0;
    Statement statement{store.database(),
                        "SELECT seed, reason, command FROM failures ORDER BY run"};
    while (statement.step())
        if (++all <= kShown)
            text += fmt::format("failed: {}\n  {}\n", statement.text(1), statement.text(2));
    if (all > kShown) text += fmt::format("... and {} more, in the table failures\n", all - kShown);
    return text;
}

std::string write_summary(const OpenedStudy& opened, Store& store) {
    return Summary{opened, store}.write();
}

}  // namespace seedwire::sweep
