// `vary`: lists, ranges, values in step, named cases, samples.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/scenario/error_ids.h"
#include "harness/study/parameters.h"
#include "harness/study/sampling.h"
#include "harness/study/study_loader.h"

namespace seedwire::study {

namespace error_id = scenario::error_id;

namespace {

/// More values of one axis are a mistake.
constexpr std::int64_t kMostValues = 1'000'000;

constexpr std::string_view kValuesHelp =
    "write [1 ms, 2 ms], {lin: [1 ms, 9 ms], steps: 5}, {log: [0.1 %, 5 %], steps: 7} or "
    "{cases: {name: {path: value}}}";

scenario::Node scalar_at(const scenario::Node& where, std::string text) {
    scenario::Node node = where;
    node.kind = scenario::Node::Kind::Scalar;
    node.text = std::move(text);
    node.items.clear();
    node.entries.clear();
    return node;
}

/// How a value that is a map or a list is shown: `{drop_tail: {limit: 64 kB}}`.
std::string text_of(const scenario::Node& node) {
    if (node.is_scalar()) return node.text;
    std::string text;
    for (const scenario::Node& item : node.items)
        text += (text.empty() ? "" : ", ") + text_of(item);
    for (const scenario::Entry& entry : node.entries)
        text +=
            fmt::format("{}{}: {}", text.empty() ? "" : ", ", entry.key.text, text_of(entry.value));
    if (node.is_sequence()) return "[" + text + "]";
    return node.is_map() ? "{" + text + "}" : "";
}

}  // namespace

scenario::Written StudyLoader::written(const Node& node) const {
    return {std::make_shared<const Node>(node), reporter_.sources()[node.source]};
}

Level StudyLoader::level_of(const Node& path, const Node& value) const {
    Level level;
    const std::string text = text_of(value);
    level.cells.push_back({text, value.is_scalar() ? read_quantity(text) : std::nullopt});
    level.settings.push_back({path.text, text, written(path), written(value)});
    return level;
}

Level StudyLoader::level_of(const Node& path, const std::string& text, const Node& where) const {
    return level_of(path, scalar_at(where, text));
}

std::size_t StudyLoader::add_parameter(std::string path, std::string name, const Node& where) {
    for (const Parameter& other : study_.parameters)
        if (!path.empty() && other.path == path)
            reporter_.error(error_id::kDuplicateKey, where, fmt::format("'{}' varies twice", path));
    Parameter parameter;
    parameter.path = std::move(path), parameter.name = std::move(name);
    study_.parameters.push_back(std::move(parameter));
    places_[study_.parameters.size() - 1] = &where;
    return study_.parameters.size() - 1;
}

void StudyLoader::add_axis(Axis axis, const Node& where) {
    if (axis.levels.empty()) return;
    std::set<std::vector<std::string>> seen;
    for (const Level& level : axis.levels) {
        std::vector<std::string> texts;
        for (const Cell& cell : level.cells) texts.push_back(cell.text);
        if (!seen.insert(texts).second)
            return reporter_.error(error_id::kDuplicateName, where,
                                   fmt::format("the value {} comes twice", texts.front()),
                                   "perhaps fewer steps: values are rounded to four digits");
    }
    study_.axes.push_back(std::move(axis));
}

void StudyLoader::read_vary(const Fields& top) {
    const Node* vary = top.node("vary");
    if (vary == nullptr || vary->is_null()) return;
    if (!vary->is_map())
        return reporter_.error(error_id::kWrongKind, *vary, "vary takes a map of paths",
                               "{line.delay: [10 ms, 20 ms]}");
    for (const scenario::Entry& entry : vary->entries) {
        if (entry.key.text.starts_with("x-")) continue;
        if (entry.key.text == "zip")
            read_zip(entry.value);
        else if (entry.key.text == "sample")
            read_sample(entry.value);
        else
            read_path(entry.key, entry.value);
    }
    name_and_measure();
}

void StudyLoader::read_path(const Node& path, const Node& value) {
    if (value.is_map()) {
        if (const Node* cases = value.find("cases"); cases != nullptr) {
            const Fields fields{reporter_, value, path, "study.values"};
            return read_cases(path, *cases);
        }
    } else if (!value.is_sequence() || value.items.empty()) {
        return reporter_.error(error_id::kWrongKind, value.is_null() ? path : value,
                               fmt::format("{}: values to try are a list", path.text),
                               std::string{kValuesHelp});
    }
    read_values(path, value);
}

void StudyLoader::read_values(const Node& path, const Node& value) {
    std::string name;
    std::vector<Level> levels;
    if (value.is_sequence()) {
        for (const Node& item : value.items) levels.push_back(level_of(path, item));
    } else {
        const Fields fields{reporter_, value, path, "study.values"};
        if (const Node* as = fields.node("as");
            as != nullptr && scenario::require_scalar(*as, "as", "name", reporter_))
            name = as->text;
        if (const Node* list = fields.node("values"); list != nullptr) {
            if (!list->is_sequence())
                return reporter_.error(error_id::kWrongKind, *list, "values take a list");
            for (const Node& item : list->items) levels.push_back(level_of(path, item));
        } else if (const auto texts = read_range(fields, value)) {
            const Node* range = fields.has("log") ? fields.node("log") : fields.node("lin");
            for (const std::string& text : *texts) levels.push_back(level_of(path, text, *range));
        }
    }
    if (levels.empty()) return;
    Axis axis;
    axis.parameters = {add_parameter(path.text, name, path)};
    axis.levels = std::move(levels);
    add_axis(std::move(axis), path);
}

std::optional<std::vector<std::string>> StudyLoader::read_range(const Fields& fields,
                                                                const Node& value) {
    const bool logarithmic = fields.has("log");
    const Node* ends = logarithmic ? fields.node("log") : fields.node("lin");
    if (ends == nullptr || (logarithmic && fields.has("lin"))) {
        reporter_.error(error_id::kWrongKind, value, "one of values, lin, log and cases",
                        std::string{kValuesHelp});
        return std::nullopt;
    }
    const auto range = Range::read(*ends, logarithmic, reporter_);
    const std::int64_t steps = std::min(fields.number("steps"), kMostValues);
    if (!range) return std::nullopt;
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < steps; ++i)
        texts.push_back(range->at(static_cast<double>(i) / static_cast<double>(steps - 1)));
    return texts;
}

