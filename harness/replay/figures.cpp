#include "harness/replay/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace seedwire::replay {

namespace {

double milliseconds(Time at) { return static_cast<double>((at - Time::zero()).ns()) / 1e6; }

/// The stream of one direction of a flow, as its receiver sees it.
class Stream {
public:
    void add(const SeenPacket& packet) {
        ++packets;
        if (packet.dropped_by_rule) ++dropped_by_rule;
        if (packet.dropped_by_queue) ++dropped_by_queue;
        if (packet.marked_ce) ++marked;
        if (packet.length == 0) {
            if (!packet.has(wire::flag::kSyn | wire::flag::kFin | wire::flag::kRst)) ++pure_acks;
            return;
        }
        ++data_packets;
        data_bytes += packet.length;
        if (packet.seq < highest) ++retransmitted;
        highest = std::max(highest, packet.end());
        if (data_packets == 1) first_sent = packet.at;
        if (!packet.is_lost()) arrivals.push_back({packet.arrival, packet.seq, packet.end()});
    }

    struct Arrival {
        Time at;
        std::uint64_t left = 0, right = 0;
    };
    /// Calls `step(at, bytes)` whenever the stream grew in order.
    template <class Step>
    void deliver(Step step) const {
        std::vector<Arrival> sorted = arrivals;
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
        std::uint64_t next = 1;
        std::map<std::uint64_t, std::uint64_t> waiting;
        for (const Arrival& arrival : sorted) {
            std::uint64_t& right = waiting[arrival.left];
            right = std::max(right, arrival.right);
            const std::uint64_t before = next;
            while (!waiting.empty() && waiting.begin()->first <= next) {
                next = std::max(next, waiting.begin()->second);
                waiting.erase(waiting.begin());
            }
            if (next > before) step(arrival.at, next - before);
        }
    }

