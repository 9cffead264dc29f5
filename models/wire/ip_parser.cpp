// Bytes to IPv4 packets. Every length is checked before it is believed. RFC 791 §3.1.
#include "models/wire/bytes.h"
#include "models/wire/ip_codec.h"
#include "models/wire/ip_layout.h"
#include "models/wire/segment_fields.h"
#include "models/wire/tcp_codec.h"

namespace seedwire::wire {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::string_view parse_tcp_into(Bytes bytes, ParsedPacket& parsed) {
    const TcpHeader header = parse_tcp(bytes);
    if (!header.problem.empty()) return header.problem;
    const Segment& segment = header.segment;
    Packet& packet = parsed.packet;
    packet.source_port = header.source_port;
    packet.destination_port = header.destination_port;
    put_header_fields(segment, packet);
    packet.header_bytes = static_cast<std::uint8_t>(kIpHeader + header.header_bytes);
    parsed.payload = bytes.subspan(header.header_bytes);
    parsed.has_extension = needs_extension(segment);
    if (parsed.has_extension) put_extension_fields(segment, parsed.extension);
    return {};
}

std::string_view parse_udp_into(Bytes bytes, ParsedPacket& parsed) {
    if (bytes.size() < kUdpHeader) return "shorter than a UDP header";
    const std::size_t length = get16(&bytes[4]);
    if (length < kUdpHeader || length > bytes.size()) return "wrong UDP length";
    parsed.packet.source_port = get16(&bytes[0]);
    parsed.packet.destination_port = get16(&bytes[2]);
    parsed.packet.header_bytes = kIpHeader + kUdpHeader;
    parsed.payload = bytes.subspan(kUdpHeader, length - kUdpHeader);
    return {};
}

std::string_view parse_icmp_into(Bytes bytes, ParsedPacket& parsed) {
    if (bytes.size() < kIcmpHeader) return "shorter than an ICMP header";
    constexpr std::uint8_t kEchoReply = 0, kEchoRequest = 8;
    Packet& packet = parsed.packet;
    packet.source_port = get16(&bytes[0]);
    packet.header_bytes = kIpHeader + kIcmpHeader;
    if (bytes[0] == kEchoReply || bytes[0] == kEchoRequest) {
        packet.seq = SeqNum{get32(&bytes[4])};
        parsed.payload = bytes.subspan(kIcmpHeader);
        return {};
    }
    const Bytes quoted = bytes.subspan(kIcmpHeader);
    if (quoted.size() < kIpHeader) return "ICMP error that quotes nothing";
    const std::size_t inner = std::size_t{quoted[0] & 0x0FU} * 4;
    if (inner < kIpHeader || quoted.size() < inner + 8) return "ICMP error that quotes too little";
    parsed.has_extension = true;
    IcmpQuote& quote = parsed.extension.quote;
    quote.source = {get32(&quoted[12])};
    quote.destination = {get32(&quoted[16])};
    quote.protocol = static_cast<Protocol>(quoted[9]);
    quote.ip_length = get16(&quoted[2]);
    quote.ip_id = get16(&quoted[4]);
    quote.next_hop_mtu = get16(&bytes[6]);
    quote.source_port = get16(&quoted[inner]);
    if (quote.protocol != Protocol::Icmp) quote.destination_port = get16(&quoted[inner + 2]);
    if (quote.protocol != Protocol::Udp) quote.seq = SeqNum{get32(&quoted[inner + 4])};
    packet.header_bytes = static_cast<std::uint8_t>(kIpHeader + kIcmpHeader + kIpHeader + 8);
    return {};
}

bool are_checksums_right(Bytes ip_header, Bytes transport, const Packet& packet) {
    Checksum checksum;
    checksum.add(ip_header);
    if (checksum.value() != 0) return false;
    // RFC 768: a UDP checksum of zero was not computed.
    if (packet.protocol == Protocol::Udp && get16(&transport[kUdpChecksumAt]) == 0) return true;
    return transport_checksum(packet.source, packet.destination, packet.protocol, transport, {}) ==
           0;
}

}  // namespace

ParsedPacket parse_packet(std::span<const std::uint8_t> bytes) {
    ParsedPacket parsed;
    const auto refuse = [&parsed](std::string_view problem) {
        parsed.problem = problem;
        return parsed;
    };
    if (bytes.size() < kIpHeader) return refuse("shorter than an IP header");
    if (bytes[0] >> 4 != 4) return refuse("not IP version 4");
    const std::size_t header = std::size_t{bytes[0] & 0x0FU} * 4;
    const std::size_t length = get16(&bytes[2]);
    if (header < kIpHeader) return refuse("IP header below five words");
    if (length < header) return refuse("IP length below its header");
    if (length > bytes.size()) return refuse("IP length behind the end");
    if ((get16(&bytes[6]) & (kMoreFragments | kFragmentOffset)) != 0) return refuse("a fragment");
    Packet& packet = parsed.packet;
    packet.ecn = static_cast<Ecn>(bytes[1] & 3);
    packet.id = get16(&bytes[4]);
    packet.ttl = bytes[8];
    packet.protocol = static_cast<Protocol>(bytes[9]);
    packet.source = {get32(&bytes[12])};
    packet.destination = {get32(&bytes[16])};
    const Bytes transport = bytes.subspan(header, length - header);
    switch (packet.protocol) {
        case Protocol::Tcp:
            parsed.problem = parse_tcp_into(transport, parsed);
            break;
        case Protocol::Udp:
            parsed.problem = parse_udp_into(transport, parsed);
            break;
        case Protocol::Icmp:
            parsed.problem = parse_icmp_into(transport, parsed);
            break;
        default:
            return refuse("a protocol other than TCP, UDP and ICMP");
    }
    if (!parsed.problem.empty()) return parsed;
    // IP options have no place in Packet; they count as header, as long as it can say so.
    const std::size_t headers = packet.header_bytes + (header - kIpHeader);
    packet.header_bytes = static_cast<std::uint8_t>(headers);
    packet.payload_length = static_cast<std::uint16_t>(parsed.payload.size());
    parsed.has_right_checksums = are_checksums_right(bytes.first(header), transport, packet);
    return parsed;
}

}  // namespace seedwire::wire
