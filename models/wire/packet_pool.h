// Where packets live: pools that grow to the largest number in flight and then never allocate.
#pragma once

#include <cstdint>
#include <vector>

#include "models/wire/packet.h"

namespace seedwire::wire {

/// What an ICMP error quotes of the packet it is about, and what it adds. RFC 792, RFC 1191 §4.
struct IcmpQuote {
    Address source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    SeqNum seq;
    Protocol protocol = Protocol::Tcp;
    std::uint16_t next_hop_mtu = 0;  ///< fragmentation needed only
    std::uint16_t ip_length = 0, ip_id = 0;
};

/// The uncommon parts of a packet.
struct Extension {
    SynOptions syn;
    SackBlocks sack;
    AccurateEcnOption accurate_ecn;
    std::uint16_t urgent_pointer = 0;
    IcmpQuote quote;
};

/// Owns packets and extensions by index. A PacketRef has exactly one holder, which passes it on or
/// gives it back with release().
class PacketPool {
public:
    PacketRef allocate();           ///< a default-initialised packet
    PacketRef copy(PacketRef ref);  ///< with its extension
    void release(PacketRef ref);    ///< with its extension
    Packet& operator[](PacketRef ref) { return packets_[ref.index]; }
    const Packet& operator[](PacketRef ref) const { return packets_[ref.index]; }

    Extension& extend(PacketRef ref);  ///< gives the packet an extension if it has none
    const Extension* extension(const Packet& packet) const {
        return packet.extension ? &extensions_[packet.extension.index] : nullptr;
    }
    std::size_t in_use() const { return packets_.size() - free_packets_.size(); }

private:
    std::vector<Packet> packets_;
    std::vector<Extension> extensions_;
    std::vector<std::uint32_t> free_packets_, free_extensions_;
};

/// Packs a segment into a packet; addresses, ports, id, flow and TTL are the caller's.
void to_packet(const Segment& segment, PacketPool& pool, PacketRef ref);
/// The segment inside a TCP packet.
Segment to_segment(const Packet& packet, const Extension* extension);
inline Segment to_segment(const Packet& packet, const PacketPool& pool) {
    return to_segment(packet, pool.extension(packet));
}

}  // namespace seedwire::wire
