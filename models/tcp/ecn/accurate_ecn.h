// Accurate ECN: the receiver counts marks, and every segment says how many there were. RFC 9768.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "models/tcp/ecn/byte_counters.h"
#include "models/wire/segment.h"

namespace seedwire::tcp {

/// The three bits of RFC 9768 §3.2 as a number: AE, CWR, ECE.
namespace ace {
constexpr std::uint16_t kBits = wire::flag::kAe | wire::flag::kCwr | wire::flag::kEce;
constexpr std::uint32_t kModulus = 8, kInitial = 5;  ///< §3.2.1

constexpr std::uint32_t of(const wire::Segment& segment) {
    return (segment.has(wire::flag::kAe) ? 4U : 0U) | (segment.has(wire::flag::kCwr) ? 2U : 0U) |
           (segment.has(wire::flag::kEce) ? 1U : 0U);
}
constexpr void put(wire::Segment& segment, std::uint32_t value) {
    segment.flags = static_cast<std::uint16_t>(segment.flags & ~std::uint32_t{kBits});
    if ((value & 4) != 0) segment.flags |= wire::flag::kAe;
    if ((value & 2) != 0) segment.flags |= wire::flag::kCwr;
    if ((value & 1) != 0) segment.flags |= wire::flag::kEce;
}
/// How a SYN-ACK, or the ACK of one, tells with which ECN field its predecessor arrived: §3.1.1,
/// tables 2 and 3.
constexpr std::uint32_t echo_of(wire::Ecn ecn) {
    switch (ecn) {
        case wire::Ecn::NotEct:
            return 2;
        case wire::Ecn::Ect1:
            return 3;
        case wire::Ecn::Ect0:
            return 4;
        case wire::Ecn::Ce:
            return 6;
    }
    return 2;
}
constexpr bool is_echo(std::uint32_t value) {
    return value == 2 || value == 3 || value == 4 || value == 6;
}
}  // namespace ace

/// Both halves on one connection. The field of every segment suffices as long as an ACK is not
/// worth more than seven of them; the byte counters of the option (§3.2.3) help where it is.
class AccurateEcn {
public:
    bool is_enabled() const { return enabled_; }
    EcnByteCounters& bytes() { return bytes_; }
    const EcnByteCounters& bytes() const { return bytes_; }
    /// `echo`: how our first segments tell of the peer's SYN or SYN-ACK. A client says it once, in
    /// the last segment of the handshake. [ACCECN-3]
    void enable(std::uint32_t echo, bool client) {
        enabled_ = true;
        echo_ = static_cast<std::uint8_t>(echo);
        echo_due_ = client;
    }
    std::uint32_t handshake_echo() const { return echo_; }

    // --- receiver ---
    void count_mark() {
        ++received_;
        if (pending_ != UINT8_MAX) ++pending_;
    }
    /// Before the field could wrap unseen, the peer must hear of it: §3.2.2.5.1. [ACCECN-4]
    bool must_acknowledge() const { return pending_ >= 4; }

    // --- sender ---
    /// The client's last handshake segment told how our SYN-ACK arrived.
    void start_from(std::uint32_t value) { told_ = value == ace::echo_of(wire::Ecn::Ce) ? 1 : 0; }
    /// Marks that this ACK tells of for the first time; it acknowledges about `segments` new ones.
    /// Where the field may have wrapped the worst case counts: §3.2.2.5.2. [ACCECN-5]
    /// `bytes` acknowledged in order, `mss` of one of ours.
    std::uint32_t take_marks(const wire::Segment& segment, std::uint32_t segments,
                             std::uint64_t bytes, std::uint32_t mss) {
        const std::optional<std::uint32_t> marked = bytes_.take_marked(segment);
        std::uint32_t marks =
            (ace::of(segment) + 2 * ace::kModulus - ace::kInitial - told_ % ace::kModulus) %
            ace::kModulus;
        if (segments >= ace::kModulus) {
            const std::uint32_t most = segments - (segments - marks) % ace::kModulus;
            marks = marked ? believe_bytes(*marked, marks, most, bytes, segments, mss) : most;
        }
        told_ += marks;
        return marks;
    }

    void mark(wire::Segment& segment) {
        segment.ecn = wire::Ecn::Ect0;
        // [ACCECN-2]
        ace::put(segment, echo_due_ ? echo_ : (received_ + ace::kInitial) % ace::kModulus);
        echo_due_ = false;
        pending_ = 0;
    }

private:
    /// Between the least and the most that the field allows, what the marked bytes make likely.
    /// Linux, `__tcp_accecn_process`. [ACCECN-10]
    static std::uint32_t believe_bytes(std::uint32_t marked, std::uint32_t least,
                                       std::uint32_t most, std::uint64_t bytes,
                                       std::uint32_t segments, std::uint32_t mss) {
        if (marked == 0) return least;
        if (segments >= 2 * ace::kModulus) {
            if (bytes <= marked) return most;
            const std::uint64_t likely = (std::uint64_t{marked} * segments + bytes - 1) / bytes;
            const auto whole = static_cast<std::uint32_t>(likely / ace::kModulus * ace::kModulus);
            return std::min(most, least + whole);
        }
        if (marked > std::uint64_t{least} * mss) return most;
        // Linux, `TCP_ACCECN_SAFETY_SHIFT`: half of the segments' bytes.
        return marked < std::uint64_t{most} * mss / 2 ? least : most;
    }

    EcnByteCounters bytes_;
    std::uint32_t received_ = 0;  ///< CE marks on what we received
    std::uint32_t told_ = 0;      ///< CE marks on what we sent, as far as the peer has told
    std::uint8_t pending_ = 0;    ///< of received_, since we last sent anything
    std::uint8_t echo_ = 0;
    bool enabled_ = false, echo_due_ = false;
};

}  // namespace seedwire::tcp
