// The policy half of congestion control: how large may the window be, how fast may it be sent. When
// a loss is a loss and what is resent is decided in recovery/. RFC 5681 §3.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "models/tcp/info.h"
#include "models/tcp/recovery/delivery_rate.h"
#include "models/tcp/stream_offset.h"
#include "sim/base/assert.h"
#include "sim/base/time.h"

namespace seedwire::tcp {

/// The window, in segments. It belongs to the sender, since PRR, probes, timeouts, undo and idle
/// restart write it too; algorithms get it by reference.
struct Window {
    std::uint32_t cwnd = 10;
    std::uint32_t ssthresh = kInfiniteSsthresh;
    std::uint32_t clamp = UINT32_MAX;  ///< upper bound of cwnd
    std::uint32_t growth = 0;          ///< segments delivered towards the next increase

    bool in_slow_start() const { return cwnd < ssthresh; }
    /// Slow start: one more per delivered segment up to ssthresh. Returns how many are left over
    /// for congestion avoidance. RFC 5681 §3.1, RFC 3465 §2.1 with L infinite. [CC-1]
    std::uint32_t slow_start(std::uint32_t delivered) {
        const std::uint32_t grown = std::min(cwnd + delivered, ssthresh);
        const std::uint32_t left = delivered - (grown - cwnd);
        cwnd = std::min(grown, clamp);
        return left;
    }
    /// One more per `per` delivered segments. RFC 5681 §3.1, equation (3), in segments. [CC-2]
    void grow(std::uint32_t per, std::uint32_t delivered) {
        if (growth >= per) {
            growth = 0;
            ++cwnd;
        }
        growth += delivered;
        if (growth >= per) {
            const std::uint32_t steps = growth / per;
            growth -= steps * per;
            cwnd += steps;
        }
        cwnd = std::min(cwnd, clamp);
    }
};

/// What an algorithm may know at any moment. Values, never a TCB.
struct CongestionMoment {
    Time now{};
    Duration tick{};  ///< of the host's coarse clock; 1 ms where timers are exact
    StreamOffset snd_una{}, snd_nxt{};
    std::uint32_t mss = 0;        ///< bytes
    std::uint32_t in_flight = 0;  ///< segments, as Linux counts them
    std::int64_t srtt_us = 0;     ///< 0 = unknown
    std::uint32_t min_rtt_us = UINT32_MAX;
    std::uint64_t pacing_rate = 0;  ///< bytes/s even where nothing is paced; slow start only
    bool paced = false;
};

/// One acknowledgement, after loss detection.
struct CongestionAck {
    std::uint32_t delivered = 0;  ///< segments newly delivered, cumulatively or by SACK
    std::uint32_t lost = 0;       ///< segments newly marked lost
    std::uint32_t prior_in_flight = 0;
    std::uint32_t total_delivered = 0;
    bool limited = true;         ///< the window was used: it may grow
    bool maybe_delayed = false;  ///< the peer may have delayed this ACK
    std::int64_t rtt_us = -1;    ///< of the last delivered segment; -1 = no sample
    RecoveryState state = RecoveryState::Open;
    RateSample rate{};
};

class CongestionControl {
public:
    virtual ~CongestionControl() = default;

    /// The connection is established.
    virtual void on_start(const CongestionMoment&, Window&) {}
    /// An ACK gave an RTT sample (of the last delivered segment). Before loss detection and growth.
    virtual void on_rtt_sample(const CongestionMoment&, std::int64_t /*rtt_us*/, Window&) {}
    /// The window may grow by this ACK: outside CWR and Recovery, and something new was delivered.
    virtual void on_ack(const CongestionMoment&, const CongestionAck&, Window&) = 0;
    /// The slow start threshold for a reduction that begins now; cwnd is still the old one. Once
    /// per episode. RFC 5681 §3.1, equation (4).
    virtual std::uint32_t ssthresh(const CongestionMoment&, const Window&) = 0;
    /// What of the window a CE mark leaves where RFC 8511 §3.1 is in force, percent.
    virtual std::uint32_t marked_percent() const { return 80; }
    /// The congestion state machine moves. Loss is entered by an RTO.
    virtual void on_state(const CongestionMoment&, RecoveryState) {}
    /// The episode was an illusion: the cwnd to go on with. RFC 4015 §3.
    virtual std::uint32_t undone_cwnd(const Window& window, std::uint32_t prior_cwnd) {
        return std::max(window.cwnd, prior_cwnd);
    }
    /// The first send after nothing was in flight; the last one was at `last_sent`.
    virtual void on_send_after_idle(const CongestionMoment&, Time /*last_sent*/) {}
    /// True: on_every_ack() decides the window alone; PRR, validation and idle restart do not
    /// apply.
    virtual bool controls_window() const { return false; }
    virtual void on_every_ack(const CongestionMoment&, const CongestionAck&, Window&) {}
    /// Bytes per second, for algorithms that pace.
    virtual std::optional<std::uint64_t> pacing_rate() const { return std::nullopt; }
};

/// Room for one algorithm inside the sender. What it needs to remember only once data flow, it
/// keeps in a block of its own (Lazy).
class CongestionSlot {
public:
    static constexpr std::size_t kBytes = 32;

    CongestionSlot() = default;
    CongestionSlot(const CongestionSlot&) = delete;
    CongestionSlot& operator=(const CongestionSlot&) = delete;
    ~CongestionSlot() { reset(); }

    template <class Algorithm, class... Arguments>
    void emplace(Arguments&&... arguments) {
        static_assert(std::is_base_of_v<CongestionControl, Algorithm>);
        static_assert(sizeof(Algorithm) <= kBytes, "keep state in a Lazy<> block");
        static_assert(alignof(Algorithm) <= alignof(std::uint64_t));
        reset();
        CongestionControl* made =
            ::new (static_cast<void*>(room_)) Algorithm(std::forward<Arguments>(arguments)...);
        SEEDWIRE_ASSERT(static_cast<void*>(made) == room_);
        is_set_ = true;
    }
    bool is_set() const { return is_set_; }
    CongestionControl* operator->() { return algorithm(); }
    const CongestionControl* operator->() const { return algorithm(); }
    CongestionControl& operator*() { return *algorithm(); }

private:
    void reset() {
        if (is_set_) algorithm()->~CongestionControl();
        is_set_ = false;
    }
    CongestionControl* algorithm() {
        return std::launder(reinterpret_cast<CongestionControl*>(room_));
    }
    const CongestionControl* algorithm() const {
        return std::launder(reinterpret_cast<const CongestionControl*>(room_));
    }

    alignas(std::uint64_t) std::byte room_[kBytes];
    bool is_set_ = false;
};

}  // namespace seedwire::tcp
