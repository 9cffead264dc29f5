// Request socks. RFC 9293 §3.10.7.4 (SYN-RECEIVED), RFC 5961 §3 and §4; Linux, `tcp_check_req`,
// `syn_ack_recalc`.
#include "models/socket/listener.h"

#include <algorithm>

#include "models/tcp/timer_table.h"
#include "sim/base/assert.h"

namespace seedwire::socket {
namespace {

using wire::SeqNum;
namespace flag = wire::flag;

// RFC 6298 §2 (2.1): the first timeout is 1 s.
constexpr Duration kInitialTimeout = Duration::s(1);

bool is_between(std::uint32_t value, std::uint32_t low, std::uint32_t high) {
    return value - low <= high - low;
}

}  // namespace

std::int32_t seconds_to_expiries(std::int32_t seconds, const tcp::Sysctls& sysctls) {
    if (seconds <= 0) return 0;
    std::int32_t expiries = 1;
    Duration timeout = kInitialTimeout, period = timeout;
    while (Duration::s(seconds) > period && expiries < 255) {
        ++expiries;
        timeout = std::min(timeout * 2, sysctls.tcp_rto_max);
        period += timeout;
    }
    return expiries;
}

// [LISTEN-1]
std::uint32_t RequestTable::add(Time now, const Request& facts, const tcp::SocketOptions& options) {
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(requests_.size());
        requests_.push_back(facts);
    } else {
        index = free_.back();
        free_.pop_back();
        requests_[index] = facts;
    }
    Request& request = requests_[index];
    request.in_use = true;
    request.syn_ack = tcp::make_syn_ack(now, *sysctls_, options, request.environment, request.syn,
                                        request.window);
    request.first_sent = now;
    request.first_ts_value = request.syn_ack.ts_value;
    request.ts_recent = request.syn.ts_value;
    request.deferral = seconds_to_expiries(options.defer_accept, *sysctls_);
    request.retries = options.syn_count != 0 ? options.syn_count : sysctls_->tcp_synack_retries;
    arm(now, index);
    return index;
}

void RequestTable::remove(std::uint32_t index) {
    SEEDWIRE_ASSERT(requests_[index].in_use);
    requests_[index].in_use = false;
    timers_.remove(index);
    free_.push_back(index);
}

Duration RequestTable::timeout(std::uint32_t index) const {
    const int shift = std::min<int>(requests_[index].expiries, 20);
    return std::min(kInitialTimeout * (std::int64_t{1} << shift), sysctls_->tcp_rto_max);
}

void RequestTable::arm(Time now, std::uint32_t index) {
    timers_.set(index, tcp::timer_expiry(now, timeout(index), sysctls_->timer_tick));
}

bool RequestTable::is_acceptable(const Request& request, const wire::Segment& segment) const {
    if (request.syn_ack.has_timestamps && segment.has_timestamps) {
        if (static_cast<std::int32_t>(request.ts_recent - segment.ts_value) > 0) return false;
        // An echo of a timestamp that was never sent belongs to something else. [LISTEN-10]
        if (segment.ts_echo != 0 &&
            !is_between(segment.ts_echo, request.first_ts_value, request.syn_ack.ts_value)) {
            return false;
        }
    }
    const SeqNum left = request.syn.seq + 1;
    const SeqNum right = left + request.window.field();
    const SeqNum end = segment.end();
    if (segment.seq == left) return true;
    if (end > left && segment.seq < right) return true;
    return segment.seq == right && segment.seq == end;
}

RequestTable::Verdict RequestTable::on_segment(Time now, std::uint32_t index,
                                               const wire::Segment& segment) {
    Request& request = requests_[index];
    constexpr std::uint16_t kControl = flag::kSyn | flag::kAck | flag::kRst | flag::kFin;
    const bool old_timestamp = request.syn_ack.has_timestamps && segment.has_timestamps &&
                               static_cast<std::int32_t>(request.ts_recent - segment.ts_value) > 0;
    if (segment.seq == request.syn.seq && (segment.flags & kControl) == flag::kSyn &&
        !old_timestamp) {
        // [LISTEN-4]
        return request.answers.allow(now, *sysctls_, false) ? Verdict::Repeat : Verdict::Ignore;
    }
    const bool acknowledges = segment.has(flag::kAck);
    // RFC 9293 §3.10.7.4, fifth check: the listener answers an ACK of something never sent.
    // [LISTEN-6]
    if (acknowledges && segment.ack != request.syn_ack.seq + 1) {
        return segment.has(flag::kRst) ? Verdict::Ignore : Verdict::Reset;
    }
    // [LISTEN-7]
    if (!is_acceptable(request, segment)) {
        if (segment.has(flag::kRst)) return Verdict::Ignore;
        return request.answers.allow(now, *sysctls_, false) ? Verdict::Acknowledge
                                                            : Verdict::Ignore;
    }
    if (segment.has_timestamps && segment.seq <= request.syn.seq + 1) {
        request.ts_recent = segment.ts_value;
    }
    // A SYN at the old place lies out of window: only what follows it counts.
    const bool syn_in_window = segment.has(flag::kSyn) && segment.seq != request.syn.seq;
    if (segment.has(flag::kRst)) return on_reset(now, request, segment);
    // [LISTEN-9]
    if (syn_in_window) return Verdict::Refuse;
    if (!acknowledges) return Verdict::Ignore;
    // TCP_DEFER_ACCEPT: a bare ACK is not enough to wake a program. [LISTEN-13]
    if (request.expiries < request.deferral && segment.end() == request.syn.seq + 1) {
        request.acknowledged = true;
        return Verdict::Ignore;
    }
    return Verdict::Complete;
}

