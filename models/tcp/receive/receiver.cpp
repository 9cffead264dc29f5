// The receiving half: which segments are acceptable, what is acknowledged when, what leaves and
// what is read. RFC 9293 §3.10.7.4; Linux, `tcp_validate_incoming`, `__tcp_ack_snd_check`,
// `tcp_cleanup_rbuf`.
#include "models/tcp/receive/receiver.h"

#include <algorithm>

namespace seedwire::tcp {
namespace {

// Bounds of the first guess of the peer's segment size. RFC 9293 §3.7.1; Linux, `TCP_MIN_MSS`.
constexpr std::uint32_t kLargestFirstGuess = 536;
constexpr std::uint32_t kSmallestFirstGuess = 88;
// RFC 9293 §3.8.6.3 asks for less than half a second; coarse timers are up to 32 ms late.
constexpr Duration kLongestDelay = Duration::ms(450);

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
    in_.release();
    last_echo_ = 0;
}

/// As establishment left it: nothing has come since, hence the time of the last data is that of the
/// start.
Reception& Receiver::begin_reception() {
    Reception& fresh = in_.make();
    fresh.rtt.start(acks_.last_data(), copied_, last_echo_);
    return fresh;
}

// --- an arriving segment ---

Acceptance Receiver::check(Time now, const Arrival& segment, const PathTiming& path) {
    using Verdict = Acceptance::Verdict;
    stamp_ = now;
    if (timestamps_ && segment.has_timestamps) {
        const PawsSegment facts{.ts_value = segment.ts_value,
                                .pure_ack = segment.sequence_length() == 0 && !segment.rst(),
                                .before_expected = precedes(segment.start, rcv_nxt_),
                                .expected = segment.start == rcv_nxt_,
                                .repeats_ack = segment.repeats_ack};
        const PawsVerdict verdict = paws_.check(now, facts, path.rto);
        // [PAWS-5]
        if (verdict != PawsVerdict::Pass && !segment.rst()) {
            if (verdict == PawsVerdict::Drop) return {Verdict::Drop, true, wire::Cause::None};
            return {Verdict::Acknowledge, true,
                    segment.syn() ? wire::Cause::ChallengeAck : wire::Cause::OutOfWindowAck};
        }
    }
    const StreamOffset limit = rcv_nxt_ + window_.offered(rcv_nxt_);
    bool acceptable = true;
    // [SEQ-1]
    if (precedes(segment.end(), window_.last_ack(rcv_nxt_))) {
        acceptable = false;
    } else if (precedes(limit, segment.end())) {
        // A FIN alone may stick out; other octets beyond the edge only if nothing waits unread.
        // [SEQ-2]
        const bool fin_sticks_out = !precedes(limit, segment.end() - (segment.fin() ? 1U : 0U));
        acceptable = fin_sticks_out || (!precedes(limit, segment.start) && unread() == 0);
    }
    if (acceptable) return {};
    if (segment.rst()) return {Verdict::Drop, false, wire::Cause::None};
    if (segment.syn()) return {Verdict::Acknowledge, false, wire::Cause::ChallengeAck};
    wire::Cause cause = wire::Cause::OutOfWindowAck;
    if (precedes(segment.start, rcv_nxt_)) {
        // Probes begin just before what was acknowledged last; what is older was overtaken. [SEQ-6]
        const bool is_probe = segment.start + 1 == window_.last_ack(rcv_nxt_);
        if (segment.sequence_length() > 0)
            cause = wire::Cause::DuplicateDataAck;
        else if (is_probe)
            cause = wire::Cause::ProbeAnswer;
    }
    return {Verdict::Acknowledge, false, cause};
}

void Receiver::note_refused(const Arrival& segment, const Sysctls& sysctls) {
    if (segment.syn() || segment.sequence_length() == 0 || !precedes(segment.start, rcv_nxt_))
        return;
    enter_quick_ack(AckPolicy::kMaxQuickAcks);
    const StreamOffset end = precedes(rcv_nxt_, segment.end()) ? rcv_nxt_ : segment.end();
    report_duplicate({segment.start, end}, sysctls);
}

void Receiver::note_accepted(Time now, const Arrival& segment) {
    if (!timestamps_ || !segment.has_timestamps) return;
    paws_.update(now, segment.ts_value, !precedes(window_.last_ack(rcv_nxt_), segment.start));
    if (!segment.established) return;
    const bool eligible = segment.sequence_length() >= acks_.rcv_mss();
    if (in_.made() == nullptr && !eligible) {
        last_echo_ = segment.ts_echo;
        return;
    }
    in().rtt.on_echo(segment.ts_now, segment.ts_echo, eligible, unread() == 0);
}

bool Receiver::must_acknowledge_first(const Arrival& segment) {
    if (acks_.compressed() == 0 || !sack_enabled_ || segment.sequence_length() == 0) return false;
    if (!precedes(rcv_nxt_, segment.start)) return false;
    if (!precedes(segment.start, rcv_nxt_ + window_.offered(rcv_nxt_))) return false;
    acknowledged_first_ = disorder_.make().sack.prepare({segment.start, segment.end()});
    return acknowledged_first_;
}

AckDecision Receiver::decide_ack(Time now, const ReceiverContext& context) {
    if (!acks_.is_scheduled()) return AckDecision::none();
    if (context.sysctls.follows_rfc(Difference::DelayedAck)) return decide_ack_by_rfc(now);
    if (moves_window(context) || acks_.is_quick(context.sysctls.tcp_pingpong_thresh) ||
        acks_.is_forced()) {
        return AckDecision::now(cause_of_ack());
    }
    bool now_due = false;
    if (reassembly().empty()) {
        now_due = acks_.delay(now, context.path, context.sysctls);
    } else {
        now_due = acks_.is_duplicate_due(now, rcv_nxt_, sack_enabled_, rtt().eighths_us(),
                                         context.path, context.sysctls);
    }
    return now_due ? AckDecision::now(cause_of_ack()) : AckDecision::none();
}

/// RFC 9293 §3.8.6.3, RFC 5681 §4.2: delayed is only the ACK of data in order, and of one full
/// segment at most (Difference::QuickAcks, EverySecondSegment, FinAck).
AckDecision Receiver::decide_ack_by_rfc(Time now) {
    const bool second = unacknowledged() >= 2 * std::uint64_t{acks_.rcv_mss()};
    const bool ordinary = last_kind_ == Kind::InOrder && reassembly().empty();
    if (acks_.is_forced() || fin_unacknowledged_ || second || !ordinary) {
        return AckDecision::now(cause_of_ack());
    }
    acks_.delay_at_most(now, kLongestDelay);
    return AckDecision::none();
}

/// More than one full segment is unacknowledged, and the program waits for more than it has, or
/// the right edge can move. Otherwise the reader will send the ACK. [ACK-1]
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
    // [ACK-18]
    if (choice.scarce) acks_.stop_quick_ack();
    return choice.window;
}

