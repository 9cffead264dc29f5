// What the sending half knows about the network: which segments are out, what was lost, how much
// may be sent, and what the retransmission timer waits for. RFC 5681, RFC 6298, RFC 6675, RFC 8985,
// RFC 9937 as Linux runs them. It sends nothing itself.
//
// Who calls what, in which order. `s` is the Sender; s.timer() always says what the retransmission
// timer waits for and until when (the wheel's rounding included). When it is due, its meaning
// decides which of the calls below follows.
//
//   Established     s.start(now, ...) with the first data offset; s.on_handshake_sample(now, rtt)
//   if
//                   the handshake gave one, else s.on_no_handshake_sample(); both before data.
//                   SYN and SYN-ACK are not on this scoreboard: their timers are the core's.
//
//   A write         s.on_write(now) when nothing was queued: idle restart. s.note_app_limited() as
//                   RFC-draft rate sampling wants it: unsent < 1 MSS, room left, nothing lost
//                   waits.
//
//   New segments    while data, window, Nagle ... allow and s.room() > 0:
//                       transmit; s.on_new_segment(now, start, end, flags)
//                   once at the end of that loop: s.on_send_loop_end(now, {sent, limited ...}),
//                   also when it sent nothing (then it only matters if lack of cwnd stopped it).
//                   A FIN is a segment (or one octet more of the last one): sent::kFin. Zero-window
//                   probes that carry new data are segments too, but no loop: on_new_segment alone.
//                   s.new_data_cause() tells NewData from LimitedTransmit.
//
//   Arriving ACK    outcome = s.on_ack(now, input)    for any acceptable ACK, old ones included
//                   if outcome.send == AfterAck::NewData (F-RTO):
//                       send new data as above (Nagle off); if nothing new was sent:
//                       s.on_frto_without_new_data() and go on as for Retransmissions
//                   if outcome.send == AfterAck::Retransmissions: the retransmission loop
//                   then new data as above.
//
//   Retransmission  while (r = s.next_retransmission(peer window)):
//   loop                transmit [r.start, r.end) with r.cause; s.on_retransmission(now, r)
//                   s.on_retransmission_loop_end(now)
//                   ECT off; PSH if r.push; FIN if r.end covers it.
//
//   Timer expired,  Retransmission:
//                               r = s.on_retransmission_timeout(now, peer window); transmit r (one
//   by meaning                  segment, always possible); s.on_retransmission(now, r). Whether to
//   give
//                               up instead is decided before, from s.first_retransmission().
//                               A user timeout may shorten the timer afterwards: s.shorten_timer().
//                   LossProbe:  p = s.on_loss_probe(now, new data fits the peer's window)
//                               p.kind New: send ONE new segment, cwnd or not: on_new_segment, then
//                               on_send_loop_end with probe = true; then s.on_probe_sent(now,
//                               sent?) p.kind Again: transmit p.segment, then s.on_probe_sent(now,
//                               true) p.kind None: nothing (the timer is re-armed already)
//                   Reordering: if (s.on_reordering_timeout(now)) the retransmission loop, but end
//                   it
//                               with s.on_reordering_timeout_end(now) instead of
//                               on_retransmission_loop_end; call that in any case. Then new data.
//                   WindowProbe: the core's own; arm it with s.arm_window_probe(now, delay).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "models/tcp/config.h"
#include "models/tcp/congestion/congestion_control.h"
#include "models/tcp/congestion/registry.h"
#include "models/tcp/path_memory.h"
#include "models/tcp/recovery/delivery_rate.h"
#include "models/tcp/recovery/episode.h"
#include "models/tcp/recovery/prr.h"
#include "models/tcp/recovery/rack.h"
#include "models/tcp/recovery/retransmission_timer.h"
#include "models/tcp/recovery/rtt_estimator.h"
#include "models/tcp/recovery/scoreboard.h"
#include "models/tcp/recovery/tlp.h"
#include "models/tcp/recovery/undo.h"
#include "models/tcp/recovery/window_validation.h"
#include "models/wire/cause.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// A SACK block as offsets. A left edge from before the ISN is a bug of the caller: skip such
/// blocks.
struct SackRange {
    StreamOffset left, right;
};

