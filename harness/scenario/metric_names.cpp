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
constexpr std::string_view kOfWindows = "min max mean last at";
constexpr std::string_view kOfDelays = "min max mean p50 p90 p95 p99 p999";
constexpr std::string_view kOfLengths = "max mean at";

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
    return {Sub::Node, Scope::Whole, key, Unit::Count, {}, false, help, true};
}
constexpr MetricName summed(MetricName metric) {
    metric.adds_up = true;
    return metric;
}

constexpr std::array kFlowMetrics{
    summed(flow("goodput", Unit::BitsPerSecond,
                "bytes delivered in order, from the first data sent to the last delivered")),
    summed(flow("delivered", Unit::Bytes,
                "bytes that arrived in order and once, before the reader closed")),
    summed(flow("written", Unit::Bytes, "bytes the applications wrote")),
    flow("completion", Unit::Nanoseconds, "from opening to completion"),
    flow("first_byte", Unit::Nanoseconds, "from opening to the first byte read"),
    flow("handshake", Unit::Nanoseconds, "from opening to ESTABLISHED at the opener"),
    summed(flow("retransmissions", Unit::Count,
                "data segments that start below the highest byte sent before")),
    summed(flow("timeouts", Unit::Count, "retransmission timeouts")),
    summed(flow("reordered", Unit::Count, "data packets that arrived after a later one")),
    summed(flow("duplicates", Unit::Count, "received more than once")),
    summed(flow("segments", Unit::Count, "segments sent, both directions")),
    summed(flow("data_segments", Unit::Count, "of those, with data")),
    summed(flow("sent", Unit::Count, "datagrams or echo requests sent")),
    summed(flow("received", Unit::Count, "datagrams received, or echoes that came back")),
    flow("lost", Unit::Count, "sent and not received"),
    flow("loss", Unit::Ratio, "lost / sent"),
    flow("jitter", Unit::Nanoseconds, "UDP: mean deviation of the transit time"),
    summed(flow("connections", Unit::Count, "connections opened")),
    summed(flow("completed", Unit::Count, "connections that did all they were asked to do")),
    summed(flow("failed", Unit::Count, "connections that ended in an error")),
    flow("rtt", Unit::Nanoseconds, "smoothed round trip at the end, of who sent more data"),
    flow("min_rtt", Unit::Nanoseconds, "least round trip"),
    flow("cwnd", Unit::Packets, "congestion window of who sends the data", false, kOfWindows),
    flow("ssthresh", Unit::Packets, "its slow start threshold at the end"),
    flow("one_way_delay", Unit::Nanoseconds, "from sender to receiver, per packet", false,
         kOfDelays),
    flow("response_time", Unit::Nanoseconds, "from request to response", false, kOfDelays),
    flow("tls.handshake", Unit::Nanoseconds, "from the client's first hello to its keys for data"),
    flow("tls.tcp", Unit::Nanoseconds, "from opening to the client's first hello"),
    flow("tls.connected", Unit::Nanoseconds, "from opening to the client's keys for data"),
    flow("tls.first_byte", Unit::Nanoseconds, "from opening to the first application data"),
    flow("tls.client_cpu", Unit::Nanoseconds, "processor time of a handshake at the client"),
    flow("tls.server_cpu", Unit::Nanoseconds, "processor time of a handshake at the server"),
    flow("tls.client_wait", Unit::Nanoseconds, "waiting for the client's processors"),
    flow("tls.server_wait", Unit::Nanoseconds, "waiting for the server's processors"),
    flow("tls.completed", Unit::Count, "handshakes that both ends completed"),
    flow("tls.resumed", Unit::Count, "of those, resumed"),
    flow("tls.retried", Unit::Count, "handshakes with a HelloRetryRequest"),
    flow("tls.failed", Unit::Count, "connections that a fatal alert or a truncation ended"),
    flow("tls.early_accepted", Unit::Count, "connections whose 0-RTT the server took"),
    flow("tls.early_refused", Unit::Count, "connections whose 0-RTT it refused"),
    flow("tls.early_bytes", Unit::Bytes, "application data that servers took as 0-RTT"),
    flow("tls.delivered", Unit::Bytes, "application data that arrived"),
    flow("tls.handshake_bytes", Unit::Bytes, "bytes of TCP's streams that are no application data"),
    flow("tls.version", Unit::Count, "agreed on: 13 or 12"),
    flow("tls.suite", Unit::Count, "agreed on: its number, 4865 is TLS_AES_128_GCM_SHA256"),
    flow("tls.group", Unit::Count, "agreed on: its number, 29 is x25519, 4588 X25519MLKEM768"),
    flow("tls.alert", Unit::Count, "number of the first fatal alert, 45 is certificate_expired"),
    flow("tls.client_alert", Unit::Count, "the same if the client sent it"),
    flow("tls.server_alert", Unit::Count, "the same if the server sent it"),
    flow("tls.alert_sent", Unit::Nanoseconds, "from opening to the fatal alert"),
    flow("tls.alert_received", Unit::Nanoseconds, "from opening to its arrival at the other end"),
};

