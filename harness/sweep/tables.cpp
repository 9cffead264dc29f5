#include "harness/sweep/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/sweep/groups.h"
#include "harness/sweep/materialise.h"

namespace seedwire::sweep {

namespace {

constexpr std::string_view kPlusMinus = "\xC2\xB1";

double largest_of(const Samples& samples, const std::vector<std::size_t>& points) {
    double largest = 0;
    for (const std::size_t point : points)
        for (const auto& [seed, value] : samples.points[point].values)
            largest = std::max(largest, std::fabs(value));
    return largest;
}

std::vector<double> numbers_of(const Samples& samples, const std::vector<std::size_t>& points) {
    std::vector<double> all;
    for (const std::size_t point : points)
        for (const auto& [seed, value] : samples.points[point].values) all.push_back(value);
    return all;
}

/// One or two cells of a CSV file a statistic.
void add_csv_cells(const Question& question, const std::vector<double>& values,
                   std::vector<std::string>& row) {
    for (const Statistic& statistic : question.statistics) {
        const Said said = say(statistic, values);
        const bool interval = statistic.kind == Statistic::Kind::Interval ||
                              statistic.kind == Statistic::Kind::MedianInterval;
        // Nine digits: what is computed by a library may differ beyond them.
        const auto text = [](double v) { return significant(v, 9); };
        if (interval) {
            row.push_back(said.interval ? text(said.interval->low) : "");
            row.push_back(said.interval ? text(said.interval->high) : "");
        } else {
            row.push_back(said.value ? text(*said.value) : "");
        }
    }
}

void add_csv_heading(const Question& question, const std::string& column,
                     std::vector<std::string>& heading) {
    const std::string prefix = column.empty() ? "" : column + " ";
    for (const Statistic& statistic : question.statistics) {
        const bool interval = statistic.kind == Statistic::Kind::Interval ||
                              statistic.kind == Statistic::Kind::MedianInterval;
        if (interval) {
            heading.push_back(prefix + statistic.name + " low");
            heading.push_back(prefix + statistic.name + " high");
        } else {
            heading.push_back(prefix + statistic.name);
        }
    }
}

}  // namespace

std::vector<WrittenTable> make_tables(const study::Plan& plan, const Samples& samples,
                                      const Question& question, const TableRequest& request,
                                      bool for_csv) {
    std::vector<std::size_t> own{request.rows};
    if (request.columns) own.push_back(*request.columns);
    const auto& parameters = plan.study().parameters;
    const auto all = points_where(plan, request.where);
    const Scale scale = scale_for(samples.metric.unit, largest_of(samples, all));
    std::string asked;
    for (const Statistic& s : question.statistics) asked += (asked.empty() ? "" : ", ") + s.name;
    std::vector<WrittenTable> tables;
    for (const Group& group : groups_beside(plan, all, own)) {
        WrittenTable table;
        table.title = fmt::format("{}{}: {}{}", samples.metric.name,
                                  scale.unit.empty() ? "" : " [" + scale.unit + "]", asked,
                                  group.name.empty() ? "" : "; " + group.name);
        table.heading = {parameters[request.rows].name};
        std::vector<const study::Cell*> columns{nullptr};
        if (request.columns) columns = values_of(plan, group.points, *request.columns);
        for (const study::Cell* column : columns) {
            const std::string name = column == nullptr ? "" : column->text;
            if (for_csv)
                add_csv_heading(question, name, table.heading);
            else
                table.heading.push_back(column == nullptr ? samples.metric.name : name);
        }
        for (const study::Cell* value : values_of(plan, group.points, request.rows)) {
            const auto of_row = points_with(plan, group.points, request.rows, *value);
            std::vector<std::string> row{value->text};
            for (const study::Cell* column : columns) {
                const auto of_cell = column == nullptr
                                         ? of_row
                                         : points_with(plan, of_row, *request.columns, *column);
                const auto values = numbers_of(samples, of_cell);
                if (for_csv)
                    add_csv_cells(question, values, row);
                else
                    row.push_back(cell_text(question.statistics, values, scale, kPlusMinus));
            }
            table.rows.push_back(std::move(row));
        }
        tables.push_back(std::move(table));
    }
    return tables;
}

WrittenTable compare(const study::Plan& plan, const Samples& samples,
                     const Comparison& comparison) {
    const auto& parameters = plan.study().parameters;
    const auto all = points_where(plan, comparison.where);
    WrittenTable table;
    struct Row {
        std::string name;
        std::vector<double> differences, bases;
    };
    std::vector<Row> rows;
    for (const Group& group : groups_beside(plan, all, {comparison.parameter})) {
        std::map<std::uint64_t, double> base;
        Row row{group.name, {}, {}};
        for (const std::size_t point : group.points)
            if (plan.cell(point, comparison.parameter).text == comparison.base)
                for (const auto& [seed, value] : samples.points[point].values) base[seed] = value;
        for (const std::size_t point : group.points) {
            if (plan.cell(point, comparison.parameter).text != comparison.to) continue;
            for (const auto& [seed, value] : samples.points[point].values)
                if (const auto pair = base.find(seed); pair != base.end()) {
                    row.differences.push_back(value - pair->second);
                    row.bases.push_back(pair->second);
                }
        }
        rows.push_back(std::move(row));
    }
    double largest = 0;
    for (const Row& row : rows)
        if (!row.differences.empty())
            largest = std::max(largest, std::fabs(mean_of(row.differences)));
    const Scale scale = scale_for(samples.metric.unit, largest);
    const std::string unit = scale.unit.empty() ? "" : " [" + scale.unit + "]";
    const std::string& name = parameters[comparison.parameter].name;
    table.title = fmt::format("{}: {}={} minus {}={}, same seeds", samples.metric.name, name,
                              comparison.to, name, comparison.base);
    table.heading = {"where", "difference" + unit, "95 % interval", "of the base", "pairs"};
    for (const Row& row : rows) {
        std::vector<std::string> line{row.name.empty() ? "everywhere" : row.name};
        if (row.differences.empty()) {
            line.insert(line.end(), {"-", "-", "-", "0"});
            table.rows.push_back(std::move(line));
            continue;
        }
        const double mean = mean_of(row.differences), base = mean_of(row.bases);
        const auto interval = interval_of_mean(row.differences, 0.95);
        line.push_back(significant(mean / scale.size));
        line.push_back(interval ? fmt::format("[{}, {}]", significant(interval->low / scale.size),
                                              significant(interval->high / scale.size))
                                : "-");
        line.push_back(base == 0 ? "-" : significant(100 * mean / std::fabs(base), 3) + " %");
        line.push_back(std::to_string(row.differences.size()));
        table.rows.push_back(std::move(line));
    }
    return table;
}

}  // namespace seedwire::sweep
