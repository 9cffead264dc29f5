#include "harness/sweep/opened.h"

#include <map>

#include "harness/scenario/error_ids.h"

namespace seedwire::sweep {

std::unique_ptr<OpenedStudy> open_study(const std::string& file, std::string_view text,
                                        scenario::Diagnostics& problems,
                                        const study::FileReader& read) {
    auto loaded = study::load_study(file, text, problems, read);
    if (!loaded) return nullptr;
    auto opened = std::make_unique<OpenedStudy>();
    opened->study = std::move(*loaded);
    std::string problem;
    opened->plan = study::Plan::make(opened->study, problem);
    if (opened->plan) return opened;
    problems.add({{file, 1, 1, 1},
                  scenario::Severity::Error,
                  scenario::error_id::kContradiction,
                  problem,
                  "",
                  ""});
    return nullptr;
}

std::unique_ptr<OpenedStudy> open_study_of(Store& store, scenario::Diagnostics& problems) {
    std::map<std::string, std::string> texts;
    std::string first;
    for (auto& [path, text] : store.sources()) {
        if (first.empty()) first = path;
        texts.emplace(path, std::move(text));
    }
    const auto fail = [&](std::string message) {
        problems.add({{store.path("results.sqlite"), 1, 1, 1},
                      scenario::Severity::Error,
                      scenario::error_id::kUnreadable,
                      std::move(message),
                      "",
                      ""});
    };
    if (first.empty()) {
        fail("the folder does not say which study it belongs to");
        return nullptr;
    }
    const auto read = [&](const std::string& path,
                          scenario::Diagnostics&) -> std::optional<std::string> {
        const auto found = texts.find(path);
        if (found == texts.end()) return std::nullopt;
        return found->second;
    };
    for (const auto& [path, text] : texts) problems.remember_source(path, text);
    return open_study(first, texts.at(first), problems, read);
}

}  // namespace seedwire::sweep