constexpr std::array kEndMetrics{
    summed(end_of("delivered", Unit::Bytes, "bytes received in order")),
    summed(end_of("bytes_received", Unit::Bytes, "bytes received in order")),
    summed(end_of("read", Unit::Bytes, "bytes the application read")),
    summed(end_of("written", Unit::Bytes, "bytes the application wrote")),
    summed(end_of("bytes_sent", Unit::Bytes, "payload bytes sent, retransmissions included")),
    summed(end_of("segments", Unit::Count, "segments sent")),
    summed(end_of("data_segments", Unit::Count, "of those, with data")),
    summed(end_of("retransmissions", Unit::Count, "data segments sent again")),
    summed(end_of("total_retrans", Unit::Count, "segments sent again")),
    summed(end_of("timeouts", Unit::Count, "retransmission timeouts")),
    summed(end_of("total_rto", Unit::Count, "retransmission timeouts")),
    summed(end_of("reordered", Unit::Count, "data packets received after a later one")),
    summed(end_of("duplicates", Unit::Count, "data received again")),
    summed(end_of("received", Unit::Count, "packets received")),
    end_of("rtt", Unit::Nanoseconds, "smoothed round trip at the end"),
    end_of("min_rtt", Unit::Nanoseconds, "least round trip"),
    end_of("cwnd", Unit::Packets, "congestion window", false, kOfWindows),
    end_of("ssthresh", Unit::Packets, "slow start threshold at the end"),
    end_of("rto", Unit::Nanoseconds, "retransmission timeout"),
    end_of("ato", Unit::Nanoseconds, "delayed ACK timeout"),
    end_of("rttvar", Unit::Nanoseconds, "variation of the round trip"),
    end_of("rcv_rtt", Unit::Nanoseconds, "receiver's estimate of the round trip"),
    end_of("snd_mss", Unit::Bytes, "segment size used"),
    end_of("rcv_mss", Unit::Bytes, "segment size seen"),
    end_of("advmss", Unit::Bytes, "segment size offered"),
    end_of("pmtu", Unit::Bytes, "path MTU"),
    end_of("snd_wscale", Unit::Count, "window shift of the peer"),
    end_of("rcv_wscale", Unit::Count, "own window shift"),
    end_of("snd_cwnd", Unit::Packets, "congestion window at the end"),
    end_of("snd_ssthresh", Unit::Packets, "slow start threshold at the end"),
    end_of("snd_wnd", Unit::Bytes, "window the peer offers"),
    end_of("rcv_wnd", Unit::Bytes, "window offered"),
    end_of("rcv_ssthresh", Unit::Bytes, "how far the offered window may grow"),
    end_of("rcv_space", Unit::Bytes, "what the program reads in a round trip"),
    end_of("unacked", Unit::Count, "segments in flight"),
    end_of("sacked", Unit::Count, "of those, SACKed"),
    end_of("lost", Unit::Count, "of those, taken for lost"),
    end_of("retrans", Unit::Count, "of those, sent again"),
    end_of("retransmits", Unit::Count, "timeouts in a row"),
    end_of("backoff", Unit::Count, "doublings of the timeout"),
    end_of("probes", Unit::Count, "unanswered zero-window or keepalive probes"),
    end_of("reordering", Unit::Count, "reordering degree, segments"),
    summed(end_of("reord_seen", Unit::Count, "reordering events")),
    summed(end_of("dsack_dups", Unit::Count, "duplicates the peer reported")),
    end_of("delivered_ce", Unit::Count, "segments delivered with a CE mark"),
    summed(end_of("bytes_acked", Unit::Bytes, "bytes acknowledged by the peer")),
    summed(end_of("bytes_retrans", Unit::Bytes, "payload bytes sent again")),
    summed(end_of("segs_in", Unit::Count, "segments received")),
    summed(end_of("segs_out", Unit::Count, "segments sent")),
    summed(end_of("data_segs_in", Unit::Count, "segments received with data")),
    summed(end_of("data_segs_out", Unit::Count, "segments sent with data")),
    summed(end_of("rcv_ooopack", Unit::Count, "segments received out of order")),
    end_of("notsent_bytes", Unit::Bytes, "bytes written and not yet sent"),
    end_of("pacing_rate", Unit::BitsPerSecond, "rate at which it would send"),
    end_of("delivery_rate", Unit::BitsPerSecond, "latest rate at which the peer acknowledged"),
    end_of("busy_time", Unit::Nanoseconds, "time with data to send", kLater),
    end_of("rwnd_limited", Unit::Nanoseconds,
           "time in which only the peer's window kept it from sending"),
    end_of("sndbuf_limited", Unit::Nanoseconds,
           "time in which only the send buffer kept it from sending"),
};

