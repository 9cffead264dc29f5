// A histogram of non-negative integers with a relative error below 1 %.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>

namespace seedwire::observe {

/// Values below 256 are exact; each power of two above has 128 buckets. Memory is taken for the
/// powers of two that occur. Counts, minimum, maximum and sum are exact.
class Histogram {
public:
    void add(std::uint64_t value) {
        const int octave =
            value < kBuckets ? 0 : static_cast<int>(std::bit_width(value)) - kBucketBits;
        auto& buckets = octaves_[static_cast<std::size_t>(octave)];
        if (!buckets) [[unlikely]]
            buckets = std::make_unique<std::array<std::uint32_t, kBuckets>>();
        ++(*buckets)[(value >> octave) & (kBuckets - 1)];
        ++count_;
        sum_ += value;
        if (value > maximum_) maximum_ = value;
        if (value < minimum_) minimum_ = value;
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
        const std::uint64_t rank = (count_ * numerator + denominator - 1) / denominator;
        std::uint64_t seen = 0;
        for (std::size_t octave = 0; octave < octaves_.size(); ++octave) {
            if (!octaves_[octave]) continue;
            for (std::uint64_t i = 0; i < kBuckets; ++i) {
                seen += (*octaves_[octave])[i];
                if (seen < rank || seen == 0) continue;
                const std::uint64_t edge = ((i + 1) << octave) - 1;
                return edge < maximum_ ? edge : maximum_;
            }
        }
        return maximum_;
    }

private:
    static constexpr int kBucketBits = 8;
    static constexpr std::uint64_t kBuckets = 1U << kBucketBits;
    std::array<std::unique_ptr<std::array<std::uint32_t, kBuckets>>, 64> octaves_;
    std::uint64_t count_ = 0, sum_ = 0, maximum_ = 0, minimum_ = UINT64_MAX;
};

}  // namespace seedwire::observe
