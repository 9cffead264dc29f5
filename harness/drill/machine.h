// The host under test: its stack, its clock, the packets it sends and the call that blocks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/drill/connection.h"
#include "harness/drill/kept_options.h"
#include "harness/drill/recording.h"
#include "models/socket/stack.h"

namespace seedwire::drill {

/// Something that waits inside of the host. Tried after every input; true ends it.
using Waiter = std::function<bool(Time)>;

class Machine {
public:
    /// `sysctls` outlives the machine.
    Machine(const tcp::Sysctls& sysctls, wire::Address local, std::uint32_t mtu);

    Time now() const { return now_; }
    socket::Stack& stack() { return stack_; }
    Connections& connections() { return connections_; }
    void set_mtu(std::uint32_t mtu) { mtu_ = mtu; }
    /// Who knows what IP options a socket, or a listener by its port, has set.
    using Marks = std::function<IpMarks(socket::SocketId, std::uint16_t port)>;
    void set_marks(Marks marks) { marks_ = std::move(marks); }
    /// From now on everything is recorded there.
    void record(Recording* recording) { recording_ = recording; }

    /// Lets timers expire until `target`, and stays there. Not backwards.
    void advance_to(Time target);
    /// The same until the connection has a packet to compare; false if none came until `limit`.
    bool wait_for_packet(const Connection& connection, Time limit);
    bool wait_for_waiter(Time limit);
    void inject(Connection& connection, const PacketText& packet, Position at);
    void inject_error(const Connection& connection, const IcmpText& icmp);
    /// Takes what the stack said after calls on it.
    void collect();
    /// `wake_at`: when to try it even if nothing happens.
    void wait(Waiter waiter, Time wake_at);
    bool is_waiting() const { return static_cast<bool>(waiter_); }
    /// How often something happened to a socket that concerns `events`; for edge-triggered epoll.
    std::uint64_t wake_count(socket::SocketId socket, std::int64_t events) const;
    /// The last packets of both directions, one a line.
    std::string history(Time start) const;

private:
    struct Seen {
        Time at;
        bool inbound = false;
        std::string text, cause;
    };
    void take_outputs();
    void record_states();
    void record_error(const Connection& connection, const socket::IcmpError& error);
    bool try_waiter();
    Time next_moment() const;
    void step(Time moment);
    void remember(Seen seen);

    socket::Stack stack_;
    Connections connections_;
    wire::Address local_;
    std::uint32_t mtu_;
    Time now_;
    Waiter waiter_;
    Time wake_at_ = Time::never();
    std::vector<Seen> seen_;
    struct WakeCounts {
        std::uint64_t in = 0, out = 0, other = 0;
    };
    std::vector<WakeCounts> wake_counts_;
    Marks marks_ = [](socket::SocketId, std::uint16_t) { return IpMarks{}; };
    Recording* recording_ = nullptr;
    bool arriving_ = false;  ///< what is taken is the answer to a packet
};

}  // namespace seedwire::drill