struct AckInput {
    StreamOffset ack;                 ///< <= snd_nxt; may lie below snd_una (an old ACK)
    std::span<const SackRange> sack;  ///< in the order of the wire, a DSACK first
    TimestampEcho echo;
    StreamOffset window_end;      ///< right edge of the peer's window, this segment included
    bool carries_data = false;    ///< the segment takes sequence space
    bool window_changed = false;  ///< the peer's window was updated by it (to another value)
    bool ece = false;             ///< ECE on a connection that negotiated ECN
    bool has_unsent = false;      ///< something not yet sent is queued
    StreamOffset mtu_probe{};     ///< where the probe of the path MTU in flight begins; 0: none
};

/// What to send after an ACK.
enum class AfterAck : std::uint8_t { NothingSpecial, Retransmissions, NewData };

struct AckOutcome {
    AfterAck send = AfterAck::NothingSpecial;
    bool advanced = false;    ///< snd_una moved
    bool old = false;         ///< below snd_una
    bool acked_data = false;  ///< at least one segment left the scoreboard
    bool queue_empty_before =
        false;                  ///< nothing was outstanding: zero-window bookkeeping is the core's
    bool duplicate = false;     ///< counted as a duplicate ACK
    bool undone = false;        ///< a reduction was taken back
    bool reduced = false;       ///< a reduction began: CWR is due on the next new segment
    bool withdraw_cwr = false;  ///< that was an illusion: do not send CWR
    bool reneging = false;      ///< the short reneging timer runs
    bool mtu_probe_lost = false;  ///< the probe alone was lost: its size is what the path refused
    std::uint64_t bytes_acked = 0;
    std::uint32_t delivered = 0;  ///< segments, cumulatively or by SACK, DSACKed copies included
    std::uint32_t lost = 0;       ///< newly marked
    std::int64_t rtt_us = -1;     ///< the sample taken into srtt; -1 = none
};

struct Retransmission {
    StreamOffset start, end;
    SegmentId id = kNoSegment;
    bool push = false;
    wire::Cause cause = wire::Cause::None;
    bool rescue = false;  ///< RFC 6675 §4, rule (4): in flight it counts once
};

/// What a retransmission has to respect, and may use.
struct PeerWindow {
    StreamOffset end;      ///< right edge
    bool collapse = true;  ///< small neighbours may be merged into one segment
    /// Payload that fits beside the options of a segment sent now: SACK blocks take room.
    std::uint32_t most_payload = UINT32_MAX;
};

struct LossProbe {
    enum class Kind : std::uint8_t { None, New, Again } kind = Kind::None;
    Retransmission segment;  ///< with Kind::Again
};

struct SenderStart {
    StreamOffset snd_una{1}, snd_nxt{1};
    std::uint32_t mss = 536;
    bool sack = false;
    std::uint32_t syn_retransmissions = 0;  ///< of SYN or SYN-ACK: two or more start at cwnd 1
    std::uint32_t max_window = 0;           ///< largest window seen from the peer
};

/// What only an end knows that has sent data.
struct Activity {
    WindowValidation validation;
    Rack rack;
    DeliveryRate rate;
    TailLossProbe probe;
};

/// What only a connection knows that has sent something again, or has been asked to send less.
struct Repairs {
    Prr prr;
    Undo undo;
    std::uint64_t bytes_retransmitted = 0;
    std::uint32_t total_retransmissions = 0, total_timeouts = 0, dsack_duplicates = 0;
    // Of the present recovery, where RFC 6675 decides: HighRxt, and whether RescueRxt is set.
    bool rescued = false;
    StreamOffset highest_repeated;
};

class Sender {
public:
    Sender(const Sysctls& sysctls, CongestionName algorithm);

    // --- life ---
    void start(Time now, const SenderStart& start);
    void on_handshake_sample(Time now, Duration rtt);
    void on_no_handshake_sample() { rtt_.fall_back(); }
    void recall_path(const KnownPath& known);
    void set_congestion_control(Time now, CongestionName algorithm);  ///< setsockopt
    void set_mss(std::uint32_t mss) { mss_ = mss; }
    void note_peer_window(std::uint32_t window) { max_window_ = std::max(max_window_, window); }

