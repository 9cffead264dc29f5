// A TCP segment as values: what the header, its options and the payload say. RFC 9293 §3.1.
#pragma once

#include <array>
#include <cstdint>

#include "models/wire/cause.h"
#include "models/wire/seq_num.h"

namespace seedwire::wire {

/// The control bits of RFC 9293 §3.1, with AE of RFC 9768 as the ninth.
namespace flag {
constexpr std::uint16_t kFin = 0x001, kSyn = 0x002, kRst = 0x004, kPsh = 0x008, kAck = 0x010,
                        kUrg = 0x020, kEce = 0x040, kCwr = 0x080, kAe = 0x100;
/// No bit of the header: an option signs the segment (RFC 2385, RFC 5925). Of parsed ones only.
constexpr std::uint16_t kSigned = 0x8000;
}  // namespace flag

/// The ECN field of the IP header. RFC 3168 §5.
enum class Ecn : std::uint8_t { NotEct = 0, Ect1 = 1, Ect0 = 2, Ce = 3 };

/// Octets [left, right) received out of order, or again. RFC 2018 §3, RFC 2883 §4.
struct SackBlock {
    SeqNum left, right;
    constexpr bool operator==(const SackBlock&) const = default;
};

/// The option of accurate ECN: octets that arrived with each mark, 24 bits each. Few fit beside
/// other options: the first ones in the order of its kind. RFC 9768 §3.2.3.
struct AccurateEcnOption {
    std::uint32_t ect0 = 0, ce = 0, ect1 = 0;
    std::uint8_t fields = 0;  ///< 1 to 3; 0 = absent
    bool ect1_first = false;  ///< kind 174: ECT(1), CE, ECT(0); else 172, the other way round
    constexpr bool is_present() const { return fields != 0; }
    /// Without the padding to four.
    constexpr std::uint32_t bytes() const { return 2 + 3U * fields; }
    constexpr bool operator==(const AccurateEcnOption&) const = default;
};

/// Up to four blocks fit beside nothing else, three beside timestamps.
struct SackBlocks {
    std::array<SackBlock, 4> block;
    std::uint8_t count = 0;
    constexpr void add(SackBlock b) { block[count++] = b; }
};

/// The Fast Open option of RFC 7413 §4.1.1, or its experimental form (kind 254, magic 0xF989).
struct FastOpenOption {
    static constexpr std::int8_t kAbsent = -1;
    std::int8_t length = kAbsent;  ///< bytes of cookie; 0 asks for one
    bool experimental = false;
    std::array<std::uint8_t, 16> cookie{};
};

/// Options that only segments with SYN carry.
struct SynOptions {
    std::uint16_t mss = 0;          ///< RFC 9293 §3.7.1; 0 = absent
    std::int8_t window_scale = -1;  ///< RFC 7323 §2; -1 = absent
    bool sack_permitted = false;    ///< RFC 2018 §2
    FastOpenOption fast_open;
};

/// The payload: a range of the sender's application stream. Contents are a function of (stream,
/// offset), so bytes exist only where somebody writes them to a file.
struct PayloadRange {
    std::uint64_t offset = 0;  ///< position of the first byte in the sender's stream, from 0
    std::uint32_t length = 0;
};

struct Segment {
    SeqNum seq, ack;  ///< ack is meaningful with flag::kAck only
    std::uint16_t flags = 0;
    std::uint16_t window = 0;  ///< as on the wire, before scaling
    std::uint16_t urgent_pointer = 0;
    PayloadRange payload;
    bool has_timestamps = false;  ///< RFC 7323 §3
    std::uint32_t ts_value = 0, ts_echo = 0;
    SackBlocks sack;
    AccurateEcnOption accurate_ecn;
    SynOptions syn;  ///< meaningful with flag::kSyn only
    Ecn ecn = Ecn::NotEct;
    Cause cause = Cause::None;

    constexpr bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
    /// Sequence space taken: payload, plus one each for SYN and FIN. RFC 9293 §3.4.
    constexpr std::uint32_t sequence_length() const {
        return payload.length + (has(flag::kSyn) ? 1U : 0U) + (has(flag::kFin) ? 1U : 0U);
    }
    constexpr SeqNum end() const { return seq + sequence_length(); }
};

/// Bytes of the options as laid out on the wire, padded to a multiple of four.
std::uint32_t option_bytes(const Segment& segment);

}  // namespace seedwire::wire
