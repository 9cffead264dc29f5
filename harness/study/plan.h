// The points of a study, in order: every combination of values that its conditions allow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/study/study.h"

namespace seedwire::study {

class Plan {
public:
    /// Nothing after a report that there are too many, or none. The study outlives the plan.
    static std::optional<Plan> make(const Study& study, std::string& problem);

    const Study& study() const { return *study_; }
    std::size_t size() const { return stride_ == 0 ? 1 : levels_.size() / stride_; }
    /// One cell a parameter.
    std::vector<const Cell*> cells(std::size_t point) const;
    const Cell& cell(std::size_t point, std::size_t parameter) const;
    /// How the scenario of a point is built with a seed.
    scenario::LoadOptions options(std::size_t point, std::uint64_t seed) const;
    /// "loss=1 % congestion=reno"
    std::string describe(std::size_t point) const;
    /// "--set 'loss=1 %' --set ...": the same point for `seedwire run`.
    std::string command_options(std::size_t point) const;
    /// Runs of all points at most.
    std::uint64_t most_runs() const;
    std::uint64_t least_runs() const;

private:
    explicit Plan(const Study& study) : study_{&study}, stride_{study.axes.size()} {}
    const Level& level(std::size_t point, std::size_t axis) const;

    const Study* study_;
    std::size_t stride_;
    std::vector<std::uint32_t> levels_;  ///< point by point, one index an axis
    std::vector<std::pair<std::uint32_t, std::uint32_t>> homes_;  ///< parameter: axis and cell
};

}  // namespace seedwire::study