    // --- sending ---
    std::uint32_t in_flight() const { return board_.in_flight(); }
    /// Segments that cwnd lets go now.
    std::uint32_t room() const {
        const std::uint32_t out = in_flight();
        return window_.cwnd > out ? window_.cwnd - out : 0;
    }
    wire::Cause new_data_cause() const;
    void on_write(Time now);
    void note_app_limited() { active().rate.set_app_limited(in_flight()); }
    /// `flags`: sent::kPush, sent::kEndOfRecord.
    void on_new_segment(Time now, StreamOffset start, StreamOffset end, std::uint16_t flags);
    void on_send_loop_end(Time now, const SendLoopEnd& loop);
    std::optional<Retransmission> next_retransmission(const PeerWindow& peer);
    void on_retransmission(Time now, const Retransmission& sent);
    void on_retransmission_loop_end(Time now);
    /// Does spare room in recovery go to what may be lost, too? RFC 6675 §4, NextSeg().
    bool guesses_losses() const;
    /// What its third and fourth rule give, when nothing lost or new can leave.
    std::optional<Retransmission> next_guess(const PeerWindow& peer);
    void on_frto_without_new_data() { episode_.frto = false; }

    // --- receiving ---
    AckOutcome on_ack(Time now, const AckInput& input);
    /// Nothing is outstanding: on_ack() would learn nothing from an ACK of snd_una without SACK
    /// blocks and ECN, so it may be left out.
    bool awaits_no_ack() const { return board_.empty() && !active_->probe.is_outstanding(); }

    // --- timers ---
    const RetransmissionTimer& timer() const { return timer_; }
    /// `orphan`: the program has gone, so that not even a closed window is waited for without end.
    /// `linear`: the connection asks for timeouts that do not double while it is thin.
    Retransmission on_retransmission_timeout(Time now, const PeerWindow& peer, bool orphan = false,
                                             bool linear = false);
    bool on_reordering_timeout(Time now);
    void on_reordering_timeout_end(Time now);
    /// `most_payload`: see PeerWindow.
    LossProbe on_loss_probe(Time now, bool new_data_fits, std::uint32_t most_payload = UINT32_MAX);
    void on_probe_sent(Time now, const LossProbe& probe, bool sent);
    void arm_window_probe(Time now, Duration delay) { arm(now, TimerMeaning::WindowProbe, delay); }
    void stop_timer() { timer_.stop(); }
    void shorten_timer(Time deadline) { timer_.deadline = std::min(timer_.deadline, deadline); }
    /// Full RTO or probe from now on, as after an ACK of new data.
    void restart_timer(Time now);
    /// ICMP "fragmentation needed": what is larger than the new MSS counts as lost, without a
    /// reduction. True: the retransmission loop follows. RFC 1191 §6.5.
    bool on_path_mtu_reduced(Time now, std::uint32_t mss);
    /// The handshake of a connection already in use was completed: the timer runs from now.
    void rearm_after_handshake(Time now) { rearm_rto(now); }
    /// Its SYN-ACK was lost again and again.
    void on_handshake_loss(Time now) { enter_loss(now); }
    /// A probe of the path MTU left, worth two segments; it was lost; it arrived, and the window
    /// is the same in larger segments. RFC 4821 §7.5, §7.6.
    void on_mtu_probe_sent() { --window_.cwnd; }
    void on_mtu_probe_lost() { ++window_.cwnd; }
    void on_mtu_grown(Time now, std::uint32_t former, std::uint32_t size);
    /// ICMP unreachable that quotes snd_una: one step of back-off is taken back. RFC 6069 §4.
    void revert_back_off(Time now);

