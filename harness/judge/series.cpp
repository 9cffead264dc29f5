#include "harness/judge/series.h"

#include <algorithm>

#include "harness/scenario/measurements.h"

namespace seedwire::judge {

using scenario::Metric;
using scenario::Unit;
using scenario::Value;
using scenario::Window;

std::optional<Value> value_of(const Histogram& h, std::string_view f, Unit unit) {
    if (h.count() == 0) return std::nullopt;
    const auto value = [unit](std::uint64_t v) {
        return Value{static_cast<std::int64_t>(v), 1, unit};
    };
    if (f == "min") return value(h.minimum());
    if (f == "max") return value(h.maximum());
    if (f == "p50") return value(h.percentile(50, 100));
    if (f == "p90") return value(h.percentile(90, 100));
    if (f == "p95") return value(h.percentile(95, 100));
    if (f == "p99") return value(h.percentile(99, 100));
    if (f == "p999") return value(h.percentile(999, 1000));
    return value(h.mean());
}

SeriesObserver::SeriesObserver(const scenario::Scenario& scenario, const net::Network& network,
                               const trace::Connections& connections)
    : network_{network}, connections_{connections} {
    for (const Metric* metric : scenario::measured_metrics(scenario))
        add(*metric, static_cast<std::uint32_t>(scenario.flows.size()));
}

void SeriesObserver::add(const Metric& metric, std::uint32_t flows) {
    Series series;
    series.metric = &metric;
    series.window = metric.window;
    const bool at = metric.function == "at", whole = metric.window.is_whole();
    const std::string_view key = metric.key;
    if (metric.subject == Metric::Subject::Link) {
        series.direction = metric.index * 2 + (key.starts_with("up.") ? 0 : 1);
        if (whole && !at) return;  // every run keeps those
        if (key.ends_with("queue.length"))
            series.kind = Kind::QueueLength;
        else if (key.ends_with("queue.sojourn"))
            series.kind = Kind::Sojourn;
        else
            return;
        if (at) series.window = {metric.moment, metric.moment};
    } else if (metric.subject == Metric::Subject::Flow ||
               metric.subject == Metric::Subject::Program) {
        const bool program = metric.subject == Metric::Subject::Program;
        series.flow = metric.index + (program ? flows : 0);
        if (key == "one_way_delay")
            series.kind = Kind::OneWayDelay;
        else if (key == "response_time")
            series.kind = Kind::ResponseTime;
        else if ((key == "cwnd" || key.ends_with(".cwnd")) && !whole)
            series.kind = Kind::Cwnd;
        else
            return;
    } else {
        return;
    }
    wants_journeys_ |= series.kind == Kind::OneWayDelay;
    series_.push_back(std::move(series));
}

unsigned SeriesObserver::interests() const {
    unsigned bits = 0;
    for (const Series& series : series_) {
        if (series.kind == Kind::Cwnd)
            bits |= trace::Recorder::kWindows;
        else if (series.kind == Kind::ResponseTime)
            bits |= trace::Recorder::kApplications;
        else
            bits |= trace::Recorder::kPackets;
    }
    return bits;
}

const SeriesObserver::Series* SeriesObserver::find(const Metric& metric) const {
    const auto it = std::find_if(series_.begin(), series_.end(),
                                 [&](const Series& s) { return s.metric->id == metric.id; });
    return it == series_.end() ? nullptr : &*it;
}

// --- packets ------------------------------------------------------------------------------------

void SeriesObserver::note_queue(Series& series, const trace::Transmission& r) const {
    const Window& window = series.window;
    if (series.kind == Kind::Sojourn) {
        if (!window.contains(r.at)) return;
        const std::int64_t waited = (r.departure - r.at - r.serialisation).ns();
        series.histogram.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, waited)));
        return;
    }
    const std::int64_t from = window.from.ns(), until = window.until.ns();
    const std::int64_t enters = r.at.ns(), leaves = r.departure.ns();
    if (enters <= from && leaves > from) ++series.at_start;
    if (window.contains(r.at)) series.longest = std::max(series.longest, r.queue_packets + 1);
    series.resident_ns += static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::min(leaves, until) - std::max(enters, from)));
}

void SeriesObserver::on_transmission(const trace::Transmission& r) {
    // A copy has waited with its original, which is recorded too.
    if (r.copied) return;
    if (!r.departure.is_never())
        for (Series& series : series_)
            if ((series.kind == Kind::QueueLength || series.kind == Kind::Sojourn) &&
                series.direction == r.direction)
                note_queue(series, r);
    if (wants_journeys_) note_journey(r);
}

namespace {

std::uint64_t side_of(const wire::Packet& packet) {
    return std::uint64_t{packet.flow} << 1 | (packet.has(wire::packet_bit::kForward) ? 1U : 0U);
}

}  // namespace

/// From entering the first link to arriving at the end of the last.
void SeriesObserver::note_journey(const trace::Transmission& r) {
    const wire::Packet& packet = *r.packet;
    if (packet.flow == wire::kNoFlow || packet.payload_length == 0 ||
        packet.has(wire::packet_bit::kCopy))
        return;
    const std::uint32_t flow = connections_[packet.flow].flow;
    const bool wanted = std::any_of(series_.begin(), series_.end(), [&](const Series& s) {
        return s.kind == Kind::OneWayDelay && s.flow == flow;
    });
    if (!wanted) return;
    if (journeys_.size() >= settle_at_) settle(r.at);
    const PacketKey key{side_of(packet), packet.id};
    const auto journey = journeys_.try_emplace(key, Journey{r.at}).first;
    if (r.arrival.is_never() || packet.has(wire::packet_bit::kCorrupted))
        journeys_.erase(journey);
    else if (network_.direction_to(r.direction) == packet.destination_node)
        journey->second.arrival = r.arrival;
}

