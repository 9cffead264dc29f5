// The receiving half of a connection: what arrived, what it costs, and what to say about it.
// RFC 9293 §3.10.7.4 and §3.8.6, RFC 5681 §4.2, RFC 2018, RFC 2883, RFC 7323.
//
// An aggregate of values that never sends: it answers questions, the endpoint obeys. Whenever a
// function returns a true AckDecision, a bare ACK leaves at once, with that cause, built by the
// four steps of an outgoing segment. In which order the endpoint calls what:
//
// * Establishment: start(). An active open that saves its ACK: delay_handshake_ack().
//
// * A segment arrives in a synchronised state:
//     1. check()          PAWS, then the sequence numbers. Acknowledge: subject to the rate limit,
//                         note_refused(), then a bare ACK with that cause. Drop: forget the
//                         segment.
//     2. (RST, SYN, the ACK field: the endpoint's and the sender's business.)
//     3. note_accepted()  every segment that passed: TS.Recent, and the receiver's RTT sample, for
//                         which Arrival::established must be right: false for the segment that
//                         completes the handshake.
//     4. Payload or FIN, in a state that takes data:
//          a. must_acknowledge_first()  true: a bare ACK (cause CompressedSack) leaves before b.
//          b. on_data()                 -> DataOutcome
//     5. (Data that the ACK or the window released is sent; it may carry the acknowledgement.)
//     6. decide_ack()     if on_data() was called. In FIN-WAIT-1 and -2 a FIN that was reached is
//                         acknowledged at once by the endpoint itself, between 4 and 5.
//
// * A segment with ACK leaves (data or not):
//     1. select_window()  the window field
//     2. take_sack()      SACK blocks for the room left in its header
//     3. ts_recent()      the echo
//     4. note_ack_sent(); and note_data_sent() if it has payload or FIN. After this the timers may
//        have changed: look at next_deadline().
//
// * The program reads: read(), also with 0 bytes when it finds nothing. Obey its decision.
// * The program sets options: set_quick_ack(), set_buffer(), set_clamp().
// * next_deadline() has come: on_deadline().
#pragma once

#include <cstdint>

#include "models/tcp/config.h"
#include "models/tcp/receive/ack_policy.h"
#include "models/tcp/receive/paws.h"
#include "models/tcp/receive/reassembly.h"
#include "models/tcp/receive/receive_buffer.h"
#include "models/tcp/receive/receive_window.h"
#include "models/tcp/receive/receiver_rtt.h"
#include "models/tcp/receive/sack_blocks.h"
#include "models/tcp/stream_offset.h"
#include "models/wire/cause.h"
#include "models/wire/segment.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// What the handshake settled for the receiving half.
struct ReceiverStart {
    WindowStart window;
    StreamOffset rcv_nxt{1};       ///< behind the peer's SYN
    std::uint32_t send_mss = 536;  ///< our effective MSS: bounds the first guess of the peer's
    bool sack = false;
    bool timestamps = false;
    std::uint32_t ts_recent = 0;  ///< TSval of the peer's SYN (or of the handshake's last ACK)
};

/// One arriving segment as the receiving half sees it. Offsets are the peer's.
struct Arrival {
    StreamOffset start;        ///< SEG.SEQ
    std::uint32_t length = 0;  ///< payload bytes
    std::uint32_t option_bytes = 0;
    std::uint16_t flags = 0;  ///< wire::flag
    bool has_timestamps = false;
    std::uint32_t ts_value = 0, ts_echo = 0;
    std::uint32_t ts_now = 0;  ///< our timestamp clock, offset included
    /// SEG.ACK = SND.UNA and the window it carries is not to be taken (PAWS only).
    bool repeats_ack = false;
    /// The segment arrived in ESTABLISHED (not while the handshake or the connection ends): only
    /// there Linux takes a round-trip sample from it.
    bool established = true;
    /// For on_data(): what ECN asks for: acknowledge the next so many at once; acknowledge this
    /// one.
    std::uint8_t ecn_quick_acks = 0;
    bool ecn_ack_now = false;
    /// For on_data(): a FIN reached now begins the passive close (state ESTABLISHED or
    /// SYN-RECEIVED), so that its ACK waits for the program's reply.
    bool fin_opens_passive_close = true;

    bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
    bool syn() const { return has(wire::flag::kSyn); }
    bool fin() const { return has(wire::flag::kFin); }
    bool rst() const { return has(wire::flag::kRst); }
    bool push() const { return has(wire::flag::kPsh); }
    StreamOffset data_end() const { return start + length; }
    std::uint32_t sequence_length() const { return length + (fin() ? 1U : 0U) + (syn() ? 1U : 0U); }
    StreamOffset end() const { return start + sequence_length(); }
};