/// RFC 9293 §3.8.6.2.2: the edge moves by a segment, or half of the buffer. A small window over an
/// empty buffer is opened by whatever there is: in a small buffer a segment may never fit.
std::uint32_t Receiver::least_window_step() const {
    const std::uint32_t step =
        std::min<std::uint32_t>(window_.clamp() / 2, window_.advertised_mss());
    return memory() == 0 && window_.offered(rcv_nxt_) < step ? 0 : step;
}

std::uint16_t Receiver::select_window(const Sysctls& sysctls) {
    if (acks_.is_out_of_memory()) {
        window_.select_zero(rcv_nxt_);
        return 0;
    }
    const std::uint32_t least_step =
        sysctls.follows_rfc(Difference::ReceiverSillyWindow) ? least_window_step() : 0;
    const WindowChoice choice =
        window_.select(rcv_nxt_, memory(), acks_.rcv_mss(), may_shrink(sysctls), least_step);
    if (choice.scarce) acks_.stop_quick_ack();
    return window_.field();
}

wire::SackBlocks Receiver::take_sack(wire::SeqNum peer_initial, std::uint8_t room) {
    if (!sack_enabled_ || sack_count() == 0) return {};
    return disorder_.made()->sack.take(peer_initial, room);
}

// [SACK-4]
void Receiver::report_duplicate(StreamRange range, const Sysctls& sysctls) {
    if (reports_duplicates(sysctls)) disorder_.make().sack.set_duplicate(range);
}