void SeriesObserver::on_amended(const trace::TransmissionAmended& r) {
    const auto journey = journeys_.find({side_of(*r.packet), r.packet->id});
    if (journey == journeys_.end()) return;
    if (r.drop != trace::DropReason::None)
        journeys_.erase(journey);
    else if (!journey->second.arrival.is_never())
        journey->second.arrival = r.arrival;
}

/// Counts those that have arrived before `now`, so that memory follows what is under way.
void SeriesObserver::settle(Time now) {
    for (auto it = journeys_.begin(); it != journeys_.end();) {
        const Journey& journey = it->second;
        if (journey.arrival.is_never() || journey.arrival >= now) {
            ++it;
            continue;
        }
        note_delay(Kind::OneWayDelay, static_cast<std::uint32_t>(it->first.first >> 1),
                   journey.arrival, journey.arrival - journey.sent);
        it = journeys_.erase(it);
    }
    settle_at_ = std::max<std::size_t>(1024, journeys_.size() * 2);
}

void SeriesObserver::note_delay(Kind kind, std::uint32_t connection, Time at, Duration delay) {
    const trace::Connection& c = connections_[connection];
    for (Series& series : series_) {
        if (series.kind != kind || series.flow != c.flow || !series.window.contains(at)) continue;
        const std::int32_t ordinal = series.metric->ordinal;
        if (ordinal >= 0 && static_cast<std::uint32_t>(ordinal) != c.ordinal) continue;
        series.histogram.add(static_cast<std::uint64_t>(delay.ns()));
    }
}

void SeriesObserver::on_end(Time at) { settle(at + Duration::ns(1)); }

// --- connections --------------------------------------------------------------------------------

void SeriesObserver::on_app(const trace::AppEvent& r) {
    if (!r.client || r.connection >= connections_.size()) return;
    const std::pair<std::uint32_t, std::uint64_t> key{r.connection, r.amount};
    if (r.kind == trace::AppEvent::Kind::Requested) requests_[key] = r.at;
    if (r.kind != trace::AppEvent::Kind::Responded) return;
    const auto request = requests_.find(key);
    if (request == requests_.end()) return;
    note_delay(Kind::ResponseTime, r.connection, r.at, r.at - request->second);
    requests_.erase(request);
}

/// The level has kept its value since it changed: what of that time lies in the window counts.
void SeriesObserver::hold(const Window& window, Level& level, Time until) {
    const std::int64_t begin = std::max(level.changed.ns(), window.from.ns());
    const std::int64_t end = std::min(until.ns(), window.until.ns());
    if (end < begin || until.ns() <= window.from.ns()) return;
    level.last = level.value;
    level.minimum = std::min(level.minimum, level.value);
    level.maximum = std::max(level.maximum, level.value);
    level.held += end - begin;
    level.area += static_cast<UInt128>(level.value) * static_cast<std::uint64_t>(end - begin);
}

void SeriesObserver::on_window(const trace::WindowChange& r) {
    if (r.connection >= connections_.size()) return;
    for (Series& series : series_) {
        if (series.kind != Kind::Cwnd) continue;
        const auto [it, is_new] = series.levels.try_emplace({r.connection, r.client});
        if (!is_new) hold(series.window, it->second, r.at);
        it->second.changed = r.at;
        it->second.value = r.cwnd;
    }
}

std::optional<Value> SeriesObserver::value(const Metric& metric, Time end, std::uint32_t connection,
                                           bool client) const {
    const Series& series = *find(metric);
    if (series.kind == Kind::QueueLength) {
        const std::uint32_t longest = std::max(series.longest, series.at_start);
        if (metric.function == "at") return Value{series.at_start, 1, Unit::Packets};
        if (metric.function == "max") return Value{longest, 1, Unit::Packets};
        const std::int64_t until = std::min(series.window.until.ns(), end.ns());
        const std::int64_t length = std::max<std::int64_t>(1, until - series.window.from.ns());
        return Value{static_cast<std::int64_t>(series.resident_ns), length, Unit::Packets};
    }
    if (series.kind == Kind::Cwnd) {
        const auto it = series.levels.find({connection, client});
        if (it == series.levels.end()) return std::nullopt;
        Level level = it->second;
        hold(series.window, level, end);
        if (level.held == 0) return std::nullopt;
        if (metric.function == "min") return Value{level.minimum, 1, Unit::Packets};
        if (metric.function == "max") return Value{level.maximum, 1, Unit::Packets};
        if (metric.function == "last") return Value{level.last, 1, Unit::Packets};
        const auto permille =
            static_cast<std::int64_t>(level.area * 1000 / static_cast<std::uint64_t>(level.held));
        return Value{permille, 1000, Unit::Packets};
    }
    return value_of(series.histogram, metric.function, Unit::Nanoseconds);
}

}  // namespace seedwire::judge
