// The table of metrics. Definitions of goodput, retransmission and completion are those of the
// scenario reference, section "metrics".
#include "harness/scenario/metric_names.h"

#include <algorithm>
#include <array>

namespace seedwire::scenario {
namespace {

using Sub = Metric::Subject;
using Scope = MetricName::Scope;

constexpr MetricName flow(std::string_view key, Unit unit, std::string_view help,
                          bool series = false) {
    return {Sub::Flow, Scope::Whole, key, unit, series, help};
}
/// A field of one end's tcp_info: of a flow's two ends, and of a program's connection.
constexpr MetricName end_of(Sub subject, std::string_view key, Unit unit, std::string_view help) {
    return {subject, Scope::End, key, unit, false, help};
}
constexpr MetricName link(std::string_view key, Unit unit, std::string_view help,
                          bool series = false) {
    return {Sub::Link, Scope::Direction, key, unit, series, help};
}
constexpr MetricName node(std::string_view key, std::string_view help) {
    return {Sub::Node, Scope::Whole, key, Unit::Count, false, help};
}

constexpr std::array kFlowMetrics{
    flow("goodput", Unit::BitsPerSecond,
         "bytes delivered in order, from first data sent to last delivered"),
    flow("delivered", Unit::Bytes, "bytes that reached the other application, in order, once"),
    flow("completion", Unit::Nanoseconds, "from the start to the last byte delivered"),
    flow("first_byte", Unit::Nanoseconds,
         "from the start to the first byte delivered to the opener"),
    flow("handshake", Unit::Nanoseconds, "from the SYN to the opener being established"),
    flow("retransmissions", Unit::Count,
         "data segments that start below the highest byte sent before"),
    flow("timeouts", Unit::Count, "retransmission timeouts"),
    flow("reordered", Unit::Count, "data packets that arrived after a later one"),
    flow("segments", Unit::Count, "segments or datagrams sent, both directions"),
    flow("sent", Unit::Count, "datagrams sent; TCP: data segments sent"),
    flow("received", Unit::Count, "datagrams or data segments received"),
    flow("lost", Unit::Count, "of those sent, how many the network lost"),
    flow("loss", Unit::Ratio, "lost / sent"),
    flow("duplicates", Unit::Count, "received more than once"),
    flow("bytes_sent", Unit::Bytes, "payload bytes sent, retransmissions included"),
    flow("connections", Unit::Count, "connections opened"),
    flow("failed", Unit::Count, "connections that ended in an error"),
    flow("rounds", Unit::Count, "responses or echoes that came back"),
    flow("jitter", Unit::Nanoseconds, "UDP: mean deviation of the transit time"),
    flow("one_way_delay", Unit::Nanoseconds, "from sender to receiver, per packet", true),
    flow("response_time", Unit::Nanoseconds, "from request to response, or ping's round trip",
         true),
    flow("rtt", Unit::Nanoseconds, "smoothed round trip of the sender", true),
    flow("cwnd", Unit::Count, "congestion window of the sender, segments", true),
    flow("ssthresh", Unit::Count, "slow start threshold of the sender, segments", true),
    flow("in_flight", Unit::Count, "segments in flight of the sender", true),
};

template <Sub subject>
constexpr std::array kEndMetrics{
    end_of(subject, "rto", Unit::Nanoseconds, "retransmission timeout"),
    end_of(subject, "ato", Unit::Nanoseconds, "delayed ACK timeout"),
    end_of(subject, "rtt", Unit::Nanoseconds, "smoothed round trip"),
    end_of(subject, "rttvar", Unit::Nanoseconds, "its variation"),
    end_of(subject, "min_rtt", Unit::Nanoseconds, "least round trip of the window"),
    end_of(subject, "rcv_rtt", Unit::Nanoseconds, "receiver's estimate"),
    end_of(subject, "snd_mss", Unit::Bytes, "segment size used"),
    end_of(subject, "rcv_mss", Unit::Bytes, "segment size seen"),
    end_of(subject, "advmss", Unit::Bytes, "segment size offered"),
    end_of(subject, "pmtu", Unit::Bytes, "path MTU"),
    end_of(subject, "snd_wscale", Unit::Count, "window shift of the peer"),
    end_of(subject, "rcv_wscale", Unit::Count, "own window shift"),
    end_of(subject, "snd_cwnd", Unit::Count, "congestion window, segments"),
    end_of(subject, "snd_ssthresh", Unit::Count, "slow start threshold, segments"),
    end_of(subject, "snd_wnd", Unit::Bytes, "window the peer offers"),
    end_of(subject, "rcv_wnd", Unit::Bytes, "window offered"),
    end_of(subject, "rcv_ssthresh", Unit::Bytes, "how far the offered window may grow"),
    end_of(subject, "rcv_space", Unit::Bytes, "what the program reads in a round trip"),
    end_of(subject, "unacked", Unit::Count, "segments in flight"),
    end_of(subject, "sacked", Unit::Count, "of those, SACKed"),
    end_of(subject, "lost", Unit::Count, "of those, taken for lost"),
    end_of(subject, "retrans", Unit::Count, "of those, sent again"),
    end_of(subject, "retransmits", Unit::Count, "timeouts in a row"),
    end_of(subject, "backoff", Unit::Count, "doublings of the timeout"),
    end_of(subject, "probes", Unit::Count, "unanswered zero-window or keepalive probes"),
    end_of(subject, "reordering", Unit::Count, "reordering degree, segments"),
    end_of(subject, "reord_seen", Unit::Count, "reordering events"),
    end_of(subject, "total_retrans", Unit::Count, "segments sent again, in all"),
    end_of(subject, "total_rto", Unit::Count, "retransmission timeouts, in all"),
    end_of(subject, "dsack_dups", Unit::Count, "duplicates the peer reported"),
    end_of(subject, "delivered", Unit::Count, "segments delivered"),
    end_of(subject, "delivered_ce", Unit::Count, "of those, with a CE mark"),
    end_of(subject, "bytes_acked", Unit::Bytes, "bytes acknowledged by the peer"),
    end_of(subject, "bytes_received", Unit::Bytes, "bytes received in order"),
    end_of(subject, "bytes_sent", Unit::Bytes, "payload bytes sent"),
    end_of(subject, "bytes_retrans", Unit::Bytes, "of those, sent again"),
    end_of(subject, "segs_in", Unit::Count, "segments received"),
    end_of(subject, "segs_out", Unit::Count, "segments sent"),
    end_of(subject, "data_segs_in", Unit::Count, "segments received with data"),
    end_of(subject, "data_segs_out", Unit::Count, "segments sent with data"),
    end_of(subject, "rcv_ooopack", Unit::Count, "segments received out of order"),
    end_of(subject, "notsent_bytes", Unit::Bytes, "bytes written and not yet sent"),
    end_of(subject, "busy_time", Unit::Nanoseconds, "time with data to send"),
    end_of(subject, "rwnd_limited", Unit::Nanoseconds, "of that, limited by the peer's window"),
    end_of(subject, "sndbuf_limited", Unit::Nanoseconds, "of that, limited by the send buffer"),
};

constexpr std::array kLinkMetrics{
    link("utilisation", Unit::Ratio, "share of the time in which the link was sending"),
    link("packets", Unit::Count, "packets that entered"),
    link("bytes", Unit::Bytes, "their IP bytes"),
    link("delivered", Unit::Count, "packets delivered"),
    link("throughput", Unit::BitsPerSecond, "IP bytes delivered, over the run"),
    link("drops", Unit::Count, "packets dropped, for whatever reason"),
    link("drops.queue", Unit::Count, "the queue was full"),
    link("drops.loss", Unit::Count, "random loss"),
    link("drops.fault", Unit::Count, "exact faults"),
    link("drops.cut", Unit::Count, "the link was cut"),
    link("drops.corrupted", Unit::Count, "failed their checksum at the receiver"),
    link("drops.too_big", Unit::Count, "longer than the MTU"),
    link("marked", Unit::Count, "packets marked CE"),
    link("duplicated", Unit::Count, "copies made"),
    link("reordered", Unit::Count, "packets delivered after a later one"),
    link("queue.length", Unit::Packets, "packets waiting, the one being sent included", true),
    link("queue.sojourn", Unit::Nanoseconds, "from entering to the end of sending, per packet",
         true),
};

constexpr std::array kNodeMetrics{
    node("sent", "packets sent by the node itself"),
    node("received", "packets received for the node itself"),
    node("forwarded", "packets passed on"),
    node("drops", "packets that ended here"),
    node("drops.ttl", "their time to live ran out"),
    node("drops.no_route", "nowhere to send them"),
    node("drops.corrupted", "their checksum was wrong"),
    node("drops.unreachable", "nobody wanted them"),
    node("drops.too_big", "too long for the next link"),
};

constexpr std::array kOtherMetrics{
    MetricName{Sub::Fault, Scope::Whole, "hits", Unit::Count, false, "packets it acted on"},
    MetricName{Sub::Program, Scope::Whole, "completion", Unit::Nanoseconds, false,
               "from the start to the end of the script"},
    MetricName{Sub::Program, Scope::Whole, "delivered", Unit::Bytes, false, "bytes it has read"},
    MetricName{Sub::Program, Scope::Whole, "handshake", Unit::Nanoseconds, false,
               "duration of its connect"},
    MetricName{Sub::Program, Scope::Whole, "first_byte", Unit::Nanoseconds, false,
               "from its start to the first byte read"},
    MetricName{Sub::Program, Scope::Whole, "retransmissions", Unit::Count, false,
               "of its connections, both directions"},
    MetricName{Sub::Program, Scope::Whole, "timeouts", Unit::Count, false, "likewise"},
    MetricName{Sub::Program, Scope::Whole, "segments", Unit::Count, false, "likewise"},
    MetricName{Sub::Program, Scope::Whole, "connections", Unit::Count, false, "it had"},
    MetricName{Sub::Program, Scope::Whole, "goodput", Unit::BitsPerSecond, false,
               "of what it has read"},
};

constexpr std::array<std::string_view, 7> kFunctions{"min", "max", "mean", "p50",
                                                     "p95", "p99", "last"};

/// The prefixes under which a key of this scope is written.
std::vector<std::string_view> prefixes(const MetricName& metric) {
    if (metric.scope == Scope::Direction) return {"up.", "down."};
    if (metric.scope == Scope::Whole) return {""};
    if (metric.subject == Sub::Program) return {"connection."};
    return {"client.", "server."};
}

}  // namespace

std::span<const MetricName> metric_names() {
    static const std::vector<MetricName> all = [] {
        std::vector<MetricName> joined;
        const auto append = [&joined](const auto& table) {
            joined.insert(joined.end(), table.begin(), table.end());
        };
        append(kFlowMetrics);
        append(kEndMetrics<Sub::Flow>);
        append(kOtherMetrics);
        append(kEndMetrics<Sub::Program>);
        append(kLinkMetrics);
        append(kNodeMetrics);
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