void StudyLoader::read_cases(const Node& name, const Node& cases) {
    if (!cases.is_map() || cases.entries.empty())
        return reporter_.error(error_id::kWrongKind, cases, "cases take a map of names",
                               "{old: {line.delay: 9 ms}, new: {line.delay: 1 ms}}");
    Axis axis;
    axis.parameters = {add_parameter("", name.text, name)};
    for (const scenario::Entry& entry : cases.entries) {
        Level level;
        level.cells.push_back({entry.key.text, std::nullopt});
        if (!entry.value.is_map() && !entry.value.is_null())
            reporter_.error(error_id::kWrongKind, entry.value,
                            "a case is a map of paths to values");
        for (const scenario::Entry& setting : entry.value.entries)
            level.settings.push_back({setting.key.text, text_of(setting.value),
                                      written(setting.key), written(setting.value)});
        axis.levels.push_back(std::move(level));
    }
    add_axis(std::move(axis), name);
}

void StudyLoader::read_zip(const Node& zip) {
    if (!zip.is_sequence()) return read_one_zip(zip);
    for (const Node& item : zip.items) read_one_zip(item);
}

void StudyLoader::read_one_zip(const Node& zip) {
    if (!zip.is_map() || zip.entries.empty())
        return reporter_.error(error_id::kWrongKind, zip, "zip takes a map of paths to lists",
                               "{line.delay: [1 ms, 2 ms], line.rate: [8 Mbit/s, 4 Mbit/s]}");
    Axis axis;
    const std::size_t count = zip.entries.front().value.items.size();
    axis.levels.resize(count);
    for (const scenario::Entry& entry : zip.entries) {
        if (!entry.value.is_sequence() || entry.value.items.size() != count || count == 0) {
            reporter_.error(
                error_id::kContradiction, entry.value,
                fmt::format("zip: {} values here, {} before", entry.value.items.size(), count),
                "lists of the same length");
            return;
        }
        axis.parameters.push_back(add_parameter(entry.key.text, "", entry.key));
        for (std::size_t i = 0; i < count; ++i) {
            Level one = level_of(entry.key, entry.value.items[i]);
            axis.levels[i].cells.push_back(std::move(one.cells.front()));
            axis.levels[i].settings.push_back(std::move(one.settings.front()));
        }
    }
    add_axis(std::move(axis), zip);
}

