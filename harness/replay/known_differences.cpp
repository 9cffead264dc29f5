#include "harness/replay/known_differences.h"

#include <fmt/format.h>

#include "harness/replay/text_file.h"
#include "harness/scenario/error_ids.h"
#include "harness/scenario/reporter.h"

namespace seedwire::replay {

std::optional<KnownDifferences> read_known_differences(const std::string& file,
                                                       scenario::Diagnostics& problems) {
    const std::optional<std::string> text = read_text(file);
    if (!text) {
        problems.add({{file, 1, 1, 1},
                      scenario::Severity::Error,
                      scenario::error_id::kUnreadable,
                      "cannot be read",
                      "",
                      ""});
        return std::nullopt;
    }
    scenario::Reporter reporter{problems};
    const std::uint32_t source = reporter.add_source(file, *text);
    const auto tree = scenario::parse_document(source, reporter);
    if (reporter.errors() > 0) return std::nullopt;
    KnownDifferences known;
    if (tree)
        for (const scenario::Entry& entry : tree->entries) known[entry.key.text] = entry.value.text;
    return known;
}

std::vector<std::string> surprises(const std::vector<CaseResult>& results,
                                   const KnownDifferences& known) {
    std::vector<std::string> found;
    for (const CaseResult& result : results) {
        const bool is_known = known.count(result.id) > 0;
        const bool meets = result.outcome == Outcome::Meets;
        if (meets && is_known)
            found.push_back(fmt::format("{} is known to differ, and does not any more", result.id));
        if (!meets && !is_known)
            found.push_back(fmt::format("{} differs, which is not known", result.id));
    }
    return found;
}

}  // namespace seedwire::replay
