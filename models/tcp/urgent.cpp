// Both directions of urgent data. RFC 9293 §3.8.5; Linux, `tcp_urg`, `tcp_mark_urg`.
#include "models/tcp/urgent.h"

#include <algorithm>

namespace seedwire::tcp {
namespace {

using Received = UrgentData::Received;

void forget_if_idle(Connection& c) {
    const UrgentData& urgent = c.seldom->urgent;
    c.tcb.urgent = urgent.sending || urgent.received != Received::None;
}

/// Where the urgent octet of a segment lies in the peer's stream.
StreamOffset octet_of(const Connection& c, const wire::Segment& segment, StreamOffset start) {
    // RFC 9293 takes the pointer for the octet itself (RFC 6093 §4 gave that up).
    const bool past = segment.urgent_pointer != 0 && !c.sysctls().tcp_stdurg;
    return start + segment.urgent_pointer - (past ? 1U : 0U);
}

}  // namespace

// [URG-1]
void mark_urgent(Connection& c) {
    UrgentData& urgent = c.seldom.make().urgent;
    urgent.sending = true;
    urgent.send_end = c.write_end();
    c.tcb.urgent = true;
}

void put_urgent_pointer(const Connection& c, StreamOffset seq, wire::Segment& segment) {
    const UrgentData& urgent = c.seldom->urgent;
    if (!urgent.sending) return;
    const std::int64_t distance = urgent.send_end - seq;
    if (distance <= 0) return;
    if (distance <= UINT16_MAX) {
        segment.urgent_pointer = static_cast<std::uint16_t>(distance);
    } else if (seq + UINT16_MAX > c.sender.snd_nxt()) {
        segment.urgent_pointer = UINT16_MAX;  // farther than the field can say
    } else {
        return;
    }
    segment.flags |= wire::flag::kUrg;
}

void on_urgent_acknowledged(Connection& c) {
    if (!c.seldom->urgent.sending || c.seldom->urgent.send_end > c.sender.snd_una()) return;
    c.seldom.make().urgent.sending = false;
    forget_if_idle(c);
}

// [URG-4]
void receive_urgent(Connection& c, const wire::Segment& segment, StreamOffset start, Output& out) {
    if (segment.has(wire::flag::kUrg)) {
        const StreamOffset octet = octet_of(c, segment, start);
        const UrgentData& known = c.seldom->urgent;
        // Neither what was read or taken in already nor an older mark moves the mark.
        const bool old = octet - c.receiver.copied() < 0 || octet - c.receiver.rcv_nxt() < 0;
        const bool repeated = known.received != Received::None && octet <= known.receive_at;
        if (!old && !repeated) {
            // A second mark right behind the first: the octet that nobody read in line is gone.
            if (known.received != Received::None && known.receive_at == c.receiver.copied() &&
                !c.options->inline_urgent && c.receiver.readable() > 0) {
                c.receiver.read(1, c.receiver_context());
            }
            UrgentData& urgent = c.seldom.make().urgent;
            urgent.received = Received::Announced;
            urgent.receive_at = octet;
            c.tcb.urgent = true;
        }
    }
    if (c.seldom->urgent.received != Received::Announced) return;
    const std::int64_t into = c.seldom->urgent.receive_at - start;
    if (into < 0 || into >= std::int64_t{segment.payload.length}) return;
    c.seldom.make().urgent.received = Received::Valid;
    out.events |= event::kReadable;
}

// [URG-5]
UrgentStep step_to_mark(const Connection& c, std::uint32_t wanted, std::uint32_t done) {
    const UrgentData& urgent = c.seldom->urgent;
    UrgentStep step;
    step.take = std::min(wanted - done, c.receiver.readable());
    if (urgent.received == Received::None) return step;
    const std::int64_t distance = urgent.receive_at - c.receiver.copied();
    if (distance == 0 && done > 0) {
        step.take = 0;
        step.stop = true;
    } else if (distance == 0 && step.take > 0 && !c.options->inline_urgent) {
        step.skip = 1;
        step.take = std::min(wanted - done, c.receiver.readable() - 1);
    } else if (distance > 0 && distance < std::int64_t{step.take}) {
        step.take = static_cast<std::uint32_t>(distance);
    }
    return step;
}

void pass_urgent_mark(Connection& c) {
    const UrgentData& urgent = c.seldom->urgent;
    if (urgent.received == Received::None || c.receiver.copied() <= urgent.receive_at) return;
    c.seldom.make().urgent.received = Received::None;
    forget_if_idle(c);
}

// [URG-6]
UrgentRead read_urgent(Connection& c, bool peek) {
    const UrgentData& urgent = c.seldom->urgent;
    const bool nothing = urgent.received == Received::None || urgent.received == Received::Taken;
    if (c.options->inline_urgent || nothing) return {0, Error::InvalidArgument};
    if (urgent.received == Received::Valid) {
        if (!peek) c.seldom.make().urgent.received = Received::Taken;
        return {1, Error::None};
    }
    if (c.tcb.state == State::Closed || c.receiver.fin_reached() || c.tcb.read_shut) return {};
    return {0, Error::Again};
}

bool is_at_mark(const Connection& c) {
    const UrgentData& urgent = c.seldom->urgent;
    return urgent.received != Received::None && urgent.receive_at == c.receiver.copied();
}

bool has_urgent_octet(const Connection& c) { return c.seldom->urgent.received == Received::Valid; }

std::uint32_t readable_to_mark(const Connection& c) {
    const std::uint32_t unread = c.receiver.readable();
    const UrgentData& urgent = c.seldom->urgent;
    if (urgent.received == Received::None || c.options->inline_urgent) return unread;
    const std::int64_t distance = urgent.receive_at - c.receiver.copied();
    if (distance < 0 || distance >= std::int64_t{unread}) return unread;
    return static_cast<std::uint32_t>(distance);
}

}  // namespace seedwire::tcp
