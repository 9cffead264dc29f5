// The smallest (or largest) value of a sliding window in constant space: three candidates, each the
// best since the one before. After Kathleen Nichols, as in BBR's and Linux's min-RTT filters.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace seedwire::tcp {

/// `AtLeastAsGood(a, b)`: a would replace b. Times may wrap.
template <class AtLeastAsGood>
class WindowedExtremum {
public:
    void reset(std::uint32_t time, std::uint32_t value) { best_.fill({time, value}); }
    std::uint32_t best() const { return best_[0].value; }
    void update(std::uint32_t window, std::uint32_t time, std::uint32_t value);

private:
    struct Sample {
        std::uint32_t time = 0, value = 0;
    };
    std::array<Sample, 3> best_;
};

using WindowedMinimum = WindowedExtremum<std::less_equal<>>;
using WindowedMaximum = WindowedExtremum<std::greater_equal<>>;

template <class AtLeastAsGood>
void WindowedExtremum<AtLeastAsGood>::update(std::uint32_t window, std::uint32_t time,
                                             std::uint32_t value) {
    constexpr AtLeastAsGood better{};
    const Sample now{time, value};
    if (better(value, best_[0].value) || time - best_[2].time > window) return reset(time, value);
    if (better(value, best_[1].value))
        best_[1] = best_[2] = now;
    else if (better(value, best_[2].value))
        best_[2] = now;

    const std::uint32_t age = time - best_[0].time;
    if (age > window) {
        // The best one is too old: its successors move up, perhaps twice.
        best_ = {best_[1], best_[2], now};
        if (time - best_[0].time > window) best_ = {best_[1], best_[2], now};
    } else if (best_[1].time == best_[0].time && age > window / 4) {
        // A quarter (half) of the window without a second (third) candidate: take this one.
        best_[1] = best_[2] = now;
    } else if (best_[2].time == best_[1].time && age > window / 2) {
        best_[2] = now;
    }
}

}  // namespace seedwire::tcp
