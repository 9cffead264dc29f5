// The option of accurate ECN: how many bytes came with which mark. RFC 9768 §3.2.3.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// Values of the sysctl `tcp_ecn_option`.
namespace ecn_option {
constexpr std::int32_t kOff = 0, kWhereNeeded = 1, kAlways = 2;
}

/// What is counted for the peer, and what the peer has counted of ours.
class EcnByteCounters {
public:
    /// The counters of a SYN-ACK, before anything was counted. §3.2.3.
    static wire::AccurateEcnOption initial() { return EcnByteCounters{}.option(kFields); }

    /// The peer's SYN-ACK, or last segment of the handshake, had the option: it passes. §3.2.3.2.1.
    void note_option_seen() { seen_ = true; }
    bool is_usable() const { return seen_; }

    // --- receiver ---
    void count(wire::Ecn ecn, std::uint32_t bytes) {
        if (ecn == wire::Ecn::NotEct || bytes == 0) return;
        std::uint32_t& counter = received_[index(ecn)];
        const std::uint32_t before = counter;
        counter += bytes;
        // A change of kind, and every 2^22 bytes, is told even where the option is spared.
        constexpr unsigned kTold = 22;
        if (before == 0 || (before ^ counter) >> kTold != 0 || ecn == wire::Ecn::Ce) demand_ = true;
        least_fields_ = std::max(least_fields_, fields_up_to(ecn));
    }
    /// Must the next segment carry it? `spared`: only where needed, and every `beacon`.
    bool is_due(bool spared) const { return seen_ && (!spared || demand_); }
    void demand() { demand_ = true; }
    Time last_sent() const { return last_sent_; }
    std::uint8_t least_fields() const { return least_fields_; }
    wire::AccurateEcnOption option(std::uint8_t fields) const {
        wire::AccurateEcnOption option;
        option.fields = fields;
        option.ect1_first = true;
        option.ect0 = received_[index(wire::Ecn::Ect0)] + kInitialEct;
        option.ect1 = received_[index(wire::Ecn::Ect1)] + kInitialEct;
        option.ce = received_[index(wire::Ecn::Ce)];
        return option;
    }
    void note_sent(Time now) {
        demand_ = false;
        least_fields_ = 0;
        last_sent_ = now;
    }

    // --- sender ---
    /// Bytes newly told to have met congestion; nothing if the segment does not say.
    std::optional<std::uint32_t> take_marked(const wire::Segment& segment) {
        constexpr std::uint8_t kWithCe = 2;
        if (!seen_ || segment.accurate_ecn.fields < kWithCe) return std::nullopt;
        constexpr std::uint32_t kMask = 0xFFFFFF;
        const std::uint32_t news = (segment.accurate_ecn.ce - told_marked_) & kMask;
        constexpr std::uint32_t kHalf = 0x800000;
        if (news >= kHalf) return std::nullopt;  // overtaken by a later one
        told_marked_ += news;
        return news;
    }

    static constexpr std::uint8_t kFields = 3;

private:
    static constexpr std::uint32_t kInitialEct = 1;  ///< so that zeros are no counters
    static constexpr std::size_t index(wire::Ecn ecn) { return static_cast<std::size_t>(ecn) - 1; }
    /// How many fields a kind with ECT(1) first needs.
    static constexpr std::uint8_t fields_up_to(wire::Ecn ecn) {
        return ecn == wire::Ecn::Ect1 ? 1 : ecn == wire::Ecn::Ce ? 2 : 3;
    }

    std::array<std::uint32_t, 3> received_{};  ///< by ECN field: ECT(1), ECT(0), CE
    std::uint32_t told_marked_ = 0;
    Time last_sent_;
    std::uint8_t least_fields_ = 0;
    bool seen_ = false, demand_ = false;
};

}  // namespace seedwire::tcp
