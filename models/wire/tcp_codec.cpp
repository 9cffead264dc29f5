// The fixed part of the TCP header.
#include "models/wire/tcp_codec.h"

#include "models/wire/bytes.h"
#include "models/wire/tcp_options.h"
#include "sim/base/assert.h"

namespace seedwire::wire {

std::size_t write_tcp_header(const Segment& segment, std::uint16_t source_port,
                             std::uint16_t destination_port, std::span<std::uint8_t> out) {
    SEEDWIRE_ASSERT(out.size() >= kTcpHeader + kMaximumOptionBytes);
    const std::size_t header = kTcpHeader + write_options(segment, out.subspan(kTcpHeader));
    SEEDWIRE_ASSERT(header % 4 == 0);
    put16(&out[0], source_port);
    put16(&out[2], destination_port);
    put32(&out[4], segment.seq.raw());
    put32(&out[8], segment.ack.raw());
    // Four bits of header length in words, three reserved, nine flags.
    put16(&out[12], static_cast<std::uint32_t>(header / 4) << 12 | (segment.flags & 0x1FFU));
    put16(&out[14], segment.window);
    put16(&out[kTcpChecksumAt], 0);
    put16(&out[18], segment.urgent_pointer);
    return header;
}

TcpHeader parse_tcp(std::span<const std::uint8_t> bytes) {
    TcpHeader parsed;
    if (bytes.size() < kTcpHeader) {
        parsed.problem = "shorter than a TCP header";
        return parsed;
    }
    const std::uint16_t offset_and_flags = get16(&bytes[12]);
    parsed.header_bytes = std::size_t{offset_and_flags} >> 12 << 2;
    if (parsed.header_bytes < kTcpHeader) {
        parsed.problem = "TCP data offset below five words";
        return parsed;
    }
    if (parsed.header_bytes > bytes.size()) {
        parsed.problem = "TCP data offset behind the end";
        return parsed;
    }
    parsed.source_port = get16(&bytes[0]);
    parsed.destination_port = get16(&bytes[2]);
    Segment& segment = parsed.segment;
    segment.seq = SeqNum{get32(&bytes[4])};
    segment.ack = SeqNum{get32(&bytes[8])};
    segment.flags = offset_and_flags & 0x1FF;
    segment.window = get16(&bytes[14]);
    segment.urgent_pointer = get16(&bytes[18]);
    segment.payload.length = static_cast<std::uint32_t>(bytes.size() - parsed.header_bytes);
    parsed.problem =
        parse_options(bytes.subspan(kTcpHeader, parsed.header_bytes - kTcpHeader), segment);
    return parsed;
}

}  // namespace seedwire::wire