    std::uint64_t packets = 0, data_packets = 0, data_bytes = 0, retransmitted = 0, pure_acks = 0;
    std::uint64_t dropped_by_rule = 0, dropped_by_queue = 0, marked = 0, highest = 1;
    Time first_sent;
    std::vector<Arrival> arrivals;
};

constexpr std::array<std::string_view, 2> kDirections = {"a2b", "b2a"};

using Streams = std::map<std::pair<std::uint32_t, std::uint32_t>, Stream>;

Streams streams_of(const SeenPackets& packets) {
    Streams streams;
    for (const SeenPacket& packet : packets) {
        if (packet.direction > 1) continue;
        streams[{packet.flow, packet.direction}].add(packet);
        streams[{packet.flow, 1 - packet.direction}];
    }
    return streams;
}

void add_stream(const std::string& name, const Stream& stream,
                std::map<std::string, double>& figures) {
    const auto put = [&](std::string_view key, double value) {
        figures[fmt::format("{}.{}", name, key)] = value;
    };
    put("packets", static_cast<double>(stream.packets));
    put("data_packets", static_cast<double>(stream.data_packets));
    put("data_bytes_sent", static_cast<double>(stream.data_bytes));
    put("retransmitted_packets", static_cast<double>(stream.retransmitted));
    put("pure_acks", static_cast<double>(stream.pure_acks));
    put("dropped_rule", static_cast<double>(stream.dropped_by_rule));
    put("dropped_queue", static_cast<double>(stream.dropped_by_queue));
    put("ce_marked", static_cast<double>(stream.marked));
    if (stream.data_packets == 0) return;
    Time last = stream.first_sent;
    std::uint64_t bytes = 0;
    stream.deliver([&](Time at, std::uint64_t more) {
        last = at;
        bytes += more;
    });
    put("first_data_sent_ms", milliseconds(stream.first_sent));
    if (bytes == 0) return;
    put("last_inorder_delivery_ms", milliseconds(last));
    put("delivered_inorder_bytes", static_cast<double>(bytes));
    const double span = milliseconds(last) - milliseconds(stream.first_sent);
    put("goodput_bps", static_cast<double>(bytes) * 8e3 / span);
}

/// Is a value in the measured range, widened by a part of its ends?
bool is_in_range(const Measured& measured, double value, double part) {
    return value >= measured.minimum * (1 - part) && value <= measured.maximum * (1 + part);
}

bool is_near(double measured, double value, double part) {
    return std::abs(value - measured) <= part * std::abs(measured);
}

/// The bar for a figure of class packet_path_varies; nothing: it has none.
std::optional<bool> path_bar(const std::string& name, const Measured& measured, double value,
                             bool has_bbr) {
    if (name.ends_with(".goodput_bps"))
        return is_near(measured.median, value, has_bbr ? 0.05 : 0.03) ||
               is_in_range(measured, value, 0);
    if (name.ends_with(".retransmitted_packets")) return is_in_range(measured, value, 0.1);
    // A queue that is nearly always empty is no figure.
    if (name.ends_with(".queue_time_avg_pkts") && measured.median >= 0.5)
        return is_in_range(measured, value, 0.1);
    return std::nullopt;
}

struct Rhythm {
    double cwnd = 0, period = 0;
    std::size_t count = 0;
};

/// Behind the first three reductions a single flow has found its rhythm.
std::optional<Rhythm> rhythm_of(const std::vector<Reduction>& reductions) {
    constexpr std::size_t kSettling = 3;
    if (reductions.size() < kSettling + 3) return std::nullopt;
    Rhythm rhythm;
    rhythm.count = reductions.size() - kSettling;
    for (std::size_t i = kSettling; i < reductions.size(); ++i)
        rhythm.cwnd += reductions[i].cwnd_before;
    rhythm.cwnd /= static_cast<double>(rhythm.count);
    rhythm.period = (reductions.back().at_ms - reductions[kSettling].at_ms) /
                    static_cast<double>(rhythm.count - 1);
    return rhythm;
}

void add_reductions(const RecordedCase& recorded, const std::vector<SeenWindow>& windows,
                    bool has_bbr, std::vector<FigureRow>& rows) {
    const auto ours = reductions_of(windows);
    for (const auto& [flow, measured] : recorded.reductions) {
        const auto found = ours.find(flow);
        const auto real = rhythm_of(measured);
        if (!real) continue;
        const auto simulated = found == ours.end() ? std::nullopt : rhythm_of(found->second);
        const Rhythm mine = simulated.value_or(Rhythm{});
        // Competing flows drive each other; their shares have a bar instead.
        const bool counts = recorded.reductions.size() == 1 && !has_bbr;
        const auto judge = [&](bool good) { return counts ? std::optional{good} : std::nullopt; };
        rows.push_back({fmt::format("flow{}.reduction_cwnd", flow),
                        {real->cwnd, real->cwnd, real->cwnd},
                        mine.cwnd,
                        judge(std::abs(mine.cwnd - real->cwnd) <= 2)});
        rows.push_back({fmt::format("flow{}.reduction_period_ms", flow),
                        {real->period, real->period, real->period},
                        mine.period,
                        judge(is_near(real->period, mine.period, 0.05))});
    }
}

void add_shares(const RecordedCase& recorded, const SeenPackets& packets,
                std::vector<FigureRow>& rows) {
    if (recorded.shares.size() < 2) return;
    const auto moment = [](double seconds) {
        return Time::zero() + Duration::ns(static_cast<std::int64_t>(seconds * 1e9));
    };
    const auto ours =
        goodput_between(packets, moment(recorded.share_from_s), moment(recorded.share_to_s));
    double measured_total = 0, simulated_total = 0;
    for (const double share : recorded.shares) measured_total += share;
    for (const auto& [flow, goodput] : ours) simulated_total += goodput;
    if (measured_total <= 0 || simulated_total <= 0) return;
    for (std::uint32_t i = 0; i < recorded.shares.size(); ++i) {
        const double real = 100 * recorded.shares[i] / measured_total;
        const auto found = ours.find(i + 1);
        const double mine = found == ours.end() ? 0 : 100 * found->second / simulated_total;
        rows.push_back({fmt::format("flow{}.share_percent", i + 1),
                        {real, real, real},
                        mine,
                        std::abs(mine - real) <= 10});
    }
}

}  // namespace

