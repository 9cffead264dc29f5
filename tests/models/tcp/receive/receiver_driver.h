// Drives a Receiver the way the endpoint does, with a program that reads when told.
#pragma once

#include <vector>

#include "models/tcp/receive/receiver.h"

namespace seedwire::tcp::test {

/// One ACK that the receiver let go.
struct SentAck {
    Time at;
    std::uint64_t ack = 0;
    std::uint32_t window = 0;  ///< bytes
    std::vector<StreamRange> sack;
    wire::Cause cause = wire::Cause::None;
};

/// A receiving connection whose peer speaks in offsets; every ACK is recorded in `acks`.
class ReceiverDriver {
public:
    Sysctls sysctls;
    Receiver receiver;
    std::vector<SentAck> acks;
    PathTiming path{.smoothed_rtt_us = 20'000, .rto = Duration::ms(220)};
    std::int32_t low_water = 1;
    bool shut_down_read = false;
    bool timestamps = true;

    static ReceiverStart defaults() {
        ReceiverStart start;
        start.window = {.buffer = 131072,
                        .window = 65160,
                        .clamp = 65535U << 10,
                        .advertised_mss = 1448,
                        .scale = 10};
        start.send_mss = 1448;
        start.sack = start.timestamps = true;
        return start;
    }
    void start(Time now, const ReceiverStart& facts = defaults()) {
        timestamps = facts.timestamps;
        receiver.start(now, facts, sysctls);
    }
    ReceiverContext context() const { return {sysctls, path, low_water, shut_down_read}; }

    /// A segment of this connection as an Arrival: data at `seq`, stamped with the time in ms.
    Arrival segment(Time now, std::uint64_t seq, std::uint32_t length) const {
        Arrival arrival;
        arrival.start = StreamOffset{seq};
        arrival.length = length;
        arrival.has_timestamps = timestamps;
        arrival.option_bytes = timestamps ? 12 : 0;
        arrival.ts_value = arrival.ts_now = static_cast<std::uint32_t>(now.ns() / 1'000'000);
        return arrival;
    }
    DataOutcome arrive(Time now, const Arrival& arrival) {
        const Acceptance acceptance = receiver.check(now, arrival, path);
        if (acceptance.verdict == Acceptance::Verdict::Acknowledge) {
            receiver.note_refused(arrival, sysctls);
            send(now, acceptance.cause);
        }
        if (!acceptance) return {};
        receiver.note_accepted(now, arrival);
        if (receiver.must_acknowledge_first(arrival)) send(now, wire::Cause::CompressedSack);
        const DataOutcome outcome = receiver.on_data(now, arrival, context());
        obey(now, receiver.decide_ack(now, context()));
        return outcome;
    }
    DataOutcome data(Time now, std::uint64_t seq, std::uint32_t length, bool push = false) {
        Arrival arrival = segment(now, seq, length);
        if (push) arrival.flags |= wire::flag::kPsh;
        return arrive(now, arrival);
    }
    std::uint32_t read(Time now, std::uint32_t at_most = UINT32_MAX) {
        const ReadOutcome outcome = receiver.read(at_most, context());
        obey(now, outcome.ack);
        return outcome.taken;
    }
    /// Runs the receiver's timers up to and including `until`.
    void run_until(Time until) {
        while (receiver.next_deadline() <= until) {
            const Time due = receiver.next_deadline();
            obey(due, receiver.on_deadline(due, context()));
        }
    }
    void obey(Time now, AckDecision decision) {
        if (decision) send(now, decision.cause);
    }
    void send(Time now, wire::Cause cause) {
        const wire::SeqNum zero{0};
        SentAck ack;
        ack.at = now;
        ack.ack = receiver.rcv_nxt().value;
        const std::uint32_t field = receiver.select_window(sysctls);
        ack.window = field << receiver.window().scale();
        const wire::SackBlocks blocks = receiver.take_sack(zero, timestamps ? 3 : 4);
        for (std::uint8_t i = 0; i < blocks.count; ++i) {
            ack.sack.push_back({from_wire(blocks.block[i].left, zero, receiver.rcv_nxt()),
                                from_wire(blocks.block[i].right, zero, receiver.rcv_nxt())});
        }
        ack.cause = cause;
        receiver.note_ack_sent();
        acks.push_back(ack);
    }
    wire::Cause last_cause() const { return acks.empty() ? wire::Cause::None : acks.back().cause; }
};

}  // namespace seedwire::tcp::test