RequestTable::Verdict RequestTable::on_reset(Time now, Request& request,
                                             const wire::Segment& segment) const {
    // RFC 5961 §3.2: only a reset at exactly RCV.NXT is believed. [LISTEN-8]
    if (segment.seq == request.syn.seq + 1) return Verdict::Forget;
    return request.answers.allow(now, *sysctls_, false) ? Verdict::Acknowledge : Verdict::Ignore;
}

const wire::Segment& RequestTable::resend(Time now, std::uint32_t index, wire::Cause cause) {
    Request& request = requests_[index];
    wire::Segment& syn_ack = request.syn_ack;
    if (syn_ack.has_timestamps) {
        syn_ack.ts_value = tcp::timestamp_value(now, request.environment.timestamp_offset);
    }
    syn_ack.cause = cause;
    syn_ack.syn.fast_open = {};  // a cookie goes with the first one only
    syn_ack.accurate_ecn = {};   // perhaps it was what the path did not pass. RFC 9768 §3.2.3.2.2
    // [LISTEN-3]
    if (cause == wire::Cause::SynRepeated) {
        request.answered_repeats =
            static_cast<std::uint8_t>(std::min(request.answered_repeats + 1, int{UINT8_MAX}));
        arm(now, index);
    } else {
        ++request.retransmissions;
    }
    return syn_ack;
}

wire::Segment RequestTable::acknowledgement(Time now, std::uint32_t index,
                                            wire::Cause cause) const {
    const Request& request = requests_[index];
    wire::Segment reply;
    reply.seq = request.syn_ack.seq + 1;
    reply.ack = request.syn.seq + 1;
    reply.flags = flag::kAck;
    reply.cause = cause;
    const int scale = std::max<int>(request.window.scale, 0);
    reply.window = static_cast<std::uint16_t>(
        std::min<std::uint32_t>(request.window.window >> scale, UINT16_MAX));
    if (request.syn_ack.has_timestamps) {
        reply.has_timestamps = true;
        reply.ts_value = tcp::timestamp_value(now, request.environment.timestamp_offset);
        reply.ts_echo = request.ts_recent;
    }
    return reply;
}

tcp::PassiveOpen RequestTable::handshake(std::uint32_t index) const {
    const Request& request = requests_[index];
    tcp::PassiveOpen open;
    open.syn = request.syn;
    open.syn_ack = request.syn_ack;
    open.initial_sequence = request.syn_ack.seq;
    open.peer_initial_sequence = request.syn.seq;
    open.syn_ack_sent = request.first_sent;
    open.retransmissions = request.retransmissions;
    open.answered_repeats = request.answered_repeats;
    open.receive_window = request.window.window;
    open.window_scale = request.window.scale;
    open.ecn = request.syn_ack.has(flag::kEce);
    return open;
}

std::optional<std::uint32_t> RequestTable::pop_expired(Time now) {
    if (timers_.earliest() > now) return std::nullopt;
    return timers_.pop();
}

// [LISTEN-2]
RequestTable::Expiry RequestTable::on_timeout(Time now, std::uint32_t index) {
    Request& request = requests_[index];
    bool give_up = request.expiries >= request.retries;
    bool resend = true;
    if (request.deferral > 0) {
        // While data is awaited after a bare ACK nothing is sent; the last SYN-ACK gives the client
        // a final chance.
        give_up = give_up && (!request.acknowledged || request.expiries >= request.deferral);
        resend = !request.acknowledged || request.expiries >= request.deferral - 1;
    }
    if (give_up) return Expiry::GiveUp;
    ++request.expiries;
    arm(now, index);
    return resend ? Expiry::Resend : Expiry::Wait;
}

}  // namespace seedwire::socket
