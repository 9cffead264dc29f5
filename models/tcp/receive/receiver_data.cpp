// The receiving half: where arriving data goes, and what it changes. RFC 9293 §3.10.7.4, seventh
// and eighth check; Linux, `tcp_data_queue`.
#include <algorithm>
#include <utility>

#include "models/tcp/negotiation.h"
#include "models/tcp/receive/receiver.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Shorter payloads do not open the window: they cost more memory than they fill.
constexpr std::uint32_t kGrowthMinimum = 128;

std::uint32_t ip_bytes(const Arrival& segment) {
    return kIpAndTcpHeaderBytes + segment.option_bytes + segment.length;
}

}  // namespace

DataOutcome Receiver::on_data(Time now, const Arrival& segment, const ReceiverContext& context) {
    DataOutcome outcome;
    last_kind_ = Kind::None;
    if (segment.length == 0 && !segment.fin()) return outcome;
    if (Disorder* disorder = disorder_.made()) disorder->sack.clear_duplicate();
    if (segment.ecn_ack_now) {
        acks_.force();
        ecn_asked_ = true;
    }
    const StreamOffset end = segment.end();
    const std::uint32_t offered = window_.offered(rcv_nxt_);
    if (segment.start != rcv_nxt_ && !precedes(rcv_nxt_, end)) {
        report_duplicate({segment.start, end}, context.sysctls);
        refuse(Kind::Old, outcome);
    } else if (fin_reached_) {
        outcome.dropped = true;  // beyond the end of the stream
    } else if (precedes(segment.start, rcv_nxt_ + 1)) {
        if (segment.start != rcv_nxt_) {
            report_duplicate({segment.start, rcv_nxt_}, context.sysctls);
        }
        const bool bare_fin = segment.length == 0 && segment.start == rcv_nxt_;
        // [RWIN-15]
        if (offered == 0 && !bare_fin) {
            refuse(Kind::BeyondWindow, outcome);
        } else {
            accept_in_order(now, segment, context, outcome);
        }
    } else if (!precedes(segment.start, rcv_nxt_ + offered)) {
        refuse(Kind::BeyondWindow, outcome);
    } else {
        accept_out_of_order(segment, context, outcome);
    }
    SEEDWIRE_ASSERT(copied_ <= rcv_nxt_);
    return outcome;
}

/// Old data or data beyond the window: something was lost or sent too early, so the peer needs
/// quick feedback.
void Receiver::refuse(Kind kind, DataOutcome& outcome) {
    last_kind_ = kind;
    enter_quick_ack(AckPolicy::kMaxQuickAcks);
    acks_.schedule();
    outcome.dropped = true;
    outcome.duplicate = kind == Kind::Old;
}

/// Makes the segment fit into the receive buffer. False: there is no way. [RWIN-13]
bool Receiver::make_room(const Arrival& segment, const ReceiverContext& context) {
    if (has_room(segment.length)) return true;
    if (memory() == 0) return false;
    acks_.stop_quick_ack();
    window_.clamp_to_memory(memory(), context.sysctls.tcp_rmem[2]);
    if (has_room(segment.length)) return true;
    in().buffer.collapse(copied_, window_.ratio());
    if (has_room(segment.length)) return true;
    // Last resort: the farthest data is given up, and what was said about it.
    bool pruned = false;
    while (!has_room(segment.length) && !reassembly().empty() &&
           precedes(segment.start, reassembly()[reassembly().size() - 1].range.left)) {
        disorder_.made()->reassembly.drop_last();
        pruned = true;
    }
    if (pruned) disorder_.made()->sack.clear_blocks();
    return has_room(segment.length);
}

void Receiver::accept_in_order(Time now, const Arrival& segment, const ReceiverContext& context,
                               DataOutcome& outcome) {
    if (!make_room(segment, context)) {
        acks_.force_out_of_memory();
        if (!in_->buffer.empty() && segment.length > 0) {
            last_kind_ = Kind::BeyondWindow;
            outcome.dropped = true;
            return;
        }
    }
    last_kind_ = Kind::InOrder;
    outcome.readable = true;
    outcome.duplicate = segment.start != rcv_nxt_;
    rcv_nxt_ = segment.end();
    in().buffer.add(rcv_nxt_, segment.length, ip_bytes(segment));
    if (segment.length > 0) on_in_order_payload(now, segment, context);
    if (segment.fin()) {
        fin_at_ = segment.data_end();
        fin_seen_ = true;
    }
    if (!segment.fin() && !reassembly().empty()) {
        join_islands();
        // RFC 5681 §4.2: an immediate ACK when a hole is filled. [ACK-15]
        if (reassembly().empty()) acks_.force();
        last_kind_ = Kind::HoleFilled;
    }
    if (fin_seen_ && fin_at() < rcv_nxt_) reach_fin(segment, context.sysctls, outcome);
    if (Disorder* disorder = disorder_.made()) {
        disorder->sack.remove_reached(rcv_nxt_, !disorder->reassembly.empty());
    }
}

