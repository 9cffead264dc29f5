// What a stack wants done: segments become packets, news become records, figures and wake-ups.
// RFC 9293 §3.9.2.
#include <algorithm>

#include "models/host/host_parts.h"
#include "sim/base/assert.h"

namespace seedwire::host {

using socket::Label;
using tcp::State;
using wire::Cause;

namespace {

/// Causes that say which timer fired.
bool is_timer(Cause cause) {
    switch (cause) {
        case Cause::RetransmissionTimeout:
        case Cause::SynTimeout:
        case Cause::SynAckTimeout:
        case Cause::ZeroWindowProbe:
        case Cause::TailLossProbe:
        case Cause::RackTimeout:
        case Cause::Keepalive:
        case Cause::CorkTimeout:
        case Cause::ResetTimeout:
            return true;
        default:
            return false;
    }
}

bool has_completed_handshake(State state) { return state >= State::Established; }

}  // namespace

void Host::Parts::drain(Time now) {
    if (stack->has_outputs()) {
        const bool accounts = stack->has_accounts();
        if (accounts) {
            for (const socket::StateChange& change : stack->changes()) note_state(now, change);
        }
        for (const socket::Batch& batch : stack->batches()) transmit(now, batch);
        for (const socket::Wake& wake : stack->wakes()) schedule_wake(now, wake);
        if (accounts) {
            for (const socket::Retired& retired : stack->retired()) note_retired(retired);
            note_windows(now);
        }
        stack->clear_outputs();
    }
    if (!executing) reschedule(now);
}

void Host::Parts::transmit(Time now, const socket::Batch& batch) {
    const bool known = batch.label != socket::kNoLabel;
    if (known && recorder.wants_tcp()) note_timers(now, batch);
    wire::PacketPool& pool = network.packets();
    const std::vector<wire::Segment>& segments = stack->segments();
    for (std::uint32_t i = batch.begin; i < batch.end; ++i) {
        const wire::Segment& segment = segments[i];
        if (known) account(now, batch.label, segment);
        const wire::PacketRef ref = pool.allocate();
        wire::to_packet(segment, pool, ref);
        wire::Packet& packet = pool[ref];
        packet.source = batch.from.address;
        packet.destination = batch.to.address;
        packet.source_port = batch.from.port;
        packet.destination_port = batch.to.port;
        packet.ttl = config.ttl;
        if (known) {
            packet.flow = id_of(batch.label);
            if (is_client(batch.label)) packet.bits |= wire::packet_bit::kForward;
        }
        network.send(now, config.node, ref);
    }
}

void Host::Parts::account(Time now, Label label, const wire::Segment& segment) {
    EndFigures& end = end_of(label);
    ++end.segments_sent;
    if (segment.has(wire::flag::kSyn)) {
        trace::Connection& connection = recorder.connections()[id_of(label)];
        if (is_client(label)) {
            connection.client_initial = segment.seq;
        } else {
            connection.server_initial = segment.seq;
            connection.server_initial_known = true;
        }
        const bool again = segment.cause == Cause::SynTimeout ||
                           segment.cause == Cause::SynAckTimeout ||
                           segment.cause == Cause::SynRepeated;
        if (again) ++end.late.make().syn_retransmissions;
    }
    if (wire::is_retransmission_timeout(segment.cause)) ++end.late.make().timeouts;
    if (segment.payload.length == 0) return;
    EndTracker& tracker = tracker_of(label);
    if (end.first_data_sent.is_never()) end.first_data_sent = now;
    ++end.data_segments_sent;
    end.bytes_sent += segment.payload.length;
    if (segment.payload.offset < tracker.highest_sent) ++end.retransmissions;
    tracker.highest_sent =
        std::max(tracker.highest_sent, segment.payload.offset + segment.payload.length);
}

void Host::Parts::note_timers(Time now, const socket::Batch& batch) {
    const std::vector<wire::Segment>& segments = stack->segments();
    Cause last = Cause::None;
    for (std::uint32_t i = batch.begin; i < batch.end; ++i) {
        const Cause cause = segments[i].cause;
        if (cause == last || !is_timer(cause)) continue;
        const bool awaited = wire::is_retransmission_timeout(cause);
        recorder.record(trace::TimeoutFired{now, id_of(batch.label), is_client(batch.label), cause,
                                            awaited ? batch.expired_rto : Duration::zero()});
        last = cause;
    }
}

void Host::Parts::note_state(Time now, const socket::StateChange& change) {
    if (change.label == socket::kNoLabel) return;
    EndFigures& end = end_of(change.label);
    end.state = change.to;
    if (end.opened.is_never()) end.opened = now;
    if (end.established.is_never() && has_completed_handshake(change.to)) end.established = now;
    if (change.to == State::Closed) {
        end.late.make().closed = now;
        tracker_of(change.label).arrivals.release();
    }
    if (!recorder.wants_tcp()) return;
    recorder.record(trace::StateChange{now, id_of(change.label), is_client(change.label),
                                       static_cast<std::uint8_t>(change.from),
                                       static_cast<std::uint8_t>(change.to)});
}

void Host::Parts::note_windows(Time now) {
    for (const socket::Touched& touched : stack->touched()) {
        if (touched.label == socket::kNoLabel) continue;
        tcp::Glance glance;
        if (!stack->has_new_window(touched.socket, glance)) continue;
        recorder.record(trace::WindowChange{now, id_of(touched.label), is_client(touched.label),
                                            static_cast<std::uint8_t>(glance.recovery), glance.cwnd,
                                            glance.ssthresh, glance.in_flight});
    }
}

void Host::Parts::note_retired(const socket::Retired& retired) {
    if (retired.label == socket::kNoLabel) return;
    note_info(retired);
    EndFigures& end = end_of(retired.label);
    if (end.error == tcp::Error::None) end.error = retired.error;
}

void Host::Parts::note_info(const socket::Retired& retired) {
    if (retired.label == socket::kNoLabel) return;
    if (figures.keeps_infos())
        figures.set_info(id_of(retired.label), is_client(retired.label), retired.info);
    EndFigures& end = end_of(retired.label);
    end.late.make().smoothed_rtt = Duration::us(retired.info.rtt);
    // tcp_info shows an absent minimum as the largest number of its 32 bits.
    const bool has_minimum = retired.info.rtt > 0 && retired.info.min_rtt < INT64_C(0xffffffff);
    if (has_minimum) end.late.make().min_rtt = Duration::us(retired.info.min_rtt);
}

// --- arrivals -----------------------------------------------------------------------------------

/// The sequence number says where the payload belongs in the stream; the payload itself must say
/// the same, or the sender has mixed up its bytes.
void Host::Parts::check_place(Label label, const wire::Packet& packet) const {
    const trace::Connection& connection = recorder.connections()[id_of(label)];
    const wire::SeqNum initial =
        is_client(label) ? connection.server_initial : connection.client_initial;
    const bool syn = (packet.flags & wire::flag::kSyn) != 0;
    const std::uint32_t place = (packet.seq - initial.raw()).raw() - (syn ? 0U : 1U);
    SEEDWIRE_ASSERT(place == static_cast<std::uint32_t>(packet.payload_offset));
}

/// Names the stream that this end receives: each direction of each connection has other bytes.
std::uint64_t Host::Parts::stream_key(Label receiver) const {
    // Whoever hashes with it spreads its bits: one of them is enough to tell the directions.
    return recorder.connections().key(id_of(receiver)) ^ (is_client(receiver) ? 1U : 0U);
}

void Host::Parts::account_arrival(Time now, Label label, const wire::Packet& packet) {
    if (packet.cause != Cause::Script) check_place(label, packet);
    EndFigures& end = end_of(label);
    EndTracker& tracker = tracker_of(label);
    ++end.received;
    if (!packet.has(wire::packet_bit::kCopy)) {
        const auto ahead = static_cast<std::int32_t>(packet.id - tracker.highest_packet);
        if (ahead < 0 && tracker.highest_packet != 0) {
            ++end.late.make().reordered;
        } else {
            tracker.highest_packet = packet.id;
        }
    }
    // What reaches a socket that nobody reads, or one that was reset, is delivered to nobody.
    if (tracker.abandoned || !end.late->closed.is_never()) return;
    const auto taken =
        tracker.arrivals.take(stream_key(label), packet.payload_offset, packet.payload_length);
    if (!taken.anything_new) ++end.late.make().duplicates;
    if (taken.advanced == 0) return;
    end.bytes_delivered += taken.advanced;
    end.last_in_order = now;
}

}  // namespace seedwire::host