std::map<std::string, double> figures_of(const SeenPackets& packets) {
    std::map<std::string, double> figures;
    for (const auto& [name, stream] : streams_of(packets))
        add_stream(fmt::format("flow{}.{}", name.first, kDirections[name.second]), stream, figures);
    Time end;
    double queued[2] = {0, 0};
    for (const SeenPacket& packet : packets) {
        end = std::max(end, packet.at);
        if (packet.direction < 2)
            queued[packet.direction] += static_cast<double>(packet.queued.ns()) / 1e6;
    }
    for (std::size_t i = 0; i < 2; ++i)
        if (end > Time::zero())
            figures[fmt::format("{}.queue_time_avg_pkts", kDirections[i])] =
                queued[i] / milliseconds(end);
    return figures;
}

std::map<std::uint32_t, double> goodput_between(const SeenPackets& packets, Time from, Time to) {
    std::map<std::uint32_t, double> result;
    const double seconds = static_cast<double>((to - from).ns()) / 1e9;
    for (const auto& [name, stream] : streams_of(packets)) {
        if (name.second != 0) continue;
        double& goodput = result[name.first];
        stream.deliver([&](Time at, std::uint64_t bytes) {
            if (at >= from && at < to) goodput += static_cast<double>(bytes) * 8 / seconds;
        });
    }
    return result;
}

std::map<std::uint32_t, std::vector<Reduction>> reductions_of(
    const std::vector<SeenWindow>& windows) {
    struct Before {
        std::uint8_t recovery = 0;
        std::uint32_t cwnd = 0, ssthresh = 0;
    };
    std::map<std::uint32_t, Before> before;
    std::map<std::uint32_t, std::vector<Reduction>> result;
    // Open and Disorder grow; CWR, Recovery and Loss begin with a reduction.
    constexpr std::uint8_t kFirstReduced = 2;
    for (const SeenWindow& window : windows) {
        if (!window.client) continue;
        Before& last = before[window.flow];
        // One reduction may follow another at once, at the ACK that ends it.
        const bool is_lower = window.ssthresh < last.ssthresh;
        if (window.recovery >= kFirstReduced && (last.recovery < kFirstReduced || is_lower))
            result[window.flow].push_back({milliseconds(window.at), last.cwnd});
        last = {window.recovery, window.cwnd, window.ssthresh};
    }
    return result;
}

std::vector<FigureRow> compare_figures(const RecordedCase& recorded, const SeenPackets& packets,
                                       const std::vector<SeenWindow>& windows) {
    bool has_bbr = false;
    if (const scenario::Node* apps = recorded.description.find("apps"); apps != nullptr)
        for (const scenario::Node& app : apps->items)
            if (const scenario::Node* options = app.find("socket_options"); options != nullptr)
                for (const scenario::Node& option : options->items)
                    has_bbr = has_bbr || option.text == "cc bbr";
    std::vector<FigureRow> rows;
    const bool by_path = recorded.noise == Noise::PacketPathVaries;
    for (const auto& [name, value] : figures_of(packets)) {
        const auto found = recorded.metrics.find(name);
        if (found == recorded.metrics.end()) continue;
        FigureRow row{name, found->second, value, std::nullopt};
        // Where flows compete their shares count, and all of them together.
        const bool competes = !recorded.shares.empty() && name.ends_with(".goodput_bps");
        if (by_path && !competes) row.within = path_bar(name, found->second, value, has_bbr);
        if (recorded.noise == Noise::AckPatternVaries && name.ends_with(".pure_acks"))
            row.within = is_in_range(found->second, value, 0);
        rows.push_back(std::move(row));
    }
    add_reductions(recorded, windows, has_bbr, rows);
    add_shares(recorded, packets, rows);
    return rows;
}

}  // namespace seedwire::replay
