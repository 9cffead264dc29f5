#include "harness/drill/recording.h"

#include <algorithm>

namespace seedwire::drill {
namespace {

constexpr std::uint8_t kIcmpErrorHeader = 20 + 8 + 28;  // and what it quotes; RFC 792

}  // namespace

Time Recording::next(Time now) {
    const Time at = Time::zero() + (now - start_);
    last_ = last_.is_never() ? at : std::max(at, last_ + Duration::ns(1));
    return last_;
}

RecordedPacket& Recording::begin(Time now, bool inbound, std::uint32_t connection) {
    RecordedPacket& entry = packets_.emplace_back();
    entry.sent = next(now);
    entry.arrived = next(now);
    entry.inbound = inbound;
    entry.connection = connection;
    connections_ = std::max(connections_, connection + 1);
    return entry;
}

void Recording::add_segment(Time now, bool inbound, std::uint32_t connection,
                            wire::SocketAddress from, wire::SocketAddress to,
                            const wire::Segment& segment, Duration expired_rto) {
    RecordedPacket& entry = begin(now, inbound, connection);
    entry.expired_rto = expired_rto;
    wire::PacketPool pool;
    const wire::PacketRef ref = pool.allocate();
    wire::to_packet(segment, pool, ref);
    entry.packet = pool[ref];
    if (const wire::Extension* extension = pool.extension(pool[ref])) entry.extension = *extension;
    entry.packet.extension = {};
    entry.packet.source = from.address;
    entry.packet.destination = to.address;
    entry.packet.source_port = from.port;
    entry.packet.destination_port = to.port;
    entry.packet.flow = connection;
    entry.packet.id = ++next_id_[inbound ? 1 : 0];
}

void Recording::add_error(Time now, std::uint32_t connection, wire::Address from,
                          const wire::IcmpQuote& quote, std::uint8_t type, std::uint8_t code) {
    RecordedPacket& entry = begin(now, true, connection);
    entry.packet.protocol = wire::Protocol::Icmp;
    entry.packet.cause = wire::Cause::IcmpError;
    entry.packet.source = from;
    entry.packet.destination = quote.source;
    entry.packet.source_port = static_cast<std::uint16_t>(type << 8 | code);
    entry.packet.header_bytes = kIcmpErrorHeader;
    entry.packet.flow = connection;
    entry.packet.id = ++next_id_[1];
    entry.extension.emplace();
    entry.extension->quote = quote;
}

void Recording::add_state(Time now, std::uint32_t connection, tcp::State from, tcp::State to,
                          With with) {
    Time at = Time::zero() + (now - start_);
    if (!last_.is_never() && with == With::LastPacket) at = last_;
    if (!last_.is_never() && with == With::NextPacket) at = std::max(at, last_ + Duration::ns(1));
    states_.push_back({at, connection, from, to});
    connections_ = std::max(connections_, connection + 1);
}

}  // namespace seedwire::drill
