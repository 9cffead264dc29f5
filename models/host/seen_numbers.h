// Which numbers of a series have come already: one bit each, however they come.
#pragma once

#include <cstdint>
#include <vector>

namespace seedwire::host {

/// Numbers from 0 on, mostly ascending. Those that lie far behind the newest are forgotten, and
/// then taken for seen: nothing is that late but a repetition.
class SeenNumbers {
public:
    /// At least so many numbers before the newest are remembered.
    static constexpr std::uint64_t kRemembered = std::uint64_t{1} << 20;

    /// True: it comes for the first time.
    bool take(std::uint64_t number) {
        if (number < begin_) return false;
        const std::uint64_t place = (number - begin_) / kBits;
        if (place >= words_.size()) words_.resize(place + 1);
        std::uint64_t& word = words_[place];
        const std::uint64_t bit = std::uint64_t{1} << number % kBits;
        if ((word & bit) != 0) return false;
        word |= bit;
        if (words_.size() > 2 * kRemembered / kBits) forget();
        return true;
    }

private:
    static constexpr std::uint64_t kBits = 64;

    void forget() {
        const std::size_t surplus = words_.size() - kRemembered / kBits;
        words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(surplus));
        begin_ += surplus * kBits;
    }

    std::uint64_t begin_ = 0;  // a multiple of kBits
    std::vector<std::uint64_t> words_;
};

}  // namespace seedwire::host
