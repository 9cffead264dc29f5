// The measured values of a study by point, read from the documented tables of a results folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/sweep/store.h"

namespace seedwire::sweep {

struct MetricInfo {
    std::int64_t number = 0;
    std::string name, unit;
};

/// Of one metric. Seeds ascend; runs without a value are left out and counted.
struct Samples {
    MetricInfo metric;
    struct Point {
        std::vector<std::pair<std::uint64_t, double>> values;  ///< seed, value
        std::uint32_t without = 0;

        std::vector<double> numbers() const;
    };
    std::vector<Point> points;
};

std::vector<MetricInfo> metrics_of(Store& store);

/// By its name or an end of it behind a dot or parenthesis that no other one has: `goodput` for
/// `load.goodput`. Else nothing, with a message.
std::optional<MetricInfo> find_metric(Store& store, std::string_view name, std::string& problem);

Samples read_samples(Store& store, const MetricInfo& metric, std::size_t points);

}  // namespace seedwire::sweep
