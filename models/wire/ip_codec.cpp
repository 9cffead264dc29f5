// IPv4 packets to bytes: headers, checksums, and the quotation inside ICMP errors.
#include "models/wire/ip_codec.h"

#include <algorithm>
#include <array>

#include "models/wire/bytes.h"
#include "models/wire/ip_layout.h"
#include "models/wire/tcp_codec.h"
#include "sim/base/assert.h"

namespace seedwire::wire {
namespace {

constexpr std::size_t kMaximumHeaders = kIpHeader + kTcpHeader + 40;

struct IpFields {
    Address source, destination;
    std::uint32_t length = 0;
    std::uint16_t id = 0;
    std::uint8_t ttl = 64;
    Ecn ecn = Ecn::NotEct;
    Protocol protocol = Protocol::Tcp;
};

void write_ip_header(const IpFields& fields, std::uint8_t* out) {
    out[0] = 0x45;  // version 4, five words
    out[1] = static_cast<std::uint8_t>(fields.ecn);
    put16(out + 2, fields.length);
    put16(out + 4, fields.id);
    put16(out + 6, kDontFragment);
    out[8] = fields.ttl;
    out[9] = static_cast<std::uint8_t>(fields.protocol);
    put16(out + 10, 0);
    put32(out + 12, fields.source.value);
    put32(out + 16, fields.destination.value);
    Checksum checksum;
    checksum.add({out, kIpHeader});
    put16(out + 10, checksum.value());
}

void write_udp_header(const Packet& packet, std::uint8_t* out) {
    put16(out, packet.source_port);
    put16(out + 2, packet.destination_port);
    put16(out + 4, kUdpHeader + packet.payload_length);
    put16(out + kUdpChecksumAt, 0);
}

/// The offender's IP header and the first 8 bytes behind it: enough to find its sender (RFC 792).
void write_quote(const IcmpQuote& quote, std::uint8_t* out) {
    IpFields ip;
    ip.source = quote.source;
    ip.destination = quote.destination;
    ip.length = std::max<std::uint32_t>(quote.ip_length, kIpHeader + 8);
    ip.id = quote.ip_id;
    ip.ttl = 1;
    ip.protocol = quote.protocol;
    write_ip_header(ip, out);
    std::uint8_t* inner = out + kIpHeader;
    std::fill_n(inner, 8, std::uint8_t{0});
    put16(inner, quote.source_port);
    if (quote.protocol == Protocol::Icmp) return put32(inner + 4, quote.seq.raw());
    put16(inner + 2, quote.destination_port);
    if (quote.protocol == Protocol::Tcp) return put32(inner + 4, quote.seq.raw());
    put16(inner + 4, ip.length - static_cast<std::uint32_t>(kIpHeader));
}

std::size_t write_icmp(const Packet& packet, const Extension* extension, std::uint8_t* out) {
    put16(out, packet.source_port);  // type and code
    put16(out + kIcmpChecksumAt, 0);
    const bool quotes = packet.header_bytes > kIpHeader + kIcmpHeader && extension != nullptr;
    if (!quotes) {
        put32(out + 4, packet.seq.raw());  // identifier and sequence number
        return kIcmpHeader;
    }
    put32(out + 4, extension->quote.next_hop_mtu);
    write_quote(extension->quote, out + kIcmpHeader);
    return kIcmpHeader + kIpHeader + 8;
}

/// Offset of the checksum within the transport header.
std::size_t checksum_offset(Protocol protocol) {
    if (protocol == Protocol::Tcp) return kTcpChecksumAt;
    return protocol == Protocol::Udp ? kUdpChecksumAt : kIcmpChecksumAt;
}

std::size_t write_transport(const Packet& packet, const Extension* extension,
                            std::span<std::uint8_t> out) {
    switch (packet.protocol) {
        case Protocol::Tcp:
            return write_tcp_header(to_segment(packet, extension), packet.source_port,
                                    packet.destination_port, out);
        case Protocol::Udp:
            write_udp_header(packet, out.data());
            return kUdpHeader;
        case Protocol::Icmp:
            return write_icmp(packet, extension, out.data());
    }
    SEEDWIRE_ASSERT(false);
    return 0;
}

}  // namespace

// [WIRE-1]
std::uint16_t transport_checksum(Address source, Address destination, Protocol protocol,
                                 std::span<const std::uint8_t> header,
                                 std::span<const std::uint8_t> payload) {
    Checksum checksum;
    if (protocol != Protocol::Icmp) {
        // The pseudo header of RFC 9293 §3.1 and RFC 768.
        checksum.add32(source.value);
        checksum.add32(destination.value);
        checksum.add16(static_cast<std::uint32_t>(protocol));
        checksum.add16(static_cast<std::uint32_t>(header.size() + payload.size()));
    }
    checksum.add(header);
    checksum.add(payload);
    return checksum.value();
}

std::size_t serialise(const Packet& packet, const Extension* extension, const PayloadSource* source,
                      Contents contents, std::vector<std::uint8_t>& out) {
    std::array<std::uint8_t, kMaximumHeaders> headers{};
    const std::span<std::uint8_t> transport{headers.data() + kIpHeader, headers.size() - kIpHeader};
    const std::size_t transport_bytes = write_transport(packet, extension, transport);
    IpFields ip;
    ip.source = packet.source;
    ip.destination = packet.destination;
    ip.length = static_cast<std::uint32_t>(kIpHeader + transport_bytes + packet.payload_length);
    ip.id = static_cast<std::uint16_t>(packet.id);
    ip.ttl = packet.ttl;
    ip.ecn = packet.ecn;
    ip.protocol = packet.protocol;
    write_ip_header(ip, headers.data());

    // The payload goes to its place behind the headers first: the checksum needs it even if it is
    // not kept.
    const std::size_t begin = out.size();
    const std::size_t payload_at = begin + kIpHeader + transport_bytes;
    out.resize(payload_at + packet.payload_length);
    const std::span<std::uint8_t> payload{out.data() + payload_at, packet.payload_length};
    if (source != nullptr) source->fill(packet, payload);
    std::uint16_t checksum = transport_checksum(packet.source, packet.destination, packet.protocol,
                                                transport.first(transport_bytes), payload);
    // RFC 768: zero would mean "no checksum".
    if (packet.protocol == Protocol::Udp && checksum == 0) checksum = 0xFFFF;
    // Any single bit makes it wrong; this one keeps a UDP checksum from becoming "none".
    if (packet.has(packet_bit::kCorrupted)) checksum ^= checksum == 0x0100 ? 0x0200 : 0x0100;
    put16(&transport[checksum_offset(packet.protocol)], checksum);
    std::copy_n(headers.begin(), kIpHeader + transport_bytes,
                out.begin() + static_cast<std::ptrdiff_t>(begin));
    if (contents == Contents::HeadersOnly) out.resize(payload_at);
    return out.size() - begin;
}

}  // namespace seedwire::wire