// --- the program ---

std::uint32_t Receiver::readable() const {
    const std::uint64_t fin = fin_reached_ && copied_ <= fin_at() ? 1 : 0;
    return static_cast<std::uint32_t>(unread() - fin);
}

ReadOutcome Receiver::read(std::uint32_t at_most, const ReceiverContext& context) {
    ReadOutcome outcome;
    outcome.taken = std::min(at_most, readable());
    if (outcome.taken > 0) {
        // The kernel looks at the round trip after each packet it copies; within one call only the
        // first look can find it over.
        const StreamOffset target = copied_ + outcome.taken;
        copied_ = std::min(target, in_->buffer.first_end());
        autotune_on_read(copied_, context.sysctls);
        copied_ = target;
    }
    // Reading up to the FIN takes it too.
    if (fin_reached_ && copied_ == fin_at()) copied_ += 1;
    if (Reception* in = in_.made()) in->buffer.release_before(copied_);
    outcome.ack = after_read(outcome.taken, context);
    return outcome;
}

void Receiver::autotune_on_read(StreamOffset copied, const Sysctls& sysctls) {
    const std::optional<std::int64_t> bytes = in().rtt.on_read(stamp_, copied, rcv_nxt_);
    if (!bytes || *bytes <= std::int64_t{window_.space()}) return;
    const std::uint64_t beyond =
        reassembly().empty() ? 0 : reassembly().highest_end().value - rcv_nxt_.value;
    window_.autotune(static_cast<std::uint32_t>(*bytes), beyond, sysctls.tcp_moderate_rcvbuf,
                     sysctls.tcp_rmem[2]);
}

// [ACK-11]
AckDecision Receiver::after_read(std::uint32_t taken, const ReceiverContext& context) {
    if (acks_.is_scheduled() && !context.sysctls.follows_rfc(Difference::ReaderAcks)) {
        if (unacknowledged() > acks_.rcv_mss()) return AckDecision::now(wire::Cause::ReadAck);
        const bool pushed =
            acks_.is_pushed_twice() ||
            (acks_.is_pushed() && !acks_.is_ping_pong(context.sysctls.tcp_pingpong_thresh));
        if (taken > 0 && pushed && memory() == 0) return AckDecision::now(wire::Cause::ReadAck);
    }
    if (taken == 0 || context.shut_down_read || fin_reached_) return AckDecision::none();
    // RFC 9293 §3.8.6.2.2: an update is worth a segment when it at least doubles the window.
    // [RWIN-14]
    const std::uint64_t left = window_.offered(rcv_nxt_);
    if (2 * left > window_.clamp()) return AckDecision::none();
    const std::uint32_t window = preview_window(context.sysctls);
    const bool worth = window > 0 && window >= 2 * left;
    return worth ? AckDecision::now(wire::Cause::WindowUpdate) : AckDecision::none();
}

// [ACK-17]
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
    const SackBlockList& sack = disorder_->sack;
    for (std::uint8_t i = 0; i < sack.size(); ++i) {
        highest = std::max(highest, sack.block(i, rcv_nxt_).right);
    }
    return highest;
}

bool Receiver::is_consistent() const {
    if (copied_ > rcv_nxt_ || window_.last_ack(rcv_nxt_) > rcv_nxt_) return false;
    if (fin_reached_ && rcv_nxt_ != fin_at() + 1) return false;
    if (!reassembly().empty() && reassembly()[0].range.left <= rcv_nxt_) return false;
    return reassembly().is_consistent();
}

}  // namespace seedwire::tcp
