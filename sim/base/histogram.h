// A histogram of non-negative integers with a relative error below 1 %.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace seedwire {

/// Values below 256 are exact; each power of two above has 128 buckets. Only buckets that occur
/// take memory, 8 bytes each in an open-addressed table: there are as many histograms as links,
/// and most links see a handful of different values. Counts, minimum, maximum and sum are exact.
class Histogram {
public:
    void add(std::uint64_t value) {
        ++count_;
        if (value == 0) {  // on a link that is not busy nothing waits: the common value by far
            ++zeros_;
            minimum_ = 0;
            return;
        }
        count_in(bucket_of(value));
        sum_ += value;
        if (value > maximum_) maximum_ = value;
        if (value < minimum_) minimum_ = value;
    }
    /// As many times the value 0.
    void add_zeros(std::uint64_t times) {
        if (times == 0) return;
        count_ += times;
        zeros_ += times;
        minimum_ = 0;
    }
    std::uint64_t count() const { return count_; }
    std::uint64_t sum() const { return sum_; }
    std::uint64_t maximum() const { return maximum_; }
    std::uint64_t minimum() const { return count_ == 0 ? 0 : minimum_; }
    std::uint64_t mean() const { return count_ == 0 ? 0 : (sum_ + count_ / 2) / count_; }
    /// The smallest value such that at least `numerator / denominator` of all are not above it,
    /// rounded up to the edge of its bucket (never above the maximum).
    std::uint64_t percentile(std::uint64_t numerator, std::uint64_t denominator) const {
        if (count_ == 0) return 0;
        std::vector<Slot> used;
        for (const Slot& slot : slots_)
            if (slot.label != kFree) used.push_back(slot);
        std::sort(used.begin(), used.end(),
                  [](const Slot& a, const Slot& b) { return a.label < b.label; });
        const std::uint64_t rank = (count_ * numerator + denominator - 1) / denominator;
        std::uint64_t seen = zeros_;
        if (seen >= rank && seen > 0) return 0;
        for (const Slot& slot : used) {
            seen += slot.count;
            if (seen >= rank) return std::min(upper_edge(slot.label), maximum_);
        }
        return maximum_;
    }

private:
    static constexpr int kBucketBits = 8;
    static constexpr std::uint64_t kBuckets = 1U << kBucketBits;
    static constexpr std::uint32_t kFree = 0xFFFF;
    static constexpr std::size_t kFirstCapacity = 8;
    struct Slot {
        std::uint64_t label : 16 = kFree;  // the bucket
        std::uint64_t count : 48 = 0;
    };

    /// Buckets are numbered in the order of their values, without gaps.
    static std::uint32_t bucket_of(std::uint64_t value) {
        if (value < kBuckets) return static_cast<std::uint32_t>(value);
        const int octave = static_cast<int>(std::bit_width(value)) - kBucketBits;
        return static_cast<std::uint32_t>(octave) * static_cast<std::uint32_t>(kBuckets / 2) +
               static_cast<std::uint32_t>(value >> octave);
    }
    static std::uint64_t upper_edge(std::uint64_t bucket) {
        if (bucket < kBuckets) return bucket;
        const std::uint64_t octave = bucket / (kBuckets / 2) - 1;
        const std::uint64_t leading = bucket - octave * (kBuckets / 2);
        return ((leading + 1) << octave) - 1;
    }

    /// The slot of a bucket, or the free one where it belongs. Requires: a free slot.
    Slot& find(std::uint32_t bucket) {
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t at = bucket * 0x9E3779B1U >> shift_;; ++at) {
            Slot& slot = slots_[at & mask];
            if (slot.label == bucket || slot.label == kFree) return slot;
        }
    }
    void count_in(std::uint32_t bucket) {
        if (used_ < slots_.size() / 4 * 3) [[likely]] {
            Slot& slot = find(bucket);
            if (slot.label == kFree) {
                slot.label = bucket & kFree;
                ++used_;
            }
            ++slot.count;
            return;
        }
        // Three quarters are used at most, so that searches are short and end.
        const std::vector<Slot> old =
            std::exchange(slots_, std::vector<Slot>(std::max(kFirstCapacity, slots_.size() * 2)));
        shift_ = 33 - static_cast<unsigned>(std::bit_width(slots_.size()));
        for (const Slot& slot : old)
            if (slot.label != kFree) find(slot.label & kFree) = slot;
        count_in(bucket);
    }

    std::vector<Slot> slots_;  // a power of two of them, or none
    std::size_t used_ = 0;
    unsigned shift_ = 0;
    std::uint64_t zeros_ = 0, count_ = 0, sum_ = 0, maximum_ = 0, minimum_ = UINT64_MAX;
};

}  // namespace seedwire
