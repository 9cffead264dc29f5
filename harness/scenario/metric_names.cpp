// The table of metrics. Definitions of goodput, retransmission and completion are those of the
// scenario reference, section "metrics".
#include "harness/scenario/metric_names.h"

#include <algorithm>
#include <array>

namespace seedwire::scenario {
namespace {

using Sub = Metric::Subject;
using Scope = MetricName::Scope;

constexpr bool kLater = true;
/// What a series can be asked for.
constexpr std::string_view kOfWindows = "min max mean last";
constexpr std::string_view kOfDelays = "min max mean p50 p90 p95 p99 p999";
constexpr std::string_view kOfLengths = "max mean";

/// Of a flow or of all connections of a program.
constexpr MetricName flow(std::string_view key, Unit unit, std::string_view help,
                          bool later = false, std::string_view functions = {}) {
    return {Sub::Flow, Scope::Whole, key, unit, functions, later, help};
}
constexpr MetricName end_of(std::string_view key, Unit unit, std::string_view help,
                            bool later = false, std::string_view functions = {}) {
    return {Sub::Flow, Scope::End, key, unit, functions, later, help};
}
constexpr MetricName link(std::string_view key, Unit unit, std::string_view help,
                          bool later = false, std::string_view functions = {}) {
    return {Sub::Link, Scope::Direction, key, unit, functions, later, help};
}
constexpr MetricName node(std::string_view key, std::string_view help) {
    return {Sub::Node, Scope::Whole, key, Unit::Count, {}, kLater, help};
}

constexpr std::array kFlowMetrics{
    flow("goodput", Unit::BitsPerSecond,
         "bytes delivered in order, from the first data sent to the last delivered"),
    flow("delivered", Unit::Bytes,
         "bytes that arrived in order and once, before the reader closed"),
    flow("written", Unit::Bytes, "bytes the applications wrote"),
    flow("completion", Unit::Nanoseconds, "from opening to completion"),
    flow("first_byte", Unit::Nanoseconds, "from opening to the first byte read"),
    flow("handshake", Unit::Nanoseconds, "from opening to ESTABLISHED at the opener"),
    flow("retransmissions", Unit::Count,
         "data segments that start below the highest byte sent before"),
    flow("timeouts", Unit::Count, "retransmission timeouts"),
    flow("reordered", Unit::Count, "data packets that arrived after a later one"),
    flow("duplicates", Unit::Count, "received more than once"),
    flow("segments", Unit::Count, "segments sent, both directions"),
    flow("data_segments", Unit::Count, "of those, with data"),
    flow("sent", Unit::Count, "datagrams or echo requests sent"),
    flow("received", Unit::Count, "datagrams received, or echoes that came back"),
    flow("lost", Unit::Count, "sent and not received"),
    flow("loss", Unit::Ratio, "lost / sent"),
    flow("jitter", Unit::Nanoseconds, "UDP: mean deviation of the transit time"),
    flow("connections", Unit::Count, "connections opened"),
    flow("completed", Unit::Count, "connections that did all they were asked to do"),
    flow("failed", Unit::Count, "connections that ended in an error"),
    flow("rtt", Unit::Nanoseconds, "smoothed round trip at the end, of who sent more data"),
    flow("min_rtt", Unit::Nanoseconds, "least round trip"),
    flow("cwnd", Unit::Packets, "congestion window of who sends the data", false, kOfWindows),
    flow("ssthresh", Unit::Packets, "its slow start threshold at the end"),
    flow("one_way_delay", Unit::Nanoseconds, "from sender to receiver, per packet", kLater,
         kOfDelays),
    flow("response_time", Unit::Nanoseconds, "from request to response", kLater, kOfDelays),
};

constexpr std::array kEndMetrics{
    end_of("delivered", Unit::Bytes, "bytes received in order"),
    end_of("bytes_received", Unit::Bytes, "bytes received in order"),
    end_of("read", Unit::Bytes, "bytes the application read"),
    end_of("written", Unit::Bytes, "bytes the application wrote"),
    end_of("bytes_sent", Unit::Bytes, "payload bytes sent, retransmissions included"),
    end_of("segments", Unit::Count, "segments sent"),
    end_of("data_segments", Unit::Count, "of those, with data"),
    end_of("retransmissions", Unit::Count, "data segments sent again"),
    end_of("total_retrans", Unit::Count, "segments sent again"),
    end_of("timeouts", Unit::Count, "retransmission timeouts"),
    end_of("total_rto", Unit::Count, "retransmission timeouts"),
    end_of("reordered", Unit::Count, "data packets received after a later one"),
    end_of("duplicates", Unit::Count, "data received again"),
    end_of("received", Unit::Count, "packets received"),
    end_of("rtt", Unit::Nanoseconds, "smoothed round trip at the end"),
    end_of("min_rtt", Unit::Nanoseconds, "least round trip"),
    end_of("cwnd", Unit::Packets, "congestion window", false, kOfWindows),
    end_of("ssthresh", Unit::Packets, "slow start threshold at the end"),
    end_of("rto", Unit::Nanoseconds, "retransmission timeout", kLater),
    end_of("ato", Unit::Nanoseconds, "delayed ACK timeout", kLater),
    end_of("rttvar", Unit::Nanoseconds, "variation of the round trip", kLater),
    end_of("rcv_rtt", Unit::Nanoseconds, "receiver's estimate of the round trip", kLater),
    end_of("snd_mss", Unit::Bytes, "segment size used", kLater),
    end_of("rcv_mss", Unit::Bytes, "segment size seen", kLater),
    end_of("advmss", Unit::Bytes, "segment size offered", kLater),
    end_of("pmtu", Unit::Bytes, "path MTU", kLater),
    end_of("snd_wscale", Unit::Count, "window shift of the peer", kLater),
    end_of("rcv_wscale", Unit::Count, "own window shift", kLater),
    end_of("snd_cwnd", Unit::Packets, "congestion window at the end", kLater),
    end_of("snd_ssthresh", Unit::Packets, "slow start threshold at the end", kLater),
    end_of("snd_wnd", Unit::Bytes, "window the peer offers", kLater),
    end_of("rcv_wnd", Unit::Bytes, "window offered", kLater),
    end_of("rcv_ssthresh", Unit::Bytes, "how far the offered window may grow", kLater),
    end_of("rcv_space", Unit::Bytes, "what the program reads in a round trip", kLater),
    end_of("unacked", Unit::Count, "segments in flight", kLater),
    end_of("sacked", Unit::Count, "of those, SACKed", kLater),
    end_of("lost", Unit::Count, "of those, taken for lost", kLater),
    end_of("retrans", Unit::Count, "of those, sent again", kLater),
    end_of("retransmits", Unit::Count, "timeouts in a row", kLater),
    end_of("backoff", Unit::Count, "doublings of the timeout", kLater),
    end_of("probes", Unit::Count, "unanswered zero-window or keepalive probes", kLater),
    end_of("reordering", Unit::Count, "reordering degree, segments", kLater),
    end_of("reord_seen", Unit::Count, "reordering events", kLater),
    end_of("dsack_dups", Unit::Count, "duplicates the peer reported", kLater),
    end_of("delivered_ce", Unit::Count, "segments delivered with a CE mark", kLater),
    end_of("bytes_acked", Unit::Bytes, "bytes acknowledged by the peer", kLater),
    end_of("bytes_retrans", Unit::Bytes, "payload bytes sent again", kLater),
    end_of("segs_in", Unit::Count, "segments received", kLater),
    end_of("segs_out", Unit::Count, "segments sent", kLater),
    end_of("data_segs_in", Unit::Count, "segments received with data", kLater),
    end_of("data_segs_out", Unit::Count, "segments sent with data", kLater),
    end_of("rcv_ooopack", Unit::Count, "segments received out of order", kLater),
    end_of("notsent_bytes", Unit::Bytes, "bytes written and not yet sent", kLater),
    end_of("busy_time", Unit::Nanoseconds, "time with data to send", kLater),
    end_of("rwnd_limited", Unit::Nanoseconds, "of that, limited by the peer's window", kLater),
    end_of("sndbuf_limited", Unit::Nanoseconds, "of that, limited by the send buffer", kLater),
};

constexpr std::array kLinkMetrics{
    link("utilisation", Unit::Ratio, "share of the time in which the link was sending"),
    link("packets", Unit::Packets, "packets delivered at the other end"),
    link("bytes", Unit::Bytes, "their IP bytes"),
    link("drops", Unit::Count, "packets dropped, for whatever reason"),
    link("drops.queue", Unit::Count, "the queue was full"),
    link("drops.loss", Unit::Count, "random loss"),
    link("drops.fault", Unit::Count, "exact faults"),
    link("drops.cut", Unit::Count, "the link was cut"),
    link("drops.corrupted", Unit::Count, "failed their checksum at the receiver"),
    link("drops.too_big", Unit::Count, "longer than the MTU"),
    link("marked_ce", Unit::Count, "packets marked CE"),
    link("queue.length", Unit::Packets, "packets waiting, the one being sent included", false,
         kOfLengths),
    link("queue.sojourn", Unit::Nanoseconds, "from entering to the start of sending, per packet",
         false, kOfDelays),
    link("throughput", Unit::BitsPerSecond, "IP bytes delivered, over the run", kLater),
    link("duplicated", Unit::Count, "copies made", kLater),
    link("reordered", Unit::Count, "packets delivered after a later one", kLater),
};

constexpr std::array kNodeMetrics{
    node("sent", "packets sent by the node itself"),
    node("received", "packets received for the node itself"),
    node("forwarded", "packets passed on"),
    node("drops", "packets that ended here"),
};

constexpr std::array kOtherMetrics{
    MetricName{Sub::Fault, Scope::Whole, "hits", Unit::Count, {}, false, "packets it acted on"},
};

constexpr std::array<std::string_view, 9> kFunctions{"min", "max", "mean", "p50", "p90",
                                                     "p95", "p99", "p999", "last"};

/// The prefixes under which a key of this scope is written.
std::vector<std::string_view> prefixes(const MetricName& metric) {
    if (metric.scope == Scope::Direction) return {"up.", "down."};
    if (metric.scope == Scope::Whole) return {""};
    return {"client.", "server."};
}

}  // namespace

std::span<const MetricName> metric_names() {
    static const std::vector<MetricName> all = [] {
        std::vector<MetricName> joined;
        const auto append = [&joined](const auto& table, Metric::Subject subject) {
            for (MetricName metric : table) {
                metric.subject = subject;
                joined.push_back(metric);
            }
        };
        // A program's connections are measured as a flow's are.
        for (const Sub subject : {Sub::Flow, Sub::Program}) {
            append(kFlowMetrics, subject);
            append(kEndMetrics, subject);
        }
        append(kLinkMetrics, Sub::Link);
        append(kNodeMetrics, Sub::Node);
        append(kOtherMetrics, Sub::Fault);
        return joined;
    }();
    return all;
}

const MetricName* find_metric(Metric::Subject subject, std::string_view key) {
    for (const MetricName& metric : metric_names()) {
        if (metric.subject != subject || !key.ends_with(metric.key)) continue;
        for (const std::string_view prefix : prefixes(metric))
            if (key.size() == prefix.size() + metric.key.size() && key.starts_with(prefix))
                return &metric;
    }
    return nullptr;
}

std::vector<std::string> metric_keys(Metric::Subject subject) {
    std::vector<std::string> keys;
    for (const MetricName& metric : metric_names()) {
        if (metric.subject != subject) continue;
        for (const std::string_view prefix : prefixes(metric))
            keys.push_back(std::string{prefix} + std::string{metric.key});
    }
    return keys;
}

std::span<const std::string_view> metric_functions() { return kFunctions; }

std::string_view describe(Unit unit) {
    switch (unit) {
        case Unit::Count:
            return "a count";
        case Unit::Nanoseconds:
            return "a duration";
        case Unit::Bytes:
            return "a size";
        case Unit::BitsPerSecond:
            return "a rate";
        case Unit::Ratio:
            return "a ratio";
        case Unit::Packets:
            return "a number of packets";
        case Unit::RoundTrips:
            return "a number of round trips";
    }
    return "";
}

}  // namespace seedwire::scenario
