// How far a point is: which runs it has, and whether they are enough.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/study/study.h"
#include "harness/sweep/record.h"

namespace seedwire::sweep {

/// The rule is looked at after `minimum` runs, then each time a tenth more (at least one), and
/// always on the runs from the first seed on without a gap. So it does not matter which run ended
/// first, and rare looks keep the chance small that luck ends a study.
class PointProgress {
public:
    /// `rules`: which figure each rule of the study means.
    PointProgress(const study::Repeat& repeat, const std::vector<std::size_t>& rules)
        : repeat_{&repeat}, rules_{&rules}, target_{repeat.minimum} {}

    /// The number of runs that is wanted now; how many the point has when it is decided.
    std::uint32_t target() const { return target_; }
    bool is_decided() const { return decided_; }
    bool has(std::uint32_t repetition) const {
        return repetition < has_.size() && has_[repetition];
    }
    std::uint32_t count() const { return count_; }  ///< of runs below the target
    /// True if the target changed or the point is decided now.
    bool add(std::uint32_t repetition, const Record& record);
    /// The next repetition that nobody has asked for; nothing if all up to the target were.
    std::optional<std::uint32_t> take_next();
    bool has_next() const;
    /// Half the width of the worst interval as a share of what is allowed, at the last look.
    double width() const { return width_; }

private:
    bool look();
    bool is_narrow();

    const study::Repeat* repeat_;
    const std::vector<std::size_t>* rules_;
    std::vector<bool> has_;
    std::vector<std::vector<double>> values_;  ///< one list a rule, by repetition
    std::uint32_t target_, next_ = 0, count_ = 0;
    double width_ = 0;
    bool decided_ = false;
};

}  // namespace seedwire::sweep
