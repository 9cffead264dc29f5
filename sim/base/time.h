// Simulated time: a span and an instant, in whole nanoseconds.
#pragma once

#include <compare>
#include <cstdint>

namespace seedwire {

/// A span of simulated time. Unit: nanoseconds. Range: about ±292 years; arithmetic saturates at
/// max(), so that "never" stays never.
class Duration {
public:
    constexpr Duration() = default;
    static constexpr Duration ns(std::int64_t n) {
        Duration d;
        d.ns_ = n;
        return d;
    }
    static constexpr Duration us(std::int64_t n) { return ns(n * 1'000); }
    static constexpr Duration ms(std::int64_t n) { return ns(n * 1'000'000); }
    static constexpr Duration s(std::int64_t n) { return ns(n * 1'000'000'000); }
    static constexpr Duration zero() { return {}; }
    static constexpr Duration max() { return ns(INT64_MAX); }

    constexpr std::int64_t ns() const { return ns_; }
    constexpr std::int64_t us() const { return ns_ / 1'000; }      ///< rounded towards zero
    constexpr std::int64_t ms() const { return ns_ / 1'000'000; }  ///< rounded towards zero
    constexpr auto operator<=>(const Duration&) const = default;

    constexpr Duration operator+(Duration d) const {
        std::int64_t sum = 0;
        if (__builtin_add_overflow(ns_, d.ns_, &sum)) return max();
        return ns(sum);
    }
    constexpr Duration operator-(Duration d) const { return ns(ns_ - d.ns_); }
    constexpr Duration operator-() const { return ns(-ns_); }
    constexpr Duration operator*(std::int64_t k) const {
        std::int64_t product = 0;
        if (__builtin_mul_overflow(ns_, k, &product)) return max();
        return ns(product);
    }
    constexpr Duration operator/(std::int64_t k) const { return ns(ns_ / k); }
    constexpr std::int64_t operator/(Duration d) const { return ns_ / d.ns_; }
    constexpr Duration& operator+=(Duration d) { return *this = *this + d; }
    constexpr Duration& operator-=(Duration d) { return *this = *this - d; }

private:
    std::int64_t ns_ = 0;
};

/// An instant, counted from the start of the run. Time ± Duration is a Time; Time - Time is a
/// Duration; Time + Time does not compile.
class Time {
public:
    constexpr Time() = default;
    static constexpr Time zero() { return {}; }
    static constexpr Time never() { return from_ns(INT64_MAX); }
    static constexpr Time from_ns(std::int64_t n) {
        Time t;
        t.ns_ = n;
        return t;
    }
    constexpr std::int64_t ns() const { return ns_; }
    constexpr Duration since_start() const { return Duration::ns(ns_); }
    constexpr bool is_never() const { return ns_ == INT64_MAX; }
    constexpr auto operator<=>(const Time&) const = default;

    constexpr Time operator+(Duration d) const { return from_ns((since_start() + d).ns()); }
    constexpr Time operator-(Duration d) const { return from_ns(ns_ - d.ns()); }
    constexpr Duration operator-(Time t) const { return Duration::ns(ns_ - t.ns_); }
    constexpr Time& operator+=(Duration d) { return *this = *this + d; }

private:
    std::int64_t ns_ = 0;
};

namespace literals {
constexpr Duration operator""_ns(unsigned long long n) {
    return Duration::ns(static_cast<std::int64_t>(n));
}
constexpr Duration operator""_us(unsigned long long n) {
    return Duration::us(static_cast<std::int64_t>(n));
}
constexpr Duration operator""_ms(unsigned long long n) {
    return Duration::ms(static_cast<std::int64_t>(n));
}
constexpr Duration operator""_s(unsigned long long n) {
    return Duration::s(static_cast<std::int64_t>(n));
}
}  // namespace literals

}  // namespace seedwire
