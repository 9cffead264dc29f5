#include "harness/judge/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/judge/tcp_info.h"
#include "harness/observe/tls_figures.h"
#include "harness/scenario/metric_names.h"
#include "sim/base/int128.h"
#include "sim/base/quantity.h"

namespace seedwire::judge {

using observe::FlowFigures;
using scenario::Metric;
using scenario::Unit;
using scenario::Value;

namespace {

Value count(std::uint64_t n) { return {static_cast<std::int64_t>(n), 1, Unit::Count}; }
Value bytes(std::uint64_t n) { return {static_cast<std::int64_t>(n), 1, Unit::Bytes}; }
Value packets(std::uint64_t n) { return {static_cast<std::int64_t>(n), 1, Unit::Packets}; }
Value duration(Duration d) { return {d.ns(), 1, Unit::Nanoseconds}; }
std::optional<Value> duration(const std::optional<Duration>& d) {
    if (!d) return std::nullopt;
    return duration(*d);
}
/// A fraction of two large numbers, brought into 64 bits.
Value fraction(UInt128 numerator, UInt128 denominator, Unit unit) {
    while (numerator > INT64_MAX || denominator > INT64_MAX) {
        numerator >>= 1;
        denominator >>= 1;
    }
    if (denominator == 0) return {0, 1, unit};
    return {static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator), unit};
}

Value goodput(const FlowFigures& f) {
    return fraction(static_cast<UInt128>(f.goodput_bytes) * 8'000'000'000U,
                    static_cast<UInt128>(std::max<std::int64_t>(1, f.goodput_time.ns())),
                    Unit::BitsPerSecond);
}

std::optional<Value> window_value(const Metric& metric, bool client, std::string_view key,
                                  const Evidence& evidence) {
    const auto ends = observe::connections_of(evidence.world, metric.index);
    const std::size_t k = metric.ordinal < 0 ? 0 : static_cast<std::size_t>(metric.ordinal);
    if (k >= ends.size()) return std::nullopt;
    const observe::WindowFigures* f = evidence.windows.of(ends[k].connection, client);
    if (f == nullptr) return std::nullopt;
    if (key == "ssthresh") return packets(f->ssthresh);
    if (metric.function == "max") return packets(f->maximum);
    if (metric.function == "min") return packets(f->minimum);
    if (metric.function == "mean")
        return Value{static_cast<std::int64_t>(f->mean_permille(evidence.world.simulation().now())),
                     1000, Unit::Packets};
    return packets(f->last);
}

/// `<flow>.client.<key>` and `<flow>.server.<key>`: one end of the first (or given) connection.
std::optional<Value> end_value(const Metric& metric, bool client, std::string_view key,
                               const Evidence& evidence) {
    if (key == "cwnd" || key == "ssthresh") return window_value(metric, client, key, evidence);
    const auto ends = observe::connections_of(evidence.world, metric.index);
    const std::size_t k = metric.ordinal < 0 ? 0 : static_cast<std::size_t>(metric.ordinal);
    if (k >= ends.size() || ends[k].connection >= evidence.world.figures().size())
        return std::nullopt;
    const host::EndFigures& e = evidence.world.figures()[ends[k].connection].end(client);
    if (key == "delivered" || key == "bytes_received") return bytes(e.bytes_delivered);
    if (key == "read" || key == "bytes_read") return bytes(e.bytes_read);
    if (key == "written" || key == "bytes_written") return bytes(e.bytes_written);
    if (key == "bytes_sent") return bytes(e.bytes_sent);
    if (key == "segments") return count(e.segments_sent);
    if (key == "data_segments") return count(e.data_segments_sent);
    if (key == "retransmissions" || key == "total_retrans") return count(e.retransmissions);
    if (key == "timeouts" || key == "total_rto") return count(e.late->timeouts);
    if (key == "reordered") return count(e.late->reordered);
    if (key == "duplicates") return count(e.late->duplicates);
    if (key == "received") return count(e.received);
    if (key == "rtt" && e.late->smoothed_rtt > Duration::zero())
        return duration(e.late->smoothed_rtt);
    if (key == "min_rtt" && e.late->min_rtt > Duration::zero()) return duration(e.late->min_rtt);
    const tcp::Info* info = evidence.world.figures().info(ends[k].connection, client);
    return info == nullptr ? std::nullopt : info_value(*info, key);
}

/// Numbers of the registries stand for names: tls.group == 29 is x25519.
std::optional<Value> tls_value(const Metric& metric, const Evidence& evidence) {
    const std::string_view key = std::string_view{metric.key}.substr(4);
    const auto t = observe::tls_summary(evidence.world, metric.index, metric.ordinal);
    if (!t) return std::nullopt;
    if (key == "handshake") return duration(t->handshake);
    if (key == "tcp") return duration(t->tcp);
    if (key == "connected") return duration(t->connected);
    if (key == "first_byte") return duration(t->first_byte);
    if (key == "client_cpu") return duration(t->client_cpu);
    if (key == "server_cpu") return duration(t->server_cpu);
    if (key == "client_wait") return duration(t->client_wait);
    if (key == "server_wait") return duration(t->server_wait);
    if (key == "alert_sent") return duration(t->alert_sent);
    if (key == "alert_received") return duration(t->alert_received);
    if (key == "completed") return count(t->completed);
    if (key == "resumed") return count(t->resumed);
    if (key == "retried") return count(t->retried);
    if (key == "failed") return count(t->failed);
    if (key == "early_accepted") return count(t->early_accepted);
    if (key == "early_refused") return count(t->early_refused);
    if (key == "early_bytes") return bytes(t->early_bytes);
    if (key == "delivered") return bytes(t->delivered);
    if (key == "handshake_bytes") return bytes(t->handshake_bytes);
    if (key == "version")
        return count(t->version == tls::kTls13 ? 13 : t->version == tls::kTls12 ? 12 : 0);
    if (key == "suite") return count(static_cast<std::uint64_t>(t->suite));
    if (key == "group") return count(static_cast<std::uint64_t>(t->group));
    if (!t->alert) return std::nullopt;
    const bool is_client = key == "client_alert";
    if (key != "alert" && is_client != t->alert_of_client) return std::nullopt;
    return count(static_cast<std::uint64_t>(*t->alert));
}

std::optional<Value> flow_value(const Metric& metric, const Evidence& evidence) {
    const std::string_view key = metric.key;
    if (key.substr(0, 7) == "client.") return end_value(metric, true, key.substr(7), evidence);
    if (key.substr(0, 7) == "server.") return end_value(metric, false, key.substr(7), evidence);
    if (key == "cwnd" || key == "ssthresh") {
        const auto client = window_value(metric, true, key, evidence);
        const auto ends = observe::connections_of(evidence.world, metric.index);
        if (ends.empty()) return client;
        const std::size_t k = metric.ordinal < 0 ? 0 : static_cast<std::size_t>(metric.ordinal);
        if (k >= ends.size() || ends[k].connection >= evidence.world.figures().size())
            return client;
        // The window that matters is that of the end which sends the data.
        const host::ConnectionFigures& c = evidence.world.figures()[ends[k].connection];
        return c.server.data_segments_sent > c.client.data_segments_sent
                   ? window_value(metric, false, key, evidence)
                   : client;
    }
    if (key.starts_with("tls.")) return tls_value(metric, evidence);
    const FlowFigures f = observe::flow_figures(evidence.world, metric.index, metric.ordinal);
    if (key == "goodput") return goodput(f);
    if (key == "delivered") return bytes(f.delivered);
    if (key == "written") return bytes(f.written);
    if (key == "completion") return duration(f.completion);
    if (key == "first_byte") return duration(f.first_byte);
    if (key == "handshake") return duration(f.handshake);
    if (key == "rtt") return duration(f.rtt);
    if (key == "min_rtt") return duration(f.min_rtt);
    if (key == "jitter") return duration(f.jitter);
    if (key == "retransmissions") return count(f.retransmissions);
    if (key == "timeouts") return count(f.timeouts);
    if (key == "reordered") return count(f.reordered);
    if (key == "duplicates") return count(f.duplicates);
    if (key == "segments") return count(f.segments);
    if (key == "data_segments") return count(f.data_segments);
    if (key == "connections") return count(f.connections);
    if (key == "completed") return count(f.completed);
    if (key == "failed") return count(f.failed);
    if (key == "sent") return count(f.sent);
    if (key == "received") return count(f.received);
    if (key == "lost") return count(f.lost);
    if (key == "loss") return fraction(f.lost, std::max<std::uint64_t>(1, f.sent), Unit::Ratio);
    return std::nullopt;
}

std::optional<Value> link_value(const Metric& metric, const Evidence& evidence) {
    const bool up = metric.key.rfind("up.", 0) == 0;
    const std::string_view key = std::string_view{metric.key}.substr(up ? 3 : 5);
    const std::uint32_t direction = metric.index * 2 + (up ? 0 : 1);
    const auto d = observe::direction_figures(evidence.world, direction);
    const auto elapsed = static_cast<std::uint64_t>(std::max<std::int64_t>(1, d.span.ns()));
    if (key == "utilisation")
        return fraction(static_cast<std::uint64_t>(d.busy.ns()), elapsed, Unit::Ratio);
    if (key == "packets") return packets(d.packets);
    if (key == "bytes") return bytes(d.bytes);
    if (key == "marked_ce") return count(d.marked_ce);
    if (key == "queue.sojourn")
        return value_of(evidence.world.network().queue_figures(direction).sojourn, metric.function,
                        Unit::Nanoseconds);
    if (key == "throughput")
        return fraction(static_cast<UInt128>(d.bytes) * 8'000'000'000U, elapsed,
                        Unit::BitsPerSecond);
    if (key == "duplicated") return count(evidence.world.network().counters(direction).copies);
    if (key == "reordered")
        return count(evidence.world.network().queue_figures(direction).overtook);
    if (key == "queue.length") {
        if (metric.function == "max") return packets(d.longest_queue);
        return fraction(d.resident_ns, elapsed, Unit::Packets);
    }
    if (key == "drops") {
        std::uint64_t all = 0;
        for (const std::uint64_t n : d.dropped) all += n;
        return count(all);
    }
    if (key.rfind("drops.", 0) == 0)
        for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r)
            if (trace::to_string(static_cast<trace::DropReason>(r)) == key.substr(6))
                return count(d.dropped[r]);
    return std::nullopt;
}

