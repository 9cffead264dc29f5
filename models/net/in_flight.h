// Packets on their way to the receiving end of a link, first arrival first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/wire/packet.h"
#include "sim/base/ring.h"
#include "sim/base/time.h"

namespace seedwire::net {

/// A packet that arrives at a known moment. `sequence` counts the packets of the direction in the
/// order of their serialisation (a copy has its original's) and breaks ties; it may wrap.
struct InFlightPacket {
    Time arrival;
    wire::PacketRef packet;
    std::uint32_t sequence = 0;
    std::uint32_t bytes = 0;  ///< its length, for whoever counts the queue
};

/// One that impairments or faults treated specially: it may overtake and be overtaken.
struct DetouredPacket : InFlightPacket {
    Duration extra;             ///< arrival beyond departure + delay
    std::uint32_t ordinal = 0;  ///< 0 for the packet itself, then its copies
    bool ordered = false;       ///< jitter keeps it behind its predecessor
};

/// A first-in first-out ring for packets that arrive in the order in which they left, and a heap
/// for the others. Allocates only to grow.
class InFlight {
public:
    bool empty() const { return next_.is_never(); }
    std::size_t size() const { return fifo_.size() + detoured_.size(); }
    /// The first of those that arrive in order, if there is one.
    wire::PacketRef peek() const { return fifo_.empty() ? wire::PacketRef{} : head_; }
    /// Is there any that may overtake or be overtaken?
    bool has_detoured() const { return !detoured_.empty(); }
    /// Arrival of the next packet. Time::never() if there is none.
    Time next() const { return next_; }
    /// The packet pushed `back` packets after which were pushed since: 0 is the last one. Requires:
    /// all of them were pushed in order, and none of them has been taken out.
    const InFlightPacket& from_back(std::size_t back) const {
        return fifo_[fifo_.size() - 1 - back];
    }
    /// Adds a packet of which it is known that it does not arrive before the others.
    void push_in_order(const InFlightPacket& packet) {
        if (fifo_.empty()) head_ = packet.packet;
        fifo_.push_back(packet);
        if (packet.arrival < next_) next_ = packet.arrival;
    }
    /// Adds a packet that arrives at departure + delay.
    void push(const InFlightPacket& packet) {
        if (fifo_.empty() || fifo_.back().arrival <= packet.arrival) [[likely]] {
            push_in_order(packet);
        } else {
            push(DetouredPacket{packet, {}, 0, false});  // the delay has become shorter meanwhile
        }
    }
    void push(const DetouredPacket& packet) {
        detoured_.push_back(packet);
        std::push_heap(detoured_.begin(), detoured_.end(), is_later);
        next_ = std::min(next_, packet.arrival);
    }
    /// Takes out the packet that arrives next. Requires: not empty.
    wire::PacketRef pop() {
        if (!detoured_.empty()) [[unlikely]]
            return pop_either();
        return pop_first();
    }
    /// Takes out all packets with that sequence or a later one, in order of sequence, and appends
    /// them to `out`.
    void extract_from(std::uint32_t sequence, std::vector<DetouredPacket>& out);
    /// The last arrival; zero if there is none.
    Time last() const;
    /// The last arrival among packets that must stay in order; zero if there is none.
    Time last_ordered() const;

private:
    wire::PacketRef pop_first() {
        const wire::PacketRef packet = head_;
        fifo_.pop_front();
        next_ = Time::never();
        if (fifo_.empty()) return packet;
        next_ = fifo_[0].arrival;
        head_ = fifo_[0].packet;
        return packet;
    }
    // std::push_heap keeps the greatest in front: "less" is "arrives later".
    static bool is_later(const DetouredPacket& a, const DetouredPacket& b) {
        if (a.arrival != b.arrival) return a.arrival > b.arrival;
        if (a.sequence != b.sequence) return is_after(a.sequence, b.sequence);
        return a.ordinal > b.ordinal;
    }
    static bool is_after(std::uint32_t a, std::uint32_t b) {
        return static_cast<std::int32_t>(a - b) > 0;
    }
    wire::PacketRef pop_either();
    void find_next() {
        next_ = fifo_.empty() ? Time::never() : fifo_.front().arrival;
        if (!detoured_.empty()) next_ = std::min(next_, detoured_.front().arrival);
    }

    Time next_ = Time::never();
    Ring<InFlightPacket> fifo_;
    wire::PacketRef head_;  // fifo_.front().packet: known without looking there
    std::vector<DetouredPacket> detoured_;
};

}  // namespace seedwire::net
