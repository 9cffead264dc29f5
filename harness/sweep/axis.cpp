#include "harness/sweep/axis.h"

#include <algorithm>
#include <cmath>

#include "harness/sweep/statistic.h"

namespace seedwire::sweep {

namespace {

constexpr int kWantedTicks = 5;

/// 1, 2 or 5 times a power of ten, so that `span` has about as many steps as are wanted.
double round_step(double span) {
    const double rough = span / kWantedTicks;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (rough <= factor * power * 1.0001) return factor * power;
    return 10 * power;
}

}  // namespace

Axis Axis::of_numbers(double least, double greatest, bool logarithmic, double from, double to) {
    Axis axis;
    axis.from_ = from, axis.to_ = to;
    axis.logarithmic_ = logarithmic && least > 0;
    if (axis.logarithmic_) {
        // A little room on both sides, so that no mark sits on the frame.
        const double room = std::max(std::pow(greatest / least, 0.04), 1.02);
        axis.least_ = least / room, axis.greatest_ = greatest * room;
        axis.make_logarithmic_ticks();
        return axis;
    }
    if (greatest - least < std::fabs(greatest) * 1e-9) {
        const double room = greatest == 0 ? 1 : std::fabs(greatest) * 0.1;
        least -= room, greatest += room;
    }
    // What begins near zero begins at zero: differences look as large as they are.
    if (least >= 0 && least < 0.35 * greatest) least = 0;
    const double step = round_step(greatest - least);
    axis.least_ = std::floor(least / step + 1e-9) * step;
    axis.greatest_ = std::ceil(greatest / step - 1e-9) * step;
    axis.make_linear_ticks();
    return axis;
}

Axis Axis::of_names(std::vector<std::string> names, double from, double to) {
    Axis axis;
    axis.from_ = from, axis.to_ = to;
    axis.names_ = std::move(names);
    for (std::size_t i = 0; i < axis.names_.size(); ++i)
        axis.ticks_.push_back({axis.at(static_cast<double>(i)), axis.names_[i]});
    return axis;
}

double Axis::step() const {
    return names_.empty() ? 0 : std::fabs(to_ - from_) / static_cast<double>(names_.size());
}

double Axis::at(double value) const {
    double share = 0;
    if (!names_.empty())
        share = (value + 0.5) / static_cast<double>(names_.size());
    else if (logarithmic_)
        share = std::log(std::max(value, least_) / least_) / std::log(greatest_ / least_);
    else
        share = (value - least_) / (greatest_ - least_);
    return from_ + share * (to_ - from_);
}

void Axis::make_linear_ticks() {
    const double step = round_step(greatest_ - least_);
    const auto count = static_cast<int>(std::round((greatest_ - least_) / step));
    for (int i = 0; i <= count; ++i) {
        const double value = least_ + step * i;
        const bool zero = std::fabs(value) < step * 1e-6;
        ticks_.push_back({at(value), zero ? "0" : significant(value, 6)});
    }
}

void Axis::make_logarithmic_ticks() {
    const double decades = std::log10(greatest_ / least_);
    std::vector<double> factors{1};
    if (decades < 3) factors = {1, 2, 5};
    if (decades < 0.7) factors = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9};
    const int first = static_cast<int>(std::floor(std::log10(least_)));
    const int last = static_cast<int>(std::ceil(std::log10(greatest_)));
    for (int decade = first; decade <= last; ++decade)
        for (const double factor : factors) {
            const double value = factor * std::pow(10.0, decade);
            if (value < least_ * 0.9999 || value > greatest_ * 1.0001) continue;
            ticks_.push_back({at(value), significant(value, 3)});
        }
}

}  // namespace seedwire::sweep