std::vector<std::pair<std::string, Range>> StudyLoader::read_ranges(const Node& over, Axis& axis) {
    std::vector<std::pair<std::string, Range>> ranges;
    for (const scenario::Entry& entry : over.entries) {
        const Fields fields{reporter_, entry.value, entry.key, "study.values"};
        const bool logarithmic = fields.has("log");
        const Node* ends = logarithmic ? fields.node("log") : fields.node("lin");
        if (ends == nullptr) {
            reporter_.error(error_id::kMissingKey, entry.key,
                            fmt::format("{} needs lin or log", entry.key.text),
                            "{lin: [1 ms, 100 ms]}");
            continue;
        }
        std::string name;
        if (const Node* as = fields.node("as"); as != nullptr) name = as->text;
        axis.parameters.push_back(add_parameter(entry.key.text, name, entry.key));
        if (auto range = Range::read(*ends, logarithmic, reporter_))
            ranges.emplace_back(entry.key.text, std::move(*range));
    }
    return ranges;
}

void StudyLoader::read_sample(const Node& sample) {
    const Fields fields{reporter_, sample, sample, "study.sample"};
    const Node* over = fields.require("over");
    const auto count = static_cast<std::size_t>(fields.number("points"));
    if (over == nullptr || count == 0) return;
    if (!over->is_map() || over->entries.empty())
        return reporter_.error(error_id::kWrongKind, *over, "over takes a map of paths to ranges");
    Axis axis;
    const auto ranges = read_ranges(*over, axis);
    if (ranges.size() != over->entries.size()) return;
    const bool is_sobol = fields.number("method") == 1;
    if (is_sobol && ranges.size() > kSobolDimensions)
        return reporter_.error(error_id::kOutOfRange, *over,
                               fmt::format("sobol takes at most {} ranges", kSobolDimensions),
                               "method: latin_hypercube has no limit");
    const auto points = is_sobol
                            ? sobol(count, ranges.size())
                            : latin_hypercube(count, ranges.size(),
                                              static_cast<std::uint64_t>(fields.number("seed")));
    for (const std::vector<double>& point : points) {
        Level& level = axis.levels.emplace_back();
        for (std::size_t d = 0; d < ranges.size(); ++d) {
            const scenario::Entry& entry = over->entries[d];
            Level one = level_of(entry.key, ranges[d].second.at(point[d]), entry.value);
            level.cells.push_back(std::move(one.cells.front()));
            level.settings.push_back(std::move(one.settings.front()));
        }
    }
    add_axis(std::move(axis), *over);
}

/// Names, and which parameters are numbers.
void StudyLoader::name_and_measure() {
    name_parameters(study_.parameters);
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < study_.parameters.size(); ++i)
        if (!seen.emplace(study_.parameters[i].name, i).second)
            reporter_.error(
                error_id::kDuplicateName, *places_[i],
                fmt::format("two parameters are called '{}'", study_.parameters[i].name),
                "give one another name with `as`");
    for (const Axis& axis : study_.axes)
        for (std::size_t p = 0; p < axis.parameters.size(); ++p) {
            Parameter& parameter = study_.parameters[axis.parameters[p]];
            const auto& first = axis.levels.front().cells[p].quantity;
            parameter.numeric = first && std::all_of(axis.levels.begin(), axis.levels.end(),
                                                     [&](const Level& level) {
                                                         const auto& q = level.cells[p].quantity;
                                                         return q && q->kind == first->kind;
                                                     });
            if (parameter.numeric) parameter.kind = first->kind;
        }
}

}  // namespace seedwire::study
