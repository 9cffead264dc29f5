// The series that expectations ask about and that no run keeps by itself: delays per packet,
// response times, and any series over a part of the run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "harness/scenario/scenario.h"
#include "models/net/network.h"
#include "models/trace/recorder.h"
#include "sim/base/histogram.h"
#include "sim/base/int128.h"

namespace seedwire::judge {

/// min, max, mean and percentiles of a histogram, in its unit; nothing if it is empty.
std::optional<scenario::Value> value_of(const Histogram& histogram, std::string_view function,
                                        scenario::Unit unit);

/// One series for each metric of the scenario's expectations that needs one.
class SeriesObserver final : public trace::Observer {
public:
    SeriesObserver(const scenario::Scenario& scenario, const net::Network& network,
                   const trace::Connections& connections);

    /// What it wants to watch: trace::Recorder::Interest bits; 0: nothing.
    unsigned interests() const;
    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_window(const trace::WindowChange& r) override;
    void on_app(const trace::AppEvent& r) override;
    void on_end(Time at) override;

    bool has(const scenario::Metric& metric) const { return find(metric) != nullptr; }
    /// Of a metric that it has. `end`: to which moment the run has come. `connection` and `client`
    /// choose among congestion windows; other series do not care.
    std::optional<scenario::Value> value(const scenario::Metric& metric, Time end,
                                         std::uint32_t connection, bool client) const;

private:
    enum class Kind : std::uint8_t { QueueLength, Sojourn, Cwnd, OneWayDelay, ResponseTime };
    /// A value that holds until it changes.
    struct Level {
        Time changed;
        std::uint32_t value = 0, last = 0, minimum = UINT32_MAX, maximum = 0;
        UInt128 area = 0;       ///< value x ns within the window
        std::int64_t held = 0;  ///< ns
    };
    struct Series {
        const scenario::Metric* metric = nullptr;
        Kind kind = Kind::Sojourn;
        scenario::Window window;
        std::uint32_t direction = 0;  ///< queues
        std::uint32_t flow = 0;       ///< of connections; programs behind the flows
        Histogram histogram;
        std::uint64_t resident_ns = 0;
        std::uint32_t at_start = 0, longest = 0;                 ///< packets in the queue
        std::map<std::pair<std::uint32_t, bool>, Level> levels;  ///< by connection and side
    };
    /// A packet between its first and its last link.
    struct Journey {
        Time sent, arrival = Time::never();
    };
    using PacketKey = std::pair<std::uint64_t, std::uint32_t>;  ///< connection and side; id

    const Series* find(const scenario::Metric& metric) const;
    void add(const scenario::Metric& metric, std::uint32_t flows);
    static void hold(const scenario::Window& window, Level& level, Time until);
    void note_queue(Series& series, const trace::Transmission& r) const;
    void note_journey(const trace::Transmission& r);
    void settle(Time now);
    void note_delay(Kind kind, std::uint32_t connection, Time at, Duration delay);

    const net::Network& network_;
    const trace::Connections& connections_;
    std::vector<Series> series_;
    std::map<PacketKey, Journey> journeys_;
    std::size_t settle_at_ = 1024;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Time> requests_;  ///< connection, number
    bool wants_journeys_ = false;
};

}  // namespace seedwire::judge
