// What is kept of one run, and its form in pipes and in the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/scenario.h"

namespace seedwire::sweep {

enum class Status : std::uint8_t {
    Done,
    EventLimit,
    MemoryLimit,
    TimeLimit,  ///< by the wall's clock
    Crashed
};
/// "done", "event limit", ...
std::string_view to_string(Status status);

struct Record {
    Status status = Status::Done;
    bool holds = true;  ///< the scenario's expectations
    std::uint64_t events = 0;
    std::uint64_t digest = 0;  ///< the first half of the run's
    /// In the order of Measured::names; what did not happen is not a number.
    std::vector<double> figures;
    std::vector<std::vector<double>> series;  ///< in the order of Measured::series
    std::string reason;                       ///< of a failure
};

/// Little-endian, without padding: the same bytes on every machine.
std::string encode(const Record& record);
/// Nothing if these bytes are no record.
std::optional<Record> decode(std::string_view bytes);

/// What the runs of a point measure, by name.
struct Measured {
    struct Figure {
        std::string name, unit;  ///< s, B, bit/s, packets, empty
        bool operator==(const Figure&) const = default;
    };
    struct Series {
        std::string name, unit;
        std::int64_t every_ns = 0;
        bool operator==(const Series&) const = default;
    };
    std::vector<Figure> figures;
    std::vector<Series> series;
    std::int64_t warm_up_ns = 0;
    bool operator==(const Measured&) const = default;

    static Measured of(const scenario::Scenario& scenario, Duration warm_up);
    std::string text() const;
    static Measured parse(std::string_view text);
    std::uint64_t id() const;
};

/// In the unit that results are written in; not a number for nothing.
double number_of(const std::optional<scenario::Value>& value);

}  // namespace seedwire::sweep