/// Order of positions that may lie before the start of the stream.
constexpr bool precedes(StreamOffset a, StreamOffset b) { return a - b < 0; }

/// What to do with an arriving segment.
struct Acceptance {
    enum class Verdict : std::uint8_t { Accept, Drop, Acknowledge } verdict = Verdict::Accept;
    bool failed_paws = false;
    wire::Cause cause = wire::Cause::None;  ///< of the ACK, with Verdict::Acknowledge
    explicit operator bool() const { return verdict == Verdict::Accept; }
};

struct DataOutcome {
    bool readable = false;     ///< the prefix grew: there is something to read, or end of file
    bool fin_reached = false;  ///< with this segment the peer's FIN came in order
    bool out_of_order = false, duplicate = false, dropped = false;
};

struct ReadOutcome {
    std::uint32_t taken = 0;
    AckDecision ack;
};

/// What decisions need from the rest of the endpoint; made anew for each call.
struct ReceiverContext {
    const Sysctls& sysctls;
    PathTiming path;
    std::int32_t low_water = 1;   ///< SO_RCVLOWAT
    bool shut_down_read = false;  ///< no window updates any more
};

/// What a receiver knows once data have come.
struct Reception {
    ReceiveBuffer buffer;
    ReceiverRtt rtt;
};

/// What a receiver holds and reports beside the prefix in order.
struct Disorder {
    Reassembly reassembly;
    SackBlockList sack;
};

class Receiver {
public:
    void start(Time now, const ReceiverStart& facts, const Sysctls& sysctls);
    /// An active open saves the handshake's last ACK for data to carry; at most 200 ms.
    void delay_handshake_ack(Time now) { acks_.delay_handshake(now, window_.last_offer()); }

    /// Data beside a SYN or SYN-ACK (Fast Open); `acknowledged`: our SYN-ACK covers them.
    void take_syn_data(std::uint32_t length, std::uint32_t option_bytes, bool acknowledged);
    void take_syn_fin();

    // --- an arriving segment ---
    /// PAWS, then RFC 9293 §3.10.7.4, first check. `now` becomes the time of the segment last seen.
    /// A segment with RST is never answered: Drop where it fails (exceptions are the caller's).
    Acceptance check(Time now, const Arrival& segment, const PathTiming& path);
    /// An ACK answers a segment that check() refused, or other old data: reports what came twice.
    void note_refused(const Arrival& segment, const Sysctls& sysctls);
    void note_accepted(Time now, const Arrival& segment);
    bool must_acknowledge_first(const Arrival& segment);
    DataOutcome on_data(Time now, const Arrival& segment, const ReceiverContext& context);
    AckDecision decide_ack(Time now, const ReceiverContext& context);

    // --- an outgoing segment ---
    std::uint16_t select_window(const Sysctls& sysctls);
    /// At most `room` blocks: (40 - other options - 4) / 8. Forgets a duplicate once reported.
    wire::SackBlocks take_sack(wire::SeqNum peer_initial, std::uint8_t room);
    /// How many blocks take_sack() would have without a limit (bounds the payload beside them).
    std::uint8_t sack_count() const {
        const SackBlockList& sack = disorder_->sack;
        return static_cast<std::uint8_t>(sack.size() + (sack.has_duplicate() ? 1 : 0));
    }
    std::uint32_t ts_recent() const { return paws_.ts_recent(); }
    void note_ack_sent() {
        acks_.on_ack_sent();
        fin_unacknowledged_ = ecn_asked_ = false;
    }
    void note_data_sent(Time now) { acks_.on_data_sent(now); }

    // --- the program ---
    ReadOutcome read(std::uint32_t at_most, const ReceiverContext& context);
    /// TCP_QUICKACK. `synchronised`: ESTABLISHED or CLOSE-WAIT.
    AckDecision set_quick_ack(bool on, bool synchronised, const ReceiverContext& context);
    void set_buffer(std::uint32_t bytes) { window_.set_buffer(bytes); }
    void set_clamp(std::uint32_t bytes) { window_.set_clamp(bytes); }
    /// RFC 2883: reports [left, right) as received twice (a SYN that crossed ours, an old FIN).
    void report_duplicate(StreamRange range, const Sysctls& sysctls);

    // --- timers: delayed ACK, SACK compression ---
    Time next_deadline() const { return acks_.next_deadline(); }
    AckDecision on_deadline(Time now, const ReceiverContext& context);

