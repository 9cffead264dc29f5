// The rare paths of packets in flight: choosing between ring and heap, and taking packets back.
#include "models/net/in_flight.h"

namespace seedwire::net {

wire::PacketRef InFlight::pop_either() {
    const DetouredPacket& detoured = detoured_.front();
    bool from_ring = !fifo_.empty() && fifo_.front().arrival <= detoured.arrival;
    if (from_ring && fifo_.front().arrival == detoured.arrival)
        from_ring = !is_after(fifo_.front().sequence, detoured.sequence);
    wire::PacketRef packet;
    if (from_ring) {
        packet = pop_first();
    } else {
        std::pop_heap(detoured_.begin(), detoured_.end(), is_later);
        packet = detoured_.back().packet;
        detoured_.pop_back();
    }
    find_next();
    return packet;
}

void InFlight::extract_from(std::uint32_t sequence, std::vector<DetouredPacket>& out) {
    const std::size_t before = out.size();
    while (!fifo_.empty() && !is_after(sequence, fifo_.back().sequence)) {
        out.push_back(DetouredPacket{fifo_.back(), {}, 0, false});
        fifo_.pop_back();
    }
    const auto keeps = [&](const DetouredPacket& p) { return is_after(sequence, p.sequence); };
    const auto taken = std::partition(detoured_.begin(), detoured_.end(), keeps);
    out.insert(out.end(), taken, detoured_.end());
    detoured_.erase(taken, detoured_.end());
    std::make_heap(detoured_.begin(), detoured_.end(), is_later);
    find_next();
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
              [](const DetouredPacket& a, const DetouredPacket& b) {
                  if (a.sequence != b.sequence) return is_after(b.sequence, a.sequence);
                  return a.ordinal < b.ordinal;
              });
}

Time InFlight::last() const {
    Time last = fifo_.empty() ? Time::zero() : fifo_.back().arrival;
    for (const DetouredPacket& packet : detoured_) last = std::max(last, packet.arrival);
    return last;
}

Time InFlight::last_ordered() const {
    Time last;
    for (const DetouredPacket& packet : detoured_)
        if (packet.ordered) last = std::max(last, packet.arrival);
    return last;
}

}  // namespace seedwire::net
