// TIME-WAIT and FIN-WAIT-2 stubs. RFC 9293 §3.10.7.4, RFC 6191; Linux,
// `tcp_timewait_state_process`.
#include "models/socket/time_wait.h"

#include <algorithm>

#include "models/tcp/negotiation.h"
#include "models/tcp/timer_table.h"
#include "sim/base/assert.h"

namespace seedwire::socket {
namespace {

using wire::SeqNum;
namespace flag = wire::flag;

// Twice the maximum segment lifetime of two minutes, RFC 9293 §3.6.1 and §3.4.2. DEVIATION (Linux):
// TCP_TIMEWAIT_LEN is 60 s, fixed. [TW-1]
constexpr Duration kTwoLifetimes = Duration::s(240);
constexpr Duration kTimeWait = Duration::s(60);
// Linux: the new incarnation starts beyond the largest unscaled window of the old one.
constexpr std::uint32_t kReopeningDistance = 65535 + 2;

// Linux, `tcp_in_window`.
bool in_window(SeqNum begin, SeqNum end, SeqNum left, SeqNum right) {
    if (begin == left) return true;
    if (end > left && begin < right) return true;
    return begin == right && begin == end;
}

}  // namespace

std::uint32_t TimeWaitTable::add(Time now, wire::SocketAddress remote, std::uint16_t local_port,
                                 Label label, const tcp::Remains& remains, bool time_wait) {
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(stubs_.size());
        stubs_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Stub& stub = stubs_[index];
    stub = {};
    stub.remote = remote;
    stub.local_port = local_port;
    stub.label = label;
    stub.time_wait = time_wait;
    stub.snd_nxt = remains.snd_nxt;
    stub.rcv_nxt = remains.rcv_nxt;
    stub.rcv_wnd = remains.rcv_wnd;
    stub.rcv_wscale = remains.rcv_wscale;
    stub.has_timestamps = remains.has_timestamps;
    stub.ts_recent = remains.ts_recent;
    stub.ts_offset = remains.ts_offset;
    if (time_wait) {
        restart(now, index);
    } else {
        stub.expiry = tcp::timer_expiry(now, remains.fin_wait2_timeout, sysctls_->timer_tick);
        fin_wait2_.set(index, stub.expiry);
    }
    return index;
}

void TimeWaitTable::remove(std::uint32_t index) {
    fin_wait2_.remove(index);
    stubs_[index].expiry = Time::never();
    free_.push_back(index);
    while (!queue_.empty() && !is_current(queue_.front())) queue_.pop_front();
}

bool TimeWaitTable::is_current(const Entry& entry) const {
    const Stub& stub = stubs_[entry.index];
    return stub.time_wait && stub.expiry == entry.at;
}

void TimeWaitTable::restart(Time now, std::uint32_t index) {
    const Duration wait =
        sysctls_->follows_rfc(tcp::Difference::TimeWait) ? kTwoLifetimes : kTimeWait;
    stubs_[index].expiry = tcp::timer_expiry(now, wait, sysctls_->timer_tick);
    queue_.push_back({stubs_[index].expiry, index});
    while (!is_current(queue_.front())) queue_.pop_front();
}

std::optional<std::uint32_t> TimeWaitTable::expired(Time now) {
    if (!queue_.empty() && queue_.front().at <= now) return queue_.front().index;
    if (fin_wait2_.earliest() <= now) return fin_wait2_.pop();
    return std::nullopt;
}

TimeWaitTable::Verdict TimeWaitTable::on_segment(Time now, std::uint32_t index,
                                                 const wire::Segment& segment) {
    Stub& stub = stubs_[index];
    // RFC 7323 §5.3 (R1), without slack.
    const bool old_timestamp = stub.has_timestamps && segment.has_timestamps &&
                               static_cast<std::int32_t>(stub.ts_recent - segment.ts_value) > 0;
    return stub.time_wait ? in_time_wait(now, stub, index, segment, old_timestamp)
                          : in_fin_wait2(now, stub, index, segment, old_timestamp);
}

TimeWaitTable::Verdict TimeWaitTable::in_fin_wait2(Time now, Stub& stub, std::uint32_t index,
                                                   const wire::Segment& segment,
                                                   bool old_timestamp) {
    const SeqNum end = segment.end();
    if (old_timestamp || !in_window(segment.seq, end, stub.rcv_nxt, stub.rcv_nxt + stub.rcv_wnd)) {
        return segment.has(flag::kRst) ? Verdict::Ignore : limited(now, stub, segment);
    }
    if (segment.has(flag::kRst)) return Verdict::Forget;
    if (segment.has(flag::kSyn) && segment.seq >= stub.rcv_nxt) return Verdict::Reset;
    const bool carries_nothing_new = end <= stub.rcv_nxt || end == segment.seq;
    if (!segment.has(flag::kAck) || carries_nothing_new) return Verdict::Ignore;
    // Data after close(): nobody will ever read it. [TW-4]
    if (!segment.has(flag::kFin) || end != stub.rcv_nxt + 1) return Verdict::Reset;
    stub.time_wait = true;
    stub.rcv_nxt = end;
    if (segment.has_timestamps) stub.ts_recent = segment.ts_value;
    fin_wait2_.remove(index);
    restart(now, index);
    return Verdict::Close;
}

TimeWaitTable::Verdict TimeWaitTable::in_time_wait(Time now, Stub& stub, std::uint32_t index,
                                                   const wire::Segment& segment,
                                                   bool old_timestamp) {
    const bool resets = segment.has(flag::kRst);
    const bool expected = segment.seq == stub.rcv_nxt && (segment.sequence_length() == 0 || resets);
    if (!old_timestamp && expected) {
        // RFC 1337 §3 would have the reset ignored. DEVIATION (Linux): only with `tcp_rfc1337`.
        // [TW-2]
        if (resets) return sysctls_->tcp_rfc1337 ? Verdict::Ignore : Verdict::Forget;
        restart(now, index);
        if (segment.has_timestamps) stub.ts_recent = segment.ts_value;
        return Verdict::Ignore;
    }
    const bool bare_syn =
        segment.has(flag::kSyn) && !resets && !segment.has(flag::kAck) && !old_timestamp;
    if (bare_syn) {
        const bool newer = stub.has_timestamps && segment.has_timestamps &&
                           static_cast<std::int32_t>(stub.ts_recent - segment.ts_value) < 0;
        // [TW-3]
        if (segment.seq > stub.rcv_nxt || newer) return Verdict::Reopen;
    }
    if (resets) return Verdict::Ignore;
    if (old_timestamp || segment.has(flag::kAck)) restart(now, index);
    return limited(now, stub, segment);
}

TimeWaitTable::Verdict TimeWaitTable::limited(Time now, Stub& stub,
                                              const wire::Segment& segment) const {
    const bool carries_data = segment.sequence_length() != 0 && !segment.has(flag::kSyn);
    if (carries_data) return Verdict::Acknowledge;
    if (!stub.last_answer.is_never() && now - stub.last_answer < sysctls_->tcp_invalid_ratelimit) {
        return Verdict::Ignore;
    }
    stub.last_answer = now;
    return Verdict::Acknowledge;
}

wire::Segment TimeWaitTable::acknowledgement(Time now, std::uint32_t index) const {
    const Stub& stub = stubs_[index];
    wire::Segment reply;
    reply.seq = stub.snd_nxt;
    reply.ack = stub.rcv_nxt;
    reply.flags = flag::kAck;
    reply.cause = wire::Cause::TimeWaitAck;
    reply.window = static_cast<std::uint16_t>(
        std::min<std::uint32_t>(stub.rcv_wnd >> stub.rcv_wscale, UINT16_MAX));
    if (stub.has_timestamps) {
        reply.has_timestamps = true;
        reply.ts_value = tcp::timestamp_value(now, stub.ts_offset);
        reply.ts_echo = stub.ts_recent;
    }
    return reply;
}

std::uint32_t TimeWaitTable::reopening_sequence(std::uint32_t index) const {
    return stubs_[index].snd_nxt.raw() + kReopeningDistance;
}

}  // namespace seedwire::socket