std::optional<Value> node_value(const Metric& metric, const Evidence& evidence) {
    const std::string_view key = metric.key;
    if (key == "cpu.busy" || key == "cpu.wait") {
        const host::Cpu* cpu = evidence.world.tls().find_cpu(metric.index);
        if (key == "cpu.wait") return duration(cpu != nullptr ? cpu->longest_wait() : Duration{});
        const std::uint64_t workers = cpu != nullptr ? std::max(1U, cpu->workers()) : 1;
        const auto busy = static_cast<std::uint64_t>(cpu != nullptr ? cpu->busy().ns() : 0);
        const Duration span = observe::measured_span(evidence.world);
        return fraction(busy,
                        workers * static_cast<std::uint64_t>(std::max<std::int64_t>(1, span.ns())),
                        Unit::Ratio);
    }
    const observe::NodeFigures f =
        evidence.nodes.figures(metric.index, evidence.world.simulation().now());
    if (key == "sent") return count(f.sent);
    if (key == "received") return count(f.received);
    if (key == "forwarded") return count(f.forwarded);
    std::uint64_t all = 0;
    for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r) {
        all += f.dropped[r];
        if (key.starts_with("drops.") &&
            trace::to_string(static_cast<trace::DropReason>(r)) == key.substr(6))
            return count(f.dropped[r]);
    }
    if (key == "drops") return count(all);
    return std::nullopt;
}