void Receiver::take_syn_data(std::uint32_t length, std::uint32_t option_bytes, bool acknowledged) {
    constexpr std::uint32_t kHeaders = 40;
    rcv_nxt_ += length;
    // Charged, but no event of the stream: neither the ACK policy nor the window learn from it.
    in().buffer.add(rcv_nxt_, length, kHeaders + option_bytes + length);
    if (acknowledged) window_.acknowledge(rcv_nxt_);
}

void Receiver::take_syn_fin() {
    fin_at_ = rcv_nxt_;
    fin_seen_ = fin_reached_ = fin_unacknowledged_ = true;
    rcv_nxt_ += 1;
    acks_.schedule();
}

void Receiver::on_in_order_payload(Time now, const Arrival& segment,
                                   const ReceiverContext& context) {
    acks_.schedule();
    measure(segment);
    in().rtt.on_data(now, rcv_nxt_, window_.last_offer());
    acks_.on_data(now, window_.last_offer(), context.path);
    if (segment.ecn_quick_acks > 0) {
        enter_quick_ack(segment.ecn_quick_acks);
        ecn_asked_ = true;
    }
    if (segment.length >= kGrowthMinimum &&
        window_.grow(segment.length, packet_memory(ip_bytes(segment)), memory(), acks_.rcv_mss(),
                     context.sysctls.tcp_rmem[2])) {
        acks_.on_window_growth();
    }
}

void Receiver::measure(const Arrival& segment) {
    const std::uint32_t fixed_options = timestamps_ ? kTimestampOptionBytes : 0;
    constexpr std::uint16_t kSpecial =
        wire::flag::kFin | wire::flag::kPsh | wire::flag::kUrg | wire::flag::kSyn;
    const bool plain = !segment.has(kSpecial);
    const SegmentSizeNews news =
        acks_.measure_segment(segment.length, segment.option_bytes, fixed_options, plain,
                              segment.push(), window_.advertised_mss());
    if (news.grew) window_.measure_ratio(segment.length, packet_memory(ip_bytes(segment)));
}

/// The prefix reaches islands: they become readable, still charged packet by packet.
void Receiver::join_islands() {
    const StreamOffset reached = rcv_nxt_;
    bool first = true;
    Disorder& disorder = disorder_.make();
    while (const std::optional<Island> island = disorder.reassembly.take_reached(rcv_nxt_)) {
        if (first && island->range.left < reached) {
            // Linux reports up to the end of the segment, even where the island ended before.
            disorder.sack.extend_duplicate({island->range.left, reached});
        }
        first = false;
        if (island->range.right <= rcv_nxt_) continue;
        in().buffer.add_run(rcv_nxt_, island->range.right, island->packets, island->memory);
        rcv_nxt_ = island->range.right;
    }
}

void Receiver::accept_out_of_order(const Arrival& segment, const ReceiverContext& context,
                                   DataOutcome& outcome) {
    const bool acknowledged_first = std::exchange(acknowledged_first_, false);
    if (segment.ecn_quick_acks > 0) {
        enter_quick_ack(segment.ecn_quick_acks);
        ecn_asked_ = true;
    }
    if (!make_room(segment, context)) {
        outcome.dropped = true;
        return;
    }
    last_kind_ = Kind::OutOfOrder;
    outcome.out_of_order = true;
    measure(segment);
    acks_.schedule();
    // The ACK that has just left is taken for this segment's, although it did not know of it.
    if (acknowledged_first) acks_.settle();
    ++out_of_order_packets_;
    if (segment.fin()) {
        fin_at_ = segment.data_end();
        fin_seen_ = true;
    }
    const std::uint32_t charged = memory();
    const std::uint32_t cost = packet_memory(ip_bytes(segment));
    const StreamRange range{segment.start, segment.end()};
    Disorder& disorder = disorder_.make();
    const Reassembly::Insertion insertion = disorder.reassembly.insert(range, cost);
    if (insertion.duplicate) report_duplicate(*insertion.duplicate, context.sysctls);
    outcome.duplicate = insertion.duplicate.has_value();
    if (sack_enabled_) {
        disorder.sack.add(range);
        // Without SACK the window stands still, so that every ACK is a duplicate that counts.
        if (insertion.kept && window_.grow(segment.length, cost, charged, acks_.rcv_mss(),
                                           context.sysctls.tcp_rmem[2])) {
            acks_.on_window_growth();
        }
    }
    window_.autotune(window_.space(), disorder.reassembly.highest_end().value - rcv_nxt_.value,
                     context.sysctls.tcp_moderate_rcvbuf, context.sysctls.tcp_rmem[2]);
}

void Receiver::reach_fin(const Arrival& segment, const Sysctls& sysctls, DataOutcome& outcome) {
    fin_reached_ = fin_unacknowledged_ = true;
    outcome.fin_reached = true;
    rcv_nxt_ = fin_at() + 1;
    acks_.schedule();
    // [ACK-16]
    if (segment.fin_opens_passive_close) acks_.enter_ping_pong(sysctls.tcp_pingpong_thresh);
    // Nothing can follow the FIN. [CLOSE-10]
    if (Disorder* disorder = disorder_.made()) {
        disorder->reassembly.clear();
        disorder->sack.clear_blocks();
    }
}

}  // namespace seedwire::tcp