    // --- what may be known ---
    StreamOffset rcv_nxt() const { return rcv_nxt_; }
    StreamOffset copied() const { return copied_; }  ///< next byte to read
    std::uint32_t readable() const;                  ///< bytes in order and unread
    bool fin_reached() const { return fin_reached_; }
    bool at_end_of_file() const { return fin_reached_ && copied_ == rcv_nxt_; }
    std::uint64_t bytes_received() const {  ///< in order, without SYN and FIN
        return rcv_nxt_.value - 1 - (fin_reached_ ? 1U : 0U);
    }
    std::uint32_t out_of_order_packets() const { return out_of_order_packets_; }  ///< so far
    /// Right edge of the highest block reported, for the check of a RST. RFC 5961 §3.2.
    StreamOffset highest_sacked() const;
    /// Right edge of the window last offered.
    std::uint32_t offered_window() const { return window_.offered(rcv_nxt_); }
    const ReceiveWindow& window() const { return window_; }
    const AckPolicy& acks() const { return acks_; }
    const Reassembly& reassembly() const { return disorder_->reassembly; }
    const ReceiverRtt& rtt() const { return in_->rtt; }
    const Paws& paws() const { return paws_; }
    std::uint32_t memory() const { return in_->buffer.charged() + reassembly().memory(); }
    bool is_consistent() const;

private:
    enum class Kind : std::uint8_t { None, InOrder, HoleFilled, OutOfOrder, Old, BeyondWindow };

    bool make_room(const Arrival& segment, const ReceiverContext& context);
    bool has_room(std::uint32_t length) const { return memory() + length <= window_.buffer(); }
    void accept_in_order(Time now, const Arrival& segment, const ReceiverContext& context,
                         DataOutcome& outcome);
    void accept_out_of_order(const Arrival& segment, const ReceiverContext& context,
                             DataOutcome& outcome);
    void on_in_order_payload(Time now, const Arrival& segment, const ReceiverContext& context);
    void measure(const Arrival& segment);
    void join_islands();
    void reach_fin(const Arrival& segment, const Sysctls& sysctls, DataOutcome& outcome);
    void refuse(Kind kind, DataOutcome& outcome);
    void enter_quick_ack(std::uint32_t budget) {
        acks_.enter_quick_ack(budget, window_.last_offer());
    }
    bool reports_duplicates(const Sysctls& sysctls) const {
        return sack_enabled_ && sysctls.tcp_dsack;
    }
    Reception& in() {
        Reception* made = in_.made();
        return made != nullptr ? *made : begin_reception();
    }
    Reception& begin_reception();
    StreamOffset fin_at() const { return fin_at_.near(rcv_nxt_); }
    std::uint64_t unread() const { return rcv_nxt_.value - copied_.value; }  ///< FIN included
    std::uint64_t unacknowledged() const {
        return rcv_nxt_.value - window_.last_ack(rcv_nxt_).value;
    }
    AckDecision decide_ack_by_rfc(Time now);
    bool moves_window(const ReceiverContext& context);
    void autotune_on_read(StreamOffset copied, const Sysctls& sysctls);
    AckDecision after_read(std::uint32_t taken, const ReceiverContext& context);
    wire::Cause cause_of_ack() const;
    std::uint32_t least_window_step() const;
    std::uint32_t preview_window(const Sysctls& sysctls);
    bool may_shrink(const Sysctls& sysctls) const {
        return sysctls.tcp_shrink_window && window_.scale() > 0;
    }

    StreamOffset rcv_nxt_{1}, copied_{1};
    Time stamp_;  ///< when the last segment was processed
    ReceiveWindow window_;
    Lazy<Reception> in_;       ///< from the first data on
    Lazy<Disorder> disorder_;  ///< from the first segment on that comes out of order, or again
    AckPolicy acks_;
    Paws paws_;
    NearOffset fin_at_;  ///< position of the peer's FIN, once seen
    std::uint32_t out_of_order_packets_ = 0;
    std::uint32_t last_echo_ = 0;  ///< of the timestamps option, until data come
    Kind last_kind_ = Kind::None;  ///< of the segment that decide_ack() judges
    bool fin_seen_ = false, fin_reached_ = false, fin_unacknowledged_ = false;
    bool ecn_asked_ = false;
    bool acknowledged_first_ = false;  ///< must_acknowledge_first() said so for this segment
    bool sack_enabled_ = false, timestamps_ = false;
};

}  // namespace seedwire::tcp
