// From the text of a study to a Study: the order in which its sections are read, and the scenario
// below it.
#include <fmt/format.h>

#include "harness/scenario/document_parts.h"
#include "harness/scenario/error_ids.h"
#include "harness/scenario/include.h"
#include "harness/study/parameters.h"
#include "harness/study/study_loader.h"

namespace seedwire::study {

namespace error_id = scenario::error_id;

std::string beside(const std::string& file, const std::string& path) {
    const std::size_t slash = file.rfind('/');
    if (path.starts_with("/") || slash == std::string::npos) return path;
    return file.substr(0, slash + 1) + path;
}

void StudyLoader::read_base(const Fields& top) {
    const Node* base = top.require("base");
    if (base == nullptr) return;
    if (base->is_map()) {
        Node root = *base;
        scenario::LoadOptions options;
        options.read_include = read_;
        scenario::include_files(root, options, reporter_);
        study_.base_file = file_;
        study_.base = scenario::Document{std::make_shared<const scenario::DocumentParts>(
            scenario::DocumentParts{std::move(root), reporter_.sources(), false})};
        return;
    }
    if (!scenario::require_scalar(*base, "base", "file", reporter_)) return;
    study_.base_written = base->text;
    study_.base_file = beside(file_, base->text);
    scenario::Diagnostics unreadable;
    const auto text = read_(study_.base_file, unreadable);
    if (!text) {
        const std::string why =
            unreadable.list().empty() ? "cannot be read" : unreadable.list().front().message;
        return reporter_.error(error_id::kUnreadable, *base,
                               fmt::format("{}: {}", study_.base_file, why));
    }
    problems_.remember_source(study_.base_file, *text);
    scenario::LoadOptions options;
    options.read_include = read_;
    study_.base = scenario::parse_document(study_.base_file, *text, options, problems_);
}

void StudyLoader::read_where(const Fields& top) {
    const Node* where = top.node("where");
    if (where == nullptr || where->is_null()) return;
    const auto read = [this](const Node& node) {
        if (!scenario::require_scalar(node, "where", "condition", reporter_)) return;
        if (auto condition = parse_condition(node, study_.parameters, reporter_))
            study_.where.push_back(std::move(*condition));
    };
    if (!where->is_sequence()) return read(*where);
    for (const Node& item : where->items) read(item);
}

void StudyLoader::read_compare(const Fields& top) {
    const Node* compare = top.node("compare");
    if (compare == nullptr || !scenario::require_scalar(*compare, "compare", "text", reporter_))
        return;
    const std::size_t equals = compare->text.find('=');
    const auto parameter = equals == std::string::npos
                               ? std::nullopt
                               : find_parameter(study_.parameters, compare->text.substr(0, equals));
    if (!parameter)
        return reporter_.error(error_id::kUnknownName, *compare,
                               "compare takes the name of what varies and one of its values",
                               "congestion=reno");
    const std::string value = compare->text.substr(equals + 1);
    for (const Axis& axis : study_.axes)
        for (std::size_t p = 0; p < axis.parameters.size(); ++p)
            for (const Level& level : axis.levels)
                if (axis.parameters[p] == *parameter && is_same(level.cells[p], value)) {
                    study_.compare = {study_.parameters[*parameter].name, level.cells[p].text};
                    return;
                }
    reporter_.error(error_id::kUnknownName, *compare,
                    fmt::format("{} never is '{}'", study_.parameters[*parameter].name, value));
}

void StudyLoader::read_limits(const Fields& top) {
    const Node* node = top.node("limits");
    if (node == nullptr) return;
    const Fields fields{reporter_, *node, *node, "study.limits"};
    if (const auto time = fields.optional_number("time")) study_.limits.time = Duration::ns(*time);
    if (const auto memory = fields.optional_number("memory"))
        study_.limits.memory_bytes = static_cast<std::uint64_t>(*memory);
    if (const auto events = fields.optional_number("events"))
        study_.limits.events = static_cast<std::uint64_t>(*events);
}

/// False if the scenario cannot be built with these values; then it is reported why.
bool StudyLoader::build(const std::vector<const Level*>& levels) {
    scenario::LoadOptions options;
    options.with_digest = false;
    options.seed = study_.first_seed;
    options.collect = study_.collect;
    options.warm_up = study_.warm_up;
    for (const Level* level : levels)
        options.overrides.insert(options.overrides.end(), level->settings.begin(),
                                 level->settings.end());
    scenario::Diagnostics problems;
    const bool good = scenario::build_scenario(*study_.base, options, problems).has_value();
    // What is wrong with the scenario is found with every value; it is said once.
    for (const scenario::Diagnostic& d : problems.list()) {
        if (!said_
                 .insert(fmt::format("{}:{}:{} {}", d.where.file, d.where.line, d.where.column,
                                     d.message))
                 .second)
            continue;
        if (const std::string* text = problems.source(d.where.file); text != nullptr)
            problems_.remember_source(d.where.file, *text);
        problems_.add(d);
    }
    return good;
}

/// The first point, then every other value of each axis by itself.
void StudyLoader::check_settings() {
    std::vector<const Level*> levels;
    for (const Axis& axis : study_.axes) levels.push_back(&axis.levels.front());
    build(levels);
    // Of very many values, those in the middle of a range are like its ends.
    constexpr std::size_t kMostTried = 200;
    for (std::size_t a = 0; a < study_.axes.size(); ++a) {
        const std::vector<Level>& all = study_.axes[a].levels;
        const std::size_t step = std::max<std::size_t>(1, all.size() / kMostTried);
        for (std::size_t i = 1; i < all.size(); i += step) {
            levels[a] = &all[i];
            build(levels);
        }
        levels[a] = &all.front();
    }
}

Study StudyLoader::load(const Node& root) {
    Node whole = root;
    whole.length = 1;
    const Fields top{reporter_, root, whole, "study"};
    study_.file = file_;
    if (!top.ok()) return std::move(study_);
    top.number("version");
    study_.name = top.text("study");
    study_.description = top.text("description");
    study_.first_seed = static_cast<std::uint64_t>(top.number("seed"));
    read_base(top);
    read_vary(top);
    read_where(top);
    read_repeat(top);
    if (top.has("study")) read_collect(top);
    read_warm_up(top);
    read_compare(top);
    read_limits(top);
    read_tables(top);
    read_plots(top);
    read_references(top);
    if (study_.base) check_settings();
    return std::move(study_);
}

std::optional<Study> load_study(const std::string& file, std::string_view text,
                                scenario::Diagnostics& problems, const FileReader& read) {
    scenario::Reporter reporter{problems};
    scenario::Node start;
    start.source = reporter.add_source(file, text);
    if (text.size() > scenario::kMaximumFileBytes) {
        reporter.error(error_id::kTooLarge, start, "the file is too large");
        return std::nullopt;
    }
    const std::optional<scenario::Node> root = scenario::parse_document(start.source, reporter);
    if (!root || !root->is_map()) {
        if (reporter.errors() == 0)
            reporter.error(error_id::kWrongKind, root ? *root : start, "a study is a map of keys",
                           "begin with version: 1");
        problems.sort();
        return std::nullopt;
    }
    Study study = StudyLoader{problems, reporter, file, read}.load(*root);
    problems.sort();
    if (problems.has_errors() || !study.base) return std::nullopt;
    study.sources.emplace(study.sources.begin(), file, text);
    for (const auto& source : study.base->parts().sources)
        if (source->file() != file) study.sources.emplace_back(source->file(), source->text());
    return study;
}

}  // namespace seedwire::study