/// `p95(load.goodput)`: the function over one value a connection. Connections without one (a
/// completion that never came) count as worse than every other: then nothing is known.
std::optional<Value> value_over_connections(const Metric& metric, const Evidence& evidence) {
    Metric one = metric;
    one.of_connections = false;
    one.function.clear();
    const std::size_t count = observe::connections_of(evidence.world, metric.index).size();
    std::vector<Value> values;
    for (std::size_t k = 0; k < count; ++k) {
        one.ordinal = static_cast<std::int32_t>(k);
        const std::optional<Value> value = flow_value(one, evidence);
        if (!value) return std::nullopt;
        values.push_back(*value);
    }
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end(),
              [](const Value& a, const Value& b) { return compare(a, b) < 0; });
    const std::string_view f = metric.function;
    if (f == "min") return values.front();
    if (f == "max") return values.back();
    if (f == "mean") {
        // Rounded down to a millionth of each value's unit.
        constexpr std::int64_t kParts = 1'000'000;
        Int128 sum = 0;
        for (const Value& v : values)
            sum += static_cast<Int128>(v.numerator) * kParts / v.denominator;
        return fraction(static_cast<UInt128>(sum), static_cast<UInt128>(count) * kParts,
                        values.front().unit);
    }
    std::size_t permille = 500;
    if (f == "p90") permille = 900;
    if (f == "p95") permille = 950;
    if (f == "p99") permille = 990;
    if (f == "p999") permille = 999;
    // Nearest rank: the least value that so many are not above.
    const std::size_t rank = std::max<std::size_t>(1, (values.size() * permille + 999) / 1000);
    return values[rank - 1];
}

}  // namespace