constexpr std::array kLinkMetrics{
    summed(link("utilisation", Unit::Ratio, "share of the time in which the link was sending")),
    summed(link("packets", Unit::Packets, "packets delivered at the other end")),
    summed(link("bytes", Unit::Bytes, "their IP bytes")),
    summed(link("drops", Unit::Count, "packets dropped, for whatever reason")),
    summed(link("drops.queue", Unit::Count, "the queue was full")),
    summed(link("drops.loss", Unit::Count, "random loss")),
    summed(link("drops.fault", Unit::Count, "exact faults")),
    summed(link("drops.cut", Unit::Count, "the link was cut")),
    summed(link("drops.corrupted", Unit::Count, "failed their checksum at the receiver")),
    summed(link("marked_ce", Unit::Count, "packets marked CE")),
    link("queue.length", Unit::Packets, "packets waiting, the one being sent included", false,
         kOfLengths),
    link("queue.sojourn", Unit::Nanoseconds, "from entering to the start of sending, per packet",
         false, kOfDelays),
    summed(link("throughput", Unit::BitsPerSecond, "IP bytes delivered, over the run")),
    summed(link("duplicated", Unit::Count, "copies made")),
    summed(link("reordered", Unit::Count, "packets that overtook an earlier one")),
};

constexpr std::array kNodeMetrics{
    node("sent", "packets sent by the node itself"),
    node("received", "packets received for the node itself"),
    node("forwarded", "packets passed on"),
    node("drops", "packets that ended here"),
    node("drops.too_big", "longer than the MTU of the way on"),
    node("drops.ttl", "its time to live had run out"),
    node("drops.no_route", "there was no way on"),
    node("drops.unreachable", "nobody here wanted it"),
    MetricName{Sub::Node,
               Scope::Whole,
               "cpu.busy",
               Unit::Ratio,
               {},
               false,
               "share of the time of all workers in which TLS kept them busy"},
    MetricName{Sub::Node,
               Scope::Whole,
               "cpu.wait",
               Unit::Nanoseconds,
               {},
               false,
               "longest time that a job has waited for a worker"},
};

constexpr std::array kOtherMetrics{
    MetricName{Sub::Fault, Scope::Whole, "hits", Unit::Count, {}, false, "packets it acted on"},
};

constexpr std::array<std::string_view, 10> kFunctions{"min", "max", "mean", "p50",  "p90",
                                                      "p95", "p99", "p999", "last", "at"};

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
