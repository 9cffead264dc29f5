#include "harness/sweep/point_progress.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/sweep/interval.h"

namespace seedwire::sweep {

bool PointProgress::add(std::uint32_t repetition, const Record& record) {
    if (has(repetition)) return false;
    if (has_.size() <= repetition) has_.resize(repetition + 1);
    has_[repetition] = true;
    values_.resize(rules_->size());
    for (std::size_t i = 0; i < rules_->size(); ++i) {
        const std::size_t figure = (*rules_)[i];
        auto& values = values_[i];
        if (values.size() <= repetition)
            values.resize(repetition + 1, std::numeric_limits<double>::quiet_NaN());
        if (figure < record.figures.size()) values[repetition] = record.figures[figure];
    }
    if (repetition < target_) ++count_;
    bool changed = false;
    while (!decided_ && count_ == target_) changed = look() || changed;
    return changed;
}

bool PointProgress::look() {
    if (target_ >= repeat_->maximum || rules_->empty() || is_narrow()) {
        decided_ = true;
        has_.shrink_to_fit();
        values_ = {};
        return true;
    }
    target_ = std::min(repeat_->maximum, target_ + std::max<std::uint32_t>(1, target_ / 10));
    count_ = static_cast<std::uint32_t>(std::count(
        has_.begin(), has_.begin() + std::min<std::ptrdiff_t>(target_, std::ssize(has_)), true));
    return true;
}

/// Of every rule. Runs in which the thing did not happen have no value and do not count.
bool PointProgress::is_narrow() {
    width_ = 0;
    for (std::size_t i = 0; i < rules_->size(); ++i) {
        std::vector<double> known;
        for (std::uint32_t r = 0; r < target_; ++r)
            if (!std::isnan(values_[i][r])) known.push_back(values_[i][r]);
        const study::Repeat::Until& until = repeat_->until[i];
        const auto half = half_width(known, until.confidence);
        if (!half) return false;
        const double allowed =
            until.relative ? until.width * std::fabs(mean_of(known)) : until.width;
        width_ = std::max(width_, allowed > 0 ? *half / allowed : *half > 0 ? 1e9 : 0.0);
    }
    // Rounded, so that a library's last digit does not decide about another run.
    return std::round(width_ * 1e9) <= 1e9;
}

bool PointProgress::has_next() const {
    for (std::uint32_t r = next_; r < target_; ++r)
        if (!has(r)) return true;
    return false;
}

std::optional<std::uint32_t> PointProgress::take_next() {
    while (next_ < target_ && has(next_)) ++next_;
    if (next_ >= target_) return std::nullopt;
    return next_++;
}

}  // namespace seedwire::sweep
