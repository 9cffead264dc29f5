// Packets by index, reused in last-in first-out order; and the way of a TCP segment into a packet
// and out of it.
#include "models/wire/packet_pool.h"

#include "models/wire/segment_fields.h"
#include "sim/base/assert.h"

namespace seedwire::wire {
namespace {

// Set in Packet::bits of a packet that has no holder, so that a second release is found at once.
constexpr std::uint8_t kFree = 0x80;
constexpr std::uint32_t kIpHeader = 20, kTcpHeader = 20;

/// Adds one element and keeps room for all indices in the free list, so that giving back never
/// allocates.
template <class T>
std::uint32_t grow(std::vector<T>& elements, std::vector<std::uint32_t>& free) {
    SEEDWIRE_ASSERT(elements.size() < UINT32_MAX);
    elements.emplace_back();
    if (free.capacity() < elements.capacity()) free.reserve(elements.capacity());
    return static_cast<std::uint32_t>(elements.size() - 1);
}

}  // namespace

PacketRef PacketPool::allocate() {
    if (free_packets_.empty()) return {grow(packets_, free_packets_)};
    const PacketRef ref{free_packets_.back()};
    free_packets_.pop_back();
    packets_[ref.index] = Packet{};
    return ref;
}

PacketRef PacketPool::copy(PacketRef ref) {
    const PacketRef made = allocate();
    packets_[made.index] = packets_[ref.index];
    if (packets_[ref.index].extension) {
        packets_[made.index].extension = {};
        Extension& extension = extend(made);
        extension = extensions_[packets_[ref.index].extension.index];
    }
    return made;
}

void PacketPool::release(PacketRef ref) {
    SEEDWIRE_ASSERT(ref.index < packets_.size());
    Packet& packet = packets_[ref.index];
    SEEDWIRE_ASSERT((packet.bits & kFree) == 0);
    packet.bits = kFree;
    if (packet.extension) {
        free_extensions_.push_back(packet.extension.index);
        packet.extension = {};
    }
    free_packets_.push_back(ref.index);
}

Extension& PacketPool::extend(PacketRef ref) {
    Packet& packet = packets_[ref.index];
    if (packet.extension) return extensions_[packet.extension.index];
    if (free_extensions_.empty()) {
        packet.extension = {grow(extensions_, free_extensions_)};
        return extensions_.back();
    }
    packet.extension = {free_extensions_.back()};
    free_extensions_.pop_back();
    Extension& extension = extensions_[packet.extension.index];
    extension = Extension{};
    return extension;
}

void to_packet(const Segment& segment, PacketPool& pool, PacketRef ref) {
    Packet& packet = pool[ref];
    const std::uint32_t header = kIpHeader + kTcpHeader + option_bytes(segment);
    SEEDWIRE_ASSERT(header <= kIpHeader + 60);
    SEEDWIRE_ASSERT(segment.payload.length <= 65535 - header);
    put_header_fields(segment, packet);
    packet.header_bytes = static_cast<std::uint8_t>(header);
    packet.ecn = segment.ecn;
    packet.payload_length = static_cast<std::uint16_t>(segment.payload.length);
    packet.payload_offset = segment.payload.offset;
    packet.cause = segment.cause;
    if (needs_extension(segment)) put_extension_fields(segment, pool.extend(ref));
}

Segment to_segment(const Packet& packet, const Extension* extension) {
    Segment segment;
    get_header_fields(packet, segment);
    get_extension_fields(extension, segment);
    return segment;
}

}  // namespace seedwire::wire
