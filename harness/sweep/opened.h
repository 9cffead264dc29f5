// A study together with its plan, as commands use it: from a file, or from a results folder, which
// holds every file the study was read from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/study/plan.h"
#include "harness/sweep/store.h"

namespace seedwire::sweep {

/// The plan refers to the study, so the two stay where they are.
struct OpenedStudy {
    study::Study study;
    std::optional<study::Plan> plan;
};

/// Nothing after a report to `problems`; `text` is the study's.
std::unique_ptr<OpenedStudy> open_study(const std::string& file, std::string_view text,
                                        scenario::Diagnostics& problems,
                                        const study::FileReader& read = scenario::read_file);

/// The study whose results a store has. Nothing after a report.
std::unique_ptr<OpenedStudy> open_study_of(Store& store, scenario::Diagnostics& problems);

}  // namespace seedwire::sweep
