#include "harness/sweep/reference_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/sweep/samples.h"
#include "harness/sweep/statistic.h"

namespace seedwire::sweep {

namespace {

/// Of one statistic over all rows.
struct Tally {
    std::size_t compared = 0, off = 0, unlucky = 0;
    double worst = 0;  ///< as a share, or an amount in base units
    std::string where;
};

class Comparing {
public:
    Comparing(const OpenedStudy& opened, const study::Reference& reference)
        : study_{opened.study}, plan_{*opened.plan}, reference_{reference} {}

    ReferenceTable make(Store& store) {
        std::string question_text = reference_.metric + ":";
        for (const auto& s : reference_.statistics)
            question_text += (question_text.ends_with(':') ? "" : ",") + s.name;
        const auto question = parse_question(question_text, result_.problem);
        if (!question) return std::move(result_);
        const auto metric = find_metric(store, question->metric, result_.problem);
        if (!metric) return std::move(result_);
        const Samples samples = read_samples(store, *metric, plan_.size());
        double largest = 0;
        for (const study::Reference::Row& row : reference_.rows)
            for (const auto& figure : row.figures)
                largest = std::max(largest, std::fabs(figure.value_or(0)));
        scale_ = scale_for(metric->unit, largest);
        heading(metric->name);
        tallies_.resize(reference_.statistics.size());
        for (const study::Reference::Row& row : reference_.rows)
            add(row, *question, numbers_at(row, samples));
        for (std::size_t s = 0; s < tallies_.size(); ++s) judge(s);
        return std::move(result_);
    }

private:
    void heading(const std::string& metric) {
        result_.table.title = fmt::format(
            "{}{} beside {}", metric, scale_.unit.empty() ? "" : fmt::format(" [{}]", scale_.unit),
            reference_.title.empty() ? reference_.file : reference_.title);
        for (const std::size_t p : reference_.parameters)
            result_.table.heading.push_back(study_.parameters[p].name);
        for (const auto& s : reference_.statistics) {
            result_.table.heading.push_back(s.name + " there");
            result_.table.heading.push_back("here");
            result_.table.heading.push_back("off by");
        }
    }
    /// Of all points of that row: what the reference does not name is taken together.
    std::vector<double> numbers_at(const study::Reference::Row& row, const Samples& samples) const {
        std::vector<double> numbers;
        for (std::size_t point = 0; point < plan_.size(); ++point) {
            bool fits = true;
            for (std::size_t p = 0; p < row.values.size() && fits; ++p)
                fits = study::is_same(plan_.cell(point, reference_.parameters[p]), row.values[p]);
            if (!fits) continue;
            for (const auto& [seed, value] : samples.points[point].values) numbers.push_back(value);
        }
        return numbers;
    }
    void add(const study::Reference::Row& row, const Question& question,
             const std::vector<double>& numbers) {
        std::vector<std::string> cells = row.values;
        for (std::size_t s = 0; s < row.figures.size(); ++s) {
            const auto& there = row.figures[s];
            const auto here = say(question.statistics[s], numbers).value;
            cells.push_back(there ? significant(*there / scale_.size) : "-");
            cells.push_back(here ? significant(*here / scale_.size) : "-");
            cells.push_back(there && here ? compare(s, row, *there, *here) : "-");
            if (!there || !here || !cells.back().ends_with(" !")) continue;
            if (!is_luck(question.statistics[s], s, *there, numbers)) continue;
            cells.back().replace(cells.back().size() - 1, 1, "~");
            --tallies_[s].off;
            ++tallies_[s].unlucky;
        }
        result_.table.rows.push_back(std::move(cells));
    }
    std::string compare(std::size_t s, const study::Reference::Row& row, double there,
                        double here) {
        const study::Reference::Statistic& statistic = reference_.statistics[s];
        Tally& tally = tallies_[s];
        const double difference = here - there;
        const double share = there == 0 ? 0 : difference / std::fabs(there);
        const double measure = std::fabs(statistic.relative ? share : difference);
        ++tally.compared;
        if (measure > tally.worst || tally.compared == 1) {
            tally.worst = measure;
            tally.where.clear();
            for (std::size_t p = 0; p < row.values.size(); ++p)
                tally.where +=
                    fmt::format("{}{} = {}", p == 0 ? "" : ", ",
                                study_.parameters[reference_.parameters[p]].name, row.values[p]);
        }
        const bool off = measure > statistic.within;
        if (off) ++tally.off;
        return written(statistic, statistic.relative ? share : difference) + (off ? " !" : "");
    }
    /// A percentile of few samples may be any value of some percentiles around it. Here they are
    /// those that hold it with 99.9 %, from what both samples lack; then as far as `within` says.
    bool is_luck(const Statistic& asked, std::size_t s, double there,
                 std::vector<double> numbers) const {
        const bool is_median = asked.kind == Statistic::Kind::Median;
        if (reference_.samples == 0 || (!is_median && asked.kind != Statistic::Kind::Percentile))
            return false;
        constexpr double kDeviations = 3.29;  // of a normal distribution: 99.9 % within
        const double q = is_median ? 0.5 : asked.share;
        const double spread =
            kDeviations *
            std::sqrt(q * (1 - q) *
                      (1.0 / reference_.samples + 1.0 / static_cast<double>(numbers.size())));
        const double low = percentile(numbers, std::max(0.0, q - spread));
        const double high = percentile(numbers, std::min(1.0, q + spread));
        const study::Reference::Statistic& statistic = reference_.statistics[s];
        const double allowed =
            statistic.relative ? statistic.within * std::fabs(there) : statistic.within;
        return there >= low - allowed && there <= high + allowed;
    }
    std::string written(const study::Reference::Statistic& statistic, double value) const {
        if (statistic.relative) return significant(value * 100, 2) + " %";
        return significant(value / scale_.size, 3) + (scale_.unit.empty() ? "" : " " + scale_.unit);
    }
    void judge(std::size_t s) {
        const study::Reference::Statistic& statistic = reference_.statistics[s];
        const Tally& tally = tallies_[s];
        result_.off += tally.off;
        std::string verdict = fmt::format("{}: {} of {} within {}", statistic.name,
                                          tally.compared - tally.off - tally.unlucky,
                                          tally.compared, written(statistic, statistic.within));
        if (reference_.samples > 0)
            verdict += fmt::format(", {} more (~) as near as {} samples there can tell",
                                   tally.unlucky, reference_.samples);
        if (tally.compared > 0)
            verdict += fmt::format("; furthest off: {} ({})", written(statistic, tally.worst),
                                   tally.where);
        result_.verdicts.push_back(std::move(verdict));
    }

    const study::Study& study_;
    const study::Plan& plan_;
    const study::Reference& reference_;
    Scale scale_;
    std::vector<Tally> tallies_;
    ReferenceTable result_;
};

}  // namespace

std::vector<ReferenceTable> reference_tables(const OpenedStudy& opened, Store& store) {
    std::vector<ReferenceTable> tables;
    for (const study::Reference& reference : opened.study.references)
        tables.push_back(Comparing{opened, reference}.make(store));
    return tables;
}

}  // namespace seedwire::sweep
