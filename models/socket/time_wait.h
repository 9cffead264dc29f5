// What is left of a connection whose program is gone: TIME-WAIT, and FIN-WAIT-2 of orphans, in 64
// bytes each. RFC 9293 §3.10.7.4, RFC 6191, RFC 1337; Linux, `tcp_timewait_state_process`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/socket/deadlines.h"
#include "models/socket/types.h"
#include "models/tcp/config.h"
#include "sim/base/ring.h"

namespace seedwire::socket {

/// A connection reduced to what its last duties need.
struct Stub {
    wire::SocketAddress remote;
    std::uint16_t local_port = 0;
    std::uint8_t rcv_wscale = 0;
    bool time_wait = true;  ///< false: FIN-WAIT-2
    bool has_timestamps = false;
    Label label = kNoLabel;
    wire::SeqNum snd_nxt, rcv_nxt;
    std::uint32_t rcv_wnd = 0;
    std::uint32_t ts_recent = 0, ts_offset = 0;
    Time expiry;
    Time last_answer = Time::never();  ///< to a segment without data, for the rate limit
};
static_assert(sizeof(Stub) <= 64);

class TimeWaitTable {
public:
    enum class Verdict : std::uint8_t {
        Ignore,
        Acknowledge,  ///< send acknowledgement()
        Close,        ///< the peer has sent its FIN: acknowledge; it is TIME-WAIT now
        Reset,        ///< new data for a program that is gone: reset, and forget the stub
        Forget,       ///< reset by the peer
        Reopen        ///< a SYN that may start a new incarnation. RFC 6191
    };

    explicit TimeWaitTable(const tcp::Sysctls& sysctls) : sysctls_{&sysctls} {}

    std::uint32_t add(Time now, wire::SocketAddress remote, std::uint16_t local_port, Label label,
                      const tcp::Remains& remains, bool time_wait);
    void remove(std::uint32_t index);
    const Stub& operator[](std::uint32_t index) const { return stubs_[index]; }
    Verdict on_segment(Time now, std::uint32_t index, const wire::Segment& segment);
    wire::Segment acknowledgement(Time now, std::uint32_t index) const;
    /// Initial sequence number of a new incarnation: beyond everything the old one used.
    std::uint32_t reopening_sequence(std::uint32_t index) const;

    Time next_expiry() const {
        const Time first = queue_.empty() ? Time::never() : queue_.front().at;
        return std::min(first, fin_wait2_.earliest());
    }
    /// The next stub whose time is over, still in the table; nothing if there is none. Call
    /// remove() on it.
    std::optional<std::uint32_t> expired(Time now);
    std::size_t size() const { return stubs_.size() - free_.size(); }

private:
    struct Entry {
        Time at;
        std::uint32_t index = 0;
    };
    Verdict in_fin_wait2(Time now, Stub& stub, std::uint32_t index, const wire::Segment& segment,
                         bool old_timestamp);
    Verdict in_time_wait(Time now, Stub& stub, std::uint32_t index, const wire::Segment& segment,
                         bool old_timestamp);
    Verdict limited(Time now, Stub& stub, const wire::Segment& segment) const;
    void restart(Time now, std::uint32_t index);
    bool is_current(const Entry& entry) const;

    const tcp::Sysctls* sysctls_;
    std::vector<Stub> stubs_;
    std::vector<std::uint32_t> free_;
    // TIME-WAIT lasts equally long for all: one queue in the order of expiry. A restarted stub gets
    // a new entry; the old one is recognised by its time.
    Ring<Entry> queue_;
    Deadlines fin_wait2_;
};

}  // namespace seedwire::socket
