#include "harness/observe/ladder_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/observe/segment_text.h"
#include "models/tcp/info.h"
#include "models/tls/types.h"

namespace seedwire::observe {

namespace {

class Arrangement {
public:
    Arrangement(const Ladder& ladder, const SegmentNames& names, std::size_t most_packets)
        : ladder_{ladder}, names_{names}, most_packets_{most_packets} {}

    LadderRows rows() {
        choose_packets();
        collect_rows();
        place_states();
        join_rows();
        return std::move(result_);
    }

private:
    void choose_packets();
    void collect_rows();
    void add_gap(std::size_t first, std::size_t last, std::uint64_t from, std::uint64_t to);
    void place_states();
    void place(const LadderState& change);
    void join_rows();

    const Ladder& ladder_;
    const SegmentNames& names_;
    std::size_t most_packets_;
    std::vector<bool> shown_;
    LadderRows result_;
};

/// Everything if it fits; else the beginning, the end, and some of each kind of what a person would
/// point at.
void Arrangement::choose_packets() {
    const auto& packets = ladder_.packets;
    const bool fits = packets.size() <= most_packets_;
    shown_.assign(packets.size(), fits);
    result_.drawn = packets.size();
    if (fits) return;
    result_.drawn = 0;
    const auto show = [&](std::size_t i) {
        if (shown_[i] || result_.drawn >= most_packets_) return;
        shown_[i] = true;
        ++result_.drawn;
    };
    const std::size_t edge = std::min<std::size_t>(most_packets_ / 5, 10);
    for (std::size_t i = 0; i < edge; ++i) show(i);
    for (std::size_t i = 0; i < edge; ++i) show(packets.size() - 1 - i);
    const std::size_t of_a_kind = std::max<std::size_t>(4, most_packets_ / 12);
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const LadderPacket& p = packets[i];
        if (!is_notable(p)) continue;
        const std::string kind =
            fmt::format("{} {} {} {} {}", p.from_client(), segment_word(p.packet), closes_window(p),
                        cause_text(p.packet.cause, std::nullopt), fate_text(p, names_));
        if (++seen[kind] <= of_a_kind) show(i);
    }
}

/// One line for packets [first, last) that are not drawn one by one, numbered `from` to `to`.
void Arrangement::add_gap(std::size_t first, std::size_t last, std::uint64_t from,
                          std::uint64_t to) {
    struct Count {
        std::size_t data = 0, other = 0, lost = 0, closing_window = 0;
    };
    const auto& packets = ladder_.packets;
    Count counts[2];
    bool udp = false;
    for (std::size_t i = first; i < last; ++i) {
        const LadderPacket& p = packets[i];
        udp |= p.packet.protocol != wire::Protocol::Tcp;
        Count& count = counts[p.from_client() ? 0 : 1];
        ++(p.packet.payload_length > 0 ? count.data : count.other);
        count.lost += p.loss ? 1 : 0;
        count.closing_window += closes_window(p) ? 1 : 0;
    }
    LadderRow row;
    row.kind = LadderRow::Kind::Collapsed;
    row.text = from == to ? fmt::format("#{}", from) : fmt::format("#{} to #{}", from, to);
    // Of packets that were not even kept there is nothing to tell.
    const bool all_kept = to - from + 1 <= last - first;
    std::string_view separator = ": ";
    for (std::size_t side = 0; side < 2 && all_kept; ++side) {
        const Count& count = counts[side];
        if (count.data + count.other == 0) continue;
        row.text += separator;
        if (count.data > 0) row.text += fmt::format("{} {}", count.data, udp ? "packets" : "DATA");
        if (count.other > 0)
            row.text += fmt::format("{}{} ACK", count.data > 0 ? " and " : "", count.other);
        row.text += fmt::format(" by {}", side == 0 ? "client" : "server");
        if (count.lost > 0) row.text += fmt::format(", {} lost", count.lost);
        if (count.closing_window > 0)
            row.text += fmt::format(", {} with win 0", count.closing_window);
        separator = "; ";
    }
    row.at = packets[first < last || first == 0 ? first : first - 1].sent;
    result_.rows.push_back(row);
}

void Arrangement::collect_rows() {
    const auto& packets = ladder_.packets;
    for (std::size_t i = 0; i < packets.size();) {
        std::size_t next = i;
        while (next < packets.size() && !shown_[next]) ++next;
        // Numbers that are missing were not kept when the run was long.
        const std::uint64_t from = i == 0 ? packets[0].number : packets[i - 1].number + 1;
        const std::uint64_t end =
            next < packets.size() ? packets[next].number : ladder_.total_packets + 1;
        if (next > i || end > from) add_gap(i, next, from, std::max(end, from + 1) - 1);
        i = next;
        if (i == packets.size()) break;
        const LadderPacket& p = packets[i++];
        LadderRow leave;
        leave.kind = LadderRow::Kind::Leave;
        leave.at = p.sent;
        leave.packet = &p;
        leave.client_side = p.from_client();
        result_.rows.push_back(leave);
        if (p.arrived == Time::never()) continue;
        LadderRow arrive = leave;
        arrive.kind = LadderRow::Kind::Arrive;
        arrive.at = p.arrived;
        arrive.client_side = !p.from_client();
        result_.rows.push_back(arrive);
    }
    // At one instant, what arrives comes before what it makes leave.
    std::stable_sort(result_.rows.begin(), result_.rows.end(),
                     [](const LadderRow& a, const LadderRow& b) {
                         if (a.at != b.at) return a.at < b.at;
                         return a.kind < b.kind;
                     });
}

std::string word_of(const LadderState& change) {
    return std::string{change.tls ? tls::name_of(static_cast<tls::State>(change.to))
                                  : tcp::to_string(static_cast<tcp::State>(change.to))};
}

/// A change of state stands on the row of the packet that made it, else on a row of its own. What
/// happened before the part that is drawn decides how it begins.
void Arrangement::place_states() {
    for (const LadderState& change : ladder_.states) {
        std::string& before = change.client ? result_.client_state : result_.server_state;
        const auto name_of = [](std::uint8_t state) {
            return std::string{tcp::to_string(static_cast<tcp::State>(state))};
        };
        if (before.empty() && !change.tls) before = name_of(change.from);
        if (change.at < ladder_.from)
            before = word_of(change);
        else if (change.at <= ladder_.to)
            place(change);
    }
}

void Arrangement::place(const LadderState& change) {
    const auto fits = [&](const LadderRow& row) {
        const std::string& slot = change.client ? row.client_state : row.server_state;
        return row.at == change.at && slot.empty() && row.kind != LadderRow::Kind::Collapsed &&
               (row.kind == LadderRow::Kind::State || row.client_side == change.client);
    };
    auto row = std::find_if(result_.rows.begin(), result_.rows.end(), fits);
    if (row == result_.rows.end()) {
        LadderRow own;
        own.kind = LadderRow::Kind::State;
        own.at = change.at;
        const auto after = std::upper_bound(result_.rows.begin(), result_.rows.end(), change.at,
                                            [](Time at, const LadderRow& r) { return at < r.at; });
        row = result_.rows.insert(after, own);
    }
    (change.client ? row->client_state : row->server_state) = word_of(change);
}

void Arrangement::join_rows() {
    for (std::size_t i = 0; i + 1 < result_.rows.size(); ++i) {
        LadderRow &leave = result_.rows[i], &arrive = result_.rows[i + 1];
        if (leave.kind == LadderRow::Kind::Leave && arrive.kind == LadderRow::Kind::Arrive &&
            leave.packet == arrive.packet)
            leave.joined = arrive.joined = true;
    }
}

}  // namespace

LadderRows arrange(const Ladder& ladder, const SegmentNames& names, std::size_t most_packets) {
    return Arrangement{ladder, names, most_packets}.rows();
}

}  // namespace seedwire::observe
