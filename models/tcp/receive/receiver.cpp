// The receiving half: how its parts answer together. RFC 9293 §3.10.7.4; Linux, `tcp_data_queue`,
// `__tcp_ack_snd_check`, `tcp_cleanup_rbuf`.
#include "models/tcp/receive/receiver.h"

#include <algorithm>
#include <utility>

#include "models/tcp/negotiation.h"
#include "sim/base/assert.h"

namespace seedwire::tcp {
namespace {

// Bounds of the first guess of the peer's segment size. RFC 9293 §3.7.1; Linux, `TCP_MIN_MSS`.
constexpr std::uint32_t kLargestFirstGuess = 536;
constexpr std::uint32_t kSmallestFirstGuess = 88;

// Shorter payloads do not open the window: they cost more memory than they fill.
constexpr std::uint32_t kGrowthMinimum = 128;

std::uint32_t ip_bytes(const Arrival& segment) {
    return kIpAndTcpHeaderBytes + segment.option_bytes + segment.length;
}

bool before(StreamOffset a, StreamOffset b) { return a - b < 0; }

std::uint32_t sequence_length(const Arrival& segment) {
    return segment.length + (segment.fin ? 1U : 0U) + (segment.syn ? 1U : 0U);
}

}  // namespace

void Receiver::start(Time now, const ReceiverStart& facts, const Sysctls& sysctls) {
    rcv_nxt_ = copied_ = facts.rcv_nxt;
    stamp_ = now;
    window_.start(facts.window, rcv_nxt_);
    sack_enabled_ = facts.sack;
    timestamps_ = facts.timestamps;
    if (timestamps_) paws_.set(now, facts.ts_recent);
    const std::uint32_t mss = std::min<std::uint32_t>(facts.window.advertised_mss, facts.send_mss);
    const std::uint32_t guess = std::min({mss, facts.window.window / 2, kLargestFirstGuess});
    acks_.start(now, std::max(guess, kSmallestFirstGuess), sysctls.timer_tick);
    rtt_.start(now, copied_);
}

// --- an arriving segment ---

Acceptance Receiver::check(Time now, const Arrival& segment, const PathTiming& path) {
    using Verdict = Acceptance::Verdict;
    stamp_ = now;
    if (timestamps_ && segment.has_timestamps) {
        const PawsSegment facts{.ts_value = segment.ts_value,
                                .pure_ack = sequence_length(segment) == 0 && !segment.rst,
                                .before_expected = before(segment.start, rcv_nxt_),
                                .expected = segment.start == rcv_nxt_,
                                .repeats_ack = segment.repeats_ack};
        const PawsVerdict verdict = paws_.check(now, facts, path.rto);
        if (verdict != PawsVerdict::Pass && !segment.rst) {
            if (verdict == PawsVerdict::Drop) return {Verdict::Drop, true, wire::Cause::None};
            return {Verdict::Acknowledge, true,
                    segment.syn ? wire::Cause::ChallengeAck : wire::Cause::OutOfWindowAck};
        }
    }
    const StreamOffset limit = rcv_nxt_ + window_.offered(rcv_nxt_);
    bool acceptable = true;
    if (before(segment.end(), window_.last_ack())) {
        acceptable = false;
    } else if (before(limit, segment.end())) {
        // A FIN alone may stick out; other octets beyond the edge only if nothing waits unread.
        const bool fin_sticks_out = !before(limit, segment.end() - (segment.fin ? 1U : 0U));
        acceptable = fin_sticks_out || (!before(limit, segment.start) && unread() == 0);
    }
    if (acceptable) return {};
    if (segment.rst) return {Verdict::Drop, false, wire::Cause::None};
    if (segment.syn) return {Verdict::Acknowledge, false, wire::Cause::ChallengeAck};
    wire::Cause cause = wire::Cause::OutOfWindowAck;
    if (before(segment.start, rcv_nxt_)) {
        cause =
            sequence_length(segment) > 0 ? wire::Cause::DuplicateDataAck : wire::Cause::ProbeAnswer;
    }
    return {Verdict::Acknowledge, false, cause};
}

void Receiver::note_refused(const Arrival& segment, const Sysctls& sysctls) {
    if (segment.syn || sequence_length(segment) == 0 || !before(segment.start, rcv_nxt_)) return;
    enter_quick_ack(AckPolicy::kMaxQuickAcks);
    const StreamOffset end = before(rcv_nxt_, segment.end()) ? rcv_nxt_ : segment.end();
    report_duplicate({segment.start, end}, sysctls);
}

void Receiver::note_accepted(Time now, const Arrival& segment) {
    if (!timestamps_ || !segment.has_timestamps) return;
    paws_.update(now, segment.ts_value, !before(window_.last_ack(), segment.start));
    if (!segment.established) return;
    rtt_.on_echo(segment.ts_now, segment.ts_echo, sequence_length(segment) >= acks_.rcv_mss(),
                 unread() == 0);
}

bool Receiver::must_acknowledge_first(const Arrival& segment) {
    if (acks_.compressed() == 0 || !sack_enabled_ || sequence_length(segment) == 0) return false;
    if (!before(rcv_nxt_, segment.start)) return false;
    if (!before(segment.start, rcv_nxt_ + window_.offered(rcv_nxt_))) return false;
    acknowledged_first_ = sack_.prepare({segment.start, segment.end()});
    return acknowledged_first_;
}

DataOutcome Receiver::on_data(Time now, const Arrival& segment, const ReceiverContext& context) {
    DataOutcome outcome;
    last_kind_ = Kind::None;
    if (segment.length == 0 && !segment.fin) return outcome;
    sack_.clear_duplicate();
    if (segment.ecn_ack_now) {
        acks_.force();
        ecn_asked_ = true;
    }
    const StreamOffset end = segment.end();
    const std::uint32_t offered = window_.offered(rcv_nxt_);
    if (segment.start != rcv_nxt_ && !before(rcv_nxt_, end)) {
        report_duplicate({segment.start, end}, context.sysctls);
        refuse(Kind::Old, outcome);
    } else if (fin_reached_) {
        outcome.dropped = true;  // beyond the end of the stream
    } else if (before(segment.start, rcv_nxt_ + 1)) {
        if (segment.start != rcv_nxt_) {
            report_duplicate({segment.start, rcv_nxt_}, context.sysctls);
        }
        const bool bare_fin = segment.length == 0 && segment.start == rcv_nxt_;
        if (offered == 0 && !bare_fin) {
            refuse(Kind::BeyondWindow, outcome);
        } else {
            accept_in_order(now, segment, context, outcome);
        }
    } else if (!before(segment.start, rcv_nxt_ + offered)) {
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

/// Makes the segment fit into the receive buffer. False: there is no way.
bool Receiver::make_room(const Arrival& segment, const ReceiverContext& context) {
    if (has_room(segment.length)) return true;
    if (memory() == 0) return false;
    acks_.stop_quick_ack();
    window_.clamp_to_memory(memory(), context.sysctls.tcp_rmem[2]);
    if (has_room(segment.length)) return true;
    buffer_.collapse(copied_, window_.ratio());
    if (has_room(segment.length)) return true;
    // Last resort: the farthest data is given up, and what was said about it.
    bool pruned = false;
    while (!has_room(segment.length) && !reassembly_.empty() &&
           before(segment.start, reassembly_[reassembly_.size() - 1].range.left)) {
        reassembly_.drop_last();
        pruned = true;
    }
    if (pruned) sack_.clear_blocks();
    return has_room(segment.length);
}

void Receiver::accept_in_order(Time now, const Arrival& segment, const ReceiverContext& context,
                               DataOutcome& outcome) {
    if (!make_room(segment, context)) {
        acks_.force_out_of_memory();
        if (!buffer_.empty() && segment.length > 0) {
            last_kind_ = Kind::BeyondWindow;
            outcome.dropped = true;
            return;
        }
    }
    last_kind_ = Kind::InOrder;
    outcome.readable = true;
    outcome.duplicate = segment.start != rcv_nxt_;
    rcv_nxt_ = segment.end();
    buffer_.add(rcv_nxt_, segment.length, ip_bytes(segment));
    if (segment.length > 0) on_in_order_payload(now, segment, context);
    if (segment.fin) {
        fin_at_ = segment.data_end();
        fin_seen_ = true;
    }
    if (!segment.fin && !reassembly_.empty()) {
        join_islands();
        // RFC 5681 §4.2: an immediate ACK when a hole is filled.
        if (reassembly_.empty()) acks_.force();
        last_kind_ = Kind::HoleFilled;
    }
    if (fin_seen_ && fin_at_ < rcv_nxt_) reach_fin(segment, context.sysctls, outcome);
    sack_.remove_reached(rcv_nxt_, !reassembly_.empty());
}

void Receiver::on_in_order_payload(Time now, const Arrival& segment,
                                   const ReceiverContext& context) {
    acks_.schedule();
    measure(segment);
    rtt_.on_data(now, rcv_nxt_, window_.last_offer());
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
    const bool plain = !segment.fin && !segment.push && !segment.urgent && !segment.syn;
    const SegmentSizeNews news =
        acks_.measure_segment(segment.length, segment.option_bytes, fixed_options, plain,
                              segment.push, window_.advertised_mss());
    if (news.grew) window_.measure_ratio(segment.length, packet_memory(ip_bytes(segment)));
}

/// The prefix reaches islands: they become readable, still charged packet by packet.
void Receiver::join_islands() {
    const StreamOffset reached = rcv_nxt_;
    bool first = true;
    while (const std::optional<Island> island = reassembly_.take_reached(rcv_nxt_)) {
        if (first && island->range.left < reached) {
            // Linux reports up to the end of the segment, even where the island ended before.
            sack_.extend_duplicate({island->range.left, reached});
        }
        first = false;
        if (island->range.right <= rcv_nxt_) continue;
        buffer_.add_run(rcv_nxt_, island->range.right, island->packets, island->memory);
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
    if (segment.fin) {
        fin_at_ = segment.data_end();
        fin_seen_ = true;
    }
    const std::uint32_t charged = memory();
    const std::uint32_t cost = packet_memory(ip_bytes(segment));
    const StreamRange range{segment.start, segment.end()};
    const Reassembly::Insertion insertion = reassembly_.insert(range, cost);
    if (insertion.duplicate) report_duplicate(*insertion.duplicate, context.sysctls);
    outcome.duplicate = insertion.duplicate.has_value();
    if (sack_enabled_) {
        sack_.add(range);
        // Without SACK the window stands still, so that every ACK is a duplicate that counts.
        if (insertion.kept && window_.grow(segment.length, cost, charged, acks_.rcv_mss(),
                                           context.sysctls.tcp_rmem[2])) {
            acks_.on_window_growth();
        }
    }
    window_.autotune(window_.space(), reassembly_.highest_end().value - rcv_nxt_.value,
                     context.sysctls.tcp_moderate_rcvbuf, context.sysctls.tcp_rmem[2]);
}

void Receiver::reach_fin(const Arrival& segment, const Sysctls& sysctls, DataOutcome& outcome) {
    fin_reached_ = fin_unacknowledged_ = true;
    outcome.fin_reached = true;
    rcv_nxt_ = fin_at_ + 1;
    acks_.schedule();
    if (segment.fin_opens_passive_close) acks_.enter_ping_pong(sysctls.tcp_pingpong_thresh);
    // Nothing can follow the FIN.
    reassembly_.clear();
    sack_.clear_blocks();
}

AckDecision Receiver::decide_ack(Time now, const ReceiverContext& context) {
    if (!acks_.is_scheduled()) return AckDecision::none();
    if (moves_window(context) || acks_.is_quick(context.sysctls.tcp_pingpong_thresh) ||
        acks_.is_forced()) {
        return AckDecision::now(cause_of_ack());
    }
    bool now_due = false;
    if (reassembly_.empty()) {
        now_due = acks_.delay(now, context.path, context.sysctls);
    } else {
        now_due = acks_.is_duplicate_due(now, rcv_nxt_, sack_enabled_, rtt_.eighths_us(),
                                         context.path, context.sysctls);
    }
    return now_due ? AckDecision::now(cause_of_ack()) : AckDecision::none();
}

/// More than one full segment is unacknowledged, and the program waits for more than it has, or
/// the right edge can move. Otherwise the reader will send the ACK.
bool Receiver::moves_window(const ReceiverContext& context) {
    if (unacknowledged() <= acks_.rcv_mss()) return false;
    if (unread() < static_cast<std::uint64_t>(std::max(context.low_water, 0))) return true;
    return preview_window(context.sysctls) >= window_.last_offer();
}

wire::Cause Receiver::cause_of_ack() const {
    switch (last_kind_) {
        case Kind::Old:
            return wire::Cause::DuplicateDataAck;
        case Kind::BeyondWindow:
            return wire::Cause::OutOfWindowAck;
        case Kind::OutOfOrder:
            return wire::Cause::OutOfOrderAck;
        case Kind::HoleFilled:
            return wire::Cause::HoleFilledAck;
        case Kind::InOrder:
        case Kind::None:
            break;
    }
    if (fin_unacknowledged_) return wire::Cause::FinAck;
    if (ecn_asked_) return wire::Cause::EcnAck;
    return unacknowledged() > acks_.rcv_mss() ? wire::Cause::SecondSegmentAck
                                              : wire::Cause::QuickAck;
}

// --- an outgoing segment ---

std::uint32_t Receiver::preview_window(const Sysctls& sysctls) {
    const WindowChoice choice = window_.compute(memory(), acks_.rcv_mss(), may_shrink(sysctls));
    if (choice.scarce) acks_.stop_quick_ack();
    return choice.window;
}

std::uint16_t Receiver::select_window(const Sysctls& sysctls) {
    if (acks_.is_out_of_memory()) {
        window_.select_zero(rcv_nxt_);
        return 0;
    }
    const WindowChoice choice =
        window_.select(rcv_nxt_, memory(), acks_.rcv_mss(), may_shrink(sysctls));
    if (choice.scarce) acks_.stop_quick_ack();
    return window_.field();
}

wire::SackBlocks Receiver::take_sack(wire::SeqNum peer_initial, std::uint8_t room) {
    if (!sack_enabled_) return {};
    return sack_.take(peer_initial, room);
}

void Receiver::report_duplicate(StreamRange range, const Sysctls& sysctls) {
    if (reports_duplicates(sysctls)) sack_.set_duplicate(range);
}

// --- the program ---

std::uint32_t Receiver::readable() const {
    const std::uint64_t fin = fin_reached_ && copied_ <= fin_at_ ? 1 : 0;
    return static_cast<std::uint32_t>(unread() - fin);
}

ReadOutcome Receiver::read(std::uint32_t at_most, const ReceiverContext& context) {
    ReadOutcome outcome;
    outcome.taken = std::min(at_most, readable());
    if (outcome.taken > 0) {
        // The kernel looks at the round trip after each packet it copies; within one call only the
        // first look can find it over.
        const StreamOffset target = copied_ + outcome.taken;
        copied_ = std::min(target, buffer_.first_end());
        autotune_on_read(copied_, context.sysctls);
        copied_ = target;
    }
    // Reading up to the FIN takes it too.
    if (fin_reached_ && copied_ == fin_at_) copied_ += 1;
    buffer_.release_before(copied_);
    outcome.ack = after_read(outcome.taken, context);
    return outcome;
}

void Receiver::autotune_on_read(StreamOffset copied, const Sysctls& sysctls) {
    const std::optional<std::int64_t> bytes = rtt_.on_read(stamp_, copied, rcv_nxt_);
    if (!bytes || *bytes <= std::int64_t{window_.space()}) return;
    const std::uint64_t beyond =
        reassembly_.empty() ? 0 : reassembly_.highest_end().value - rcv_nxt_.value;
    window_.autotune(static_cast<std::uint32_t>(*bytes), beyond, sysctls.tcp_moderate_rcvbuf,
                     sysctls.tcp_rmem[2]);
}

AckDecision Receiver::after_read(std::uint32_t taken, const ReceiverContext& context) {
    if (acks_.is_scheduled()) {
        if (unacknowledged() > acks_.rcv_mss()) return AckDecision::now(wire::Cause::ReadAck);
        const bool pushed =
            acks_.is_pushed_twice() ||
            (acks_.is_pushed() && !acks_.is_ping_pong(context.sysctls.tcp_pingpong_thresh));
        if (taken > 0 && pushed && memory() == 0) return AckDecision::now(wire::Cause::ReadAck);
    }
    if (taken == 0 || context.shut_down_read || fin_reached_) return AckDecision::none();
    // RFC 9293 §3.8.6.2.2: an update is worth a segment when it at least doubles the window.
    const std::uint64_t left = window_.offered(rcv_nxt_);
    if (2 * left > window_.clamp()) return AckDecision::none();
    const std::uint32_t window = preview_window(context.sysctls);
    const bool worth = window > 0 && window >= 2 * left;
    return worth ? AckDecision::now(wire::Cause::WindowUpdate) : AckDecision::none();
}

AckDecision Receiver::set_quick_ack(bool on, bool synchronised, const ReceiverContext& context) {
    if (!on) {
        acks_.enter_ping_pong(context.sysctls.tcp_pingpong_thresh);
        return AckDecision::none();
    }
    acks_.leave_ping_pong();
    if (!synchronised || !acks_.is_scheduled()) return AckDecision::none();
    acks_.mark_pushed();
    return after_read(1, context);
}

// --- timers ---

AckDecision Receiver::on_deadline(Time now, const ReceiverContext& context) {
    const AckDecision decision =
        acks_.on_deadline(now, context.path, context.sysctls.tcp_pingpong_thresh);
    if (decision.cause == wire::Cause::DelayedAckTimeout && fin_unacknowledged_) {
        return AckDecision::now(wire::Cause::FinAck);
    }
    return decision;
}

// --- what may be known ---

StreamOffset Receiver::highest_sacked() const {
    StreamOffset highest = rcv_nxt_;
    for (std::uint8_t i = 0; i < sack_.size(); ++i) {
        highest = std::max(highest, sack_.block(i, rcv_nxt_).right);
    }
    return highest;
}

bool Receiver::is_consistent() const {
    if (copied_ > rcv_nxt_ || window_.last_ack() > rcv_nxt_) return false;
    if (fin_reached_ && rcv_nxt_ != fin_at_ + 1) return false;
    if (!reassembly_.empty() && reassembly_[0].range.left <= rcv_nxt_) return false;
    return reassembly_.is_consistent();
}

}  // namespace seedwire::tcp