Value shifted(const Value& value, const Value& tolerance, bool up) {
    const bool share = tolerance.unit == Unit::Ratio && value.unit != Unit::RoundTrips;
    const auto n = static_cast<Int128>(value.numerator), d = static_cast<Int128>(value.denominator);
    const auto tn = static_cast<Int128>(tolerance.numerator);
    const auto td = static_cast<Int128>(tolerance.denominator);
    // A share of the value: n/d * (td +- tn)/td; an amount: n/d +- tn/td.
    Int128 numerator = share ? n * (up ? td + tn : td - tn) : n * td + (up ? tn * d : -tn * d);
    if (numerator < 0) numerator = 0;  // nothing measured is negative
    return fraction(static_cast<UInt128>(numerator), static_cast<UInt128>(d * td), value.unit);
}

namespace {

/// Over a part of the run: what was added between two looks at it.
std::optional<Value> value_in_window(const Metric& metric, const Evidence& evidence) {
    const scenario::Window& window = metric.window;
    const Tally* taken = evidence.moments.end(metric);
    const Tally* first = evidence.moments.begin(metric);
    // Where the run ended before the window began, nothing was added in it.
    const bool began = window.from == Duration::zero() || first != nullptr;
    const Tally end = taken != nullptr ? *taken : tally_of(metric, evidence);
    const Tally begin = first != nullptr ? *first : began ? Tally{} : end;
    std::uint64_t amount = end.one - begin.one;
    if (metric.key == "goodput") amount = std::max(amount, end.other - begin.other);
    const scenario::MetricName* name = scenario::find_metric(metric.subject, metric.key);
    if (name->unit != Unit::BitsPerSecond && name->unit != Unit::Ratio)
        return Value{static_cast<std::int64_t>(amount), 1, name->unit};
    const bool open = window.until == Duration::max();
    const Duration until = open ? observe::measured_span(evidence.world) : window.until;
    const auto length =
        static_cast<std::uint64_t>(std::max<std::int64_t>(1, (until - window.from).ns()));
    if (name->unit == Unit::Ratio) return fraction(amount, length, Unit::Ratio);
    return fraction(static_cast<UInt128>(amount) * 8'000'000'000U, length, Unit::BitsPerSecond);
}

/// Of which end a congestion window is asked for: `client.`, `server.`, or who sends the data.
std::optional<std::pair<std::uint32_t, bool>> end_of_window(const Metric& metric,
                                                            const Evidence& evidence) {
    const world::World& world = evidence.world;
    const bool program = metric.subject == Metric::Subject::Program;
    const auto flows = static_cast<std::uint32_t>(world.scenario().flows.size());
    const auto ends = observe::connections_of(world, metric.index + (program ? flows : 0));
    const std::size_t k = metric.ordinal < 0 ? 0 : static_cast<std::size_t>(metric.ordinal);
    if (k >= ends.size() || ends[k].connection >= world.figures().size()) return std::nullopt;
    const std::uint32_t connection = ends[k].connection;
    if (metric.key != "cwnd") return std::pair{connection, metric.key.starts_with("client.")};
    const host::ConnectionFigures& c = world.figures()[connection];
    return std::pair{connection, c.server.data_segments_sent <= c.client.data_segments_sent};
}

}  // namespace

std::optional<Value> value_now(const Metric& metric, const Evidence& evidence) {
    if (metric.of_connections) return value_over_connections(metric, evidence);
    switch (metric.subject) {
        case Metric::Subject::Flow:
        case Metric::Subject::Program: {
            Metric in_order = metric;
            if (metric.subject == Metric::Subject::Program)
                in_order.index +=
                    static_cast<std::uint32_t>(evidence.world.scenario().flows.size());
            return flow_value(in_order, evidence);
        }
        case Metric::Subject::Link:
            return link_value(metric, evidence);
        case Metric::Subject::Fault:
            if (metric.key == "hits")
                return count(evidence.world.network().fault_hits(metric.index));
            return std::nullopt;
        case Metric::Subject::Node:
            return node_value(metric, evidence);
    }
    return std::nullopt;
}

std::optional<Value> value_of(const Metric& metric, const Evidence& evidence) {
    if (evidence.series.has(metric)) {
        std::optional<std::pair<std::uint32_t, bool>> end{{0, true}};
        if (metric.key.ends_with("cwnd")) end = end_of_window(metric, evidence);
        if (!end) return std::nullopt;
        return evidence.series.value(metric, evidence.world.simulation().now(), end->first,
                                     end->second);
    }
    if (const auto* then = evidence.moments.value(metric)) return *then;
    if (metric.window.is_whole()) return value_now(metric, evidence);
    return value_in_window(metric, evidence);
}

int compare(const Value& a, const Value& b) {
    const Int128 left = static_cast<Int128>(a.numerator) * b.denominator;
    const Int128 right = static_cast<Int128>(b.numerator) * a.denominator;
    return left < right ? -1 : left > right ? 1 : 0;
}

namespace {

/// Four significant digits, without trailing zeros.
std::string short_number(const Value& v, std::int64_t unit) {
    const double number = static_cast<double>(v.numerator) / static_cast<double>(v.denominator) /
                          static_cast<double>(unit);
    return fmt::format("{:.4g}", number);
}

std::string scaled(const Value& v,
                   std::initializer_list<std::pair<std::int64_t, const char*>> units) {
    const auto magnitude = static_cast<double>(v.numerator < 0 ? -v.numerator : v.numerator) /
                           static_cast<double>(v.denominator);
    for (const auto& [size, name] : units)
        if (magnitude >= static_cast<double>(size) || size == 1)
            return fmt::format("{} {}", short_number(v, size), name);
    return short_number(v, 1);
}

}  // namespace

std::string to_string(const Value& v) {
    switch (v.unit) {
        case Unit::Nanoseconds:
            return scaled(v, {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}, {1, "ns"}});
        case Unit::Bytes:
            return v.numerator < 10'000
                       ? scaled(v, {{1, "B"}})
                       : scaled(
                             v,
                             {{1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "kB"}, {1, "B"}});
        case Unit::BitsPerSecond:
            return scaled(v, {{1'000'000'000, "Gbit/s"},
                              {1'000'000, "Mbit/s"},
                              {1'000, "kbit/s"},
                              {1, "bit/s"}});
        case Unit::Ratio:
            return short_number({v.numerator * 100, v.denominator, Unit::Ratio}, 1) + " %";
        case Unit::Packets:
            return short_number(v, 1) + " packets";
        case Unit::RoundTrips:
            return short_number(v, 1) + " rtt";
        case Unit::Count:
            return v.denominator == 1 ? std::to_string(v.numerator) : short_number(v, 1);
    }
    return {};
}

std::string exact_text(const Value& v) {
    static constexpr std::string_view kUnits[] = {"", " ns",      " B",  " bit/s",
                                                  "", " packets", " rtt"};
    const auto unit = kUnits[static_cast<std::size_t>(v.unit)];
    if (v.denominator == 1) return fmt::format("{}{}", v.numerator, unit);
    const double number = static_cast<double>(v.numerator) / static_cast<double>(v.denominator);
    if (v.unit == Unit::Ratio) return fmt::format("{:.12g} %", number * 100);
    return fmt::format("{:.12g}{}", number, unit);
}

}  // namespace seedwire::judge