    // --- what may be known ---
    StreamOffset snd_una() const { return board_.snd_una(); }
    StreamOffset snd_nxt() const { return board_.snd_nxt(); }
    std::uint32_t packets_out() const { return board_.packets_out(); }
    const Scoreboard& scoreboard() const { return board_; }
    const RttEstimator& rtt() const { return rtt_; }
    const Window& window() const { return window_; }
    const Episode& episode() const { return episode_; }
    RecoveryState state() const { return episode_.state; }
    /// Segments; the SYN is the first.
    std::uint32_t delivered() const {
        const Activity* active = active_.made();
        if (active != nullptr) return active->rate.delivered();
        return snd_una() == StreamOffset{0} ? 0 : 1;
    }
    /// Bytes per second, as tcp_info shows it.
    std::uint64_t delivery_rate() const { return active_->rate.bytes_per_second(mss_); }
    Duration rto() const { return rtt_.rto(); }
    /// Time::never() while nothing of the present episode was sent again.
    Time first_retransmission() const { return repairs_->undo.first_retransmission(); }
    Time last_data_sent() const { return last_sent_; }
    /// ssthresh as Linux's trace points show it: at least 3/4 cwnd outside a reduction.
    std::uint32_t current_ssthresh() const;
    const Sysctls& sysctls() const { return *sysctls_; }
    std::uint32_t mss() const { return mss_; }
    bool has_sack() const { return sack_; }
    /// Bytes per second: mss x max(cwnd, packets out) / srtt x 2 in slow start, else x 1.2.
    std::uint64_t pacing_rate() const;
    std::uint32_t total_retransmissions() const { return repairs_->total_retransmissions; }
    std::uint64_t bytes_retransmitted() const { return repairs_->bytes_retransmitted; }
    std::uint32_t total_timeouts() const { return repairs_->total_timeouts; }
    std::uint32_t dsack_duplicates() const { return repairs_->dsack_duplicates; }
    bool is_consistent() const { return board_.is_consistent(); }

private:
    friend class AckProcessing;

    Activity& active() {
        Activity* made = active_.made();
        return made != nullptr ? *made : begin_activity();
    }
    Activity& begin_activity();
    RtoLimits rto_limits() const;
    Duration tick() const;
    CongestionMoment moment(Time now) const;
    bool any_retransmission_outstanding() const;
    void set_state(Time now, RecoveryState state);
    void begin_reduction(Time now);
    void end_reduction(Time now);
    void enter_recovery(Time now, bool ece);
    void enter_cwr(Time now);
    void enter_loss(Time now);
    void mark_lost_by_timeout(Time now);
    void undo_reduction(Time now, bool unmark_lost);
    void keep_open(Time now);
    void note_reordering(StreamOffset low);
    std::uint32_t retransmissions_in_flight() const;
    void arm(Time now, TimerMeaning meaning, Duration delay) {
        timer_.arm(now, meaning, delay, sysctls_->timer_tick);
    }
    Duration until_rto(Time now) const;
    bool plan_loss_probe(Time now, bool advancing);
    void rearm_rto(Time now);
    Duration detect_loss(Time now, bool forced);
    void mark_lost_by_count();
    SegmentId lowest_unrepeated() const;
    SegmentId highest_missing() const;
    void remember_for_undo();
    std::uint32_t reduced_ssthresh(Time now);
    wire::Cause cause_of(const SentSegment& segment) const;
    Retransmission describe(SegmentId id, const PeerWindow& peer);
    bool is_thin() const;
    void collapse(SegmentId id, StreamOffset limit, std::uint32_t mss);
    void note_transmission(Time now);
    // What was never made has nothing to be taken back.
    void clear_retransmission_stamp() {
        if (Repairs* repairs = repairs_.made()) repairs->undo.clear_stamp();
    }
    void forbid_window_undo() {
        if (Repairs* repairs = repairs_.made()) repairs->undo.prior_ssthresh = 0;
    }
    void end_undo() {
        if (Repairs* repairs = repairs_.made()) repairs->undo.end();
    }
    void newreno_mark_head(bool advanced);
    void check() const { board_.check(); }

    // A room's last bytes may hold what follows it: smaller members come after larger rooms.
    const Sysctls* sysctls_;
    Lazy<Activity> active_;
    Lazy<Repairs> repairs_;
    Time last_sent_;
    [[no_unique_address]] Scoreboard board_;
    std::uint32_t mss_ = 536;
    [[no_unique_address]] RttEstimator rtt_;
    bool sack_ = false;
    bool withdraw_cwr_ = false, reduced_ = false;  ///< since the last on_ack began
    [[no_unique_address]] RetransmissionTimer timer_;
    bool undone_ = false;              ///< since the last on_ack began
    bool head_sent_again_ = false;     ///< in the present retransmission loop
    bool fast_retransmitted_ = false;  ///< this Recovery has sent its first retransmission
    std::uint32_t max_window_ = 0;
    [[no_unique_address]] CongestionSlot congestion_;
    [[no_unique_address]] Window window_;
    [[no_unique_address]] Episode episode_;
};

}  // namespace seedwire::tcp
