// Figures from elsewhere: a CSV file beside the study, each row at one point of it.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/study/parameters.h"
#include "harness/study/study_loader.h"

namespace seedwire::study {

namespace error_id = scenario::error_id;

namespace {

std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    while (true) {
        const std::size_t comma = std::min(line.find(','), line.size());
        std::string_view cell = line.substr(0, comma);
        while (cell.starts_with(' ')) cell.remove_prefix(1);
        while (cell.ends_with(' ') || cell.ends_with('\r')) cell.remove_suffix(1);
        cells.emplace_back(cell);
        if (comma == line.size()) return cells;
        line.remove_prefix(comma + 1);
    }
}

}  // namespace

void StudyLoader::read_references(const Fields& top) {
    const Node* list = top.node("references");
    if (list == nullptr) return;
    if (!list->is_sequence())
        return reporter_.error(error_id::kWrongKind, *list, "references take a list");
    for (const Node& item : list->items) {
        const Fields fields{reporter_, item, item, "study.references[]"};
        Reference reference;
        reference.title = fields.text("title");
        reference.metric = fields.text("metric");
        reference.samples = static_cast<std::uint32_t>(fields.number("samples"));
        read_within(fields, reference);
        const Node* file = fields.node("file");
        if (file == nullptr || !scenario::require_scalar(*file, "file", "file", reporter_))
            continue;
        reference.file = beside(file_, file->text);
        scenario::Diagnostics unreadable;
        const auto text = read_(reference.file, unreadable);
        if (!text) {
            reporter_.error(error_id::kUnreadable, *file,
                            fmt::format("{}: cannot be read", reference.file));
            continue;
        }
        problems_.remember_source(reference.file, *text);
        study_.sources.emplace_back(reference.file, *text);
        read_rows(*file, *text, reference);
        study_.references.push_back(std::move(reference));
    }
}

void StudyLoader::read_within(const Fields& fields, Reference& reference) {
    const Node* within = fields.node("within");
    if (within == nullptr) return;
    if (!within->is_map() || within->entries.empty())
        return reporter_.error(error_id::kWrongKind, *within, "within takes a map",
                               "{median: 10 %}");
    for (const scenario::Entry& entry : within->entries) {
        const auto quantity =
            entry.value.is_scalar() ? read_quantity(entry.value.text) : std::nullopt;
        if (!quantity || quantity->value < 0) {
            reporter_.error(error_id::kBadValue, entry.value,
                            "how far off: a share of the figure there, or an amount",
                            "2 %, or 5 ms");
            continue;
        }
        reference.statistics.push_back(
            {entry.key.text, quantity->value, quantity->kind == Quantity::Kind::Ratio});
    }
}

bool StudyLoader::is_value(std::size_t parameter, std::string_view text) const {
    for (const Axis& axis : study_.axes)
        for (std::size_t p = 0; p < axis.parameters.size(); ++p)
            for (const Level& level : axis.levels)
                if (axis.parameters[p] == parameter && is_same(level.cells[p], text)) return true;
    return false;
}

void StudyLoader::read_rows(const Node& place, std::string_view text, Reference& reference) {
    int number = 0;
    std::vector<std::size_t> at;                        // columns of the parameters
    std::vector<std::optional<std::size_t>> figure_at;  // and of the statistics
    const auto wrong = [&](const std::string& what) {
        reporter_.error_at(error_id::kBadValue, {reference.file, number, 1, 1}, what);
    };
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        ++number;
        if (line.empty() || line.starts_with('#')) continue;
        const std::vector<std::string> cells = cells_of(line);
        if (figure_at.empty()) {
            for (std::size_t c = 0; c < cells.size(); ++c)
                if (const auto p = find_parameter(study_.parameters, cells[c])) {
                    reference.parameters.push_back(*p);
                    at.push_back(c);
                }
            for (const Reference::Statistic& statistic : reference.statistics) {
                const auto column = std::ranges::find(cells, statistic.name);
                if (column == cells.end())
                    return wrong(fmt::format("there is no column '{}'", statistic.name));
                figure_at.emplace_back(column - cells.begin());
            }
            if (figure_at.empty()) return;
            continue;
        }
        Reference::Row row;
        const auto cell = [&](std::size_t c) { return c < cells.size() ? cells[c] : ""; };
        for (std::size_t p = 0; p < at.size(); ++p) {
            row.values.push_back(cell(at[p]));
            if (!is_value(reference.parameters[p], row.values.back()))
                return wrong(fmt::format("{} never is '{}'",
                                         study_.parameters[reference.parameters[p]].name,
                                         row.values.back()));
        }
        for (const auto& column : figure_at) {
            const std::string figure = cell(*column);
            const auto quantity = read_quantity(figure);
            if (!quantity && !figure.empty())
                return wrong(fmt::format("'{}' is no figure", figure));
            row.figures.push_back(quantity ? std::optional{quantity->value} : std::nullopt);
        }
        reference.rows.push_back(std::move(row));
    }
    if (reference.rows.empty())
        reporter_.error(error_id::kBadValue, place, fmt::format("{} has no rows", reference.file));
}

}  // namespace seedwire::study
