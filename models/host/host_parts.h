// The inside of a Host: its sockets' owners, its timers, and the steps that its files share.
#pragma once

#include <optional>
#include <vector>

#include "models/host/host.h"
#include "models/host/wakeups.h"
#include "models/socket/stack.h"
#include "models/udp/sockets.h"
#include "sim/kernel/timer.h"

namespace seedwire::host {

/// Who owns a descriptor and what for it is to be woken.
struct DescriptorRecord {
    std::uint32_t owner = UINT32_MAX;  ///< UINT32_MAX: closed
    std::uint32_t cookie = 0;
    std::uint16_t interest = 0;  ///< socket::event bits
    std::uint16_t pending = 0;   ///< those that wait for the program to run
    std::uint32_t generation = 0;
};

/// A UDP socket's owner.
struct UdpRecord {
    std::uint32_t owner = UINT32_MAX;
    std::uint16_t port = 0;
    bool pending = false;
};

struct TimerRecord {
    std::uint32_t owner = 0, cookie = 0;
};

struct Host::Parts {
    Parts(Host& owner, const HostConfig& host_config, Simulation& sim, net::Network& net,
          trace::Recorder& record, FigureTable& table, Workspace& shared)
        : host{owner},
          simulation{sim},
          network{net},
          recorder{record},
          figures{table},
          workspace{shared},
          wakeups{host_config.wakeup},
          config{host_config} {}

    // --- labels: 2 * dense connection id, plus 1 for the client ---
    static std::uint32_t id_of(socket::Label label) { return label >> 1; }
    static bool is_client(socket::Label label) { return (label & 1) != 0; }
    EndFigures& end_of(socket::Label label) { return figures[id_of(label)].end(is_client(label)); }
    EndTracker& tracker_of(socket::Label label) {
        return figures.tracker(id_of(label), is_client(label));
    }
    /// Label of the end that receives the packet; kNoLabel if it belongs to no connection.
    socket::Label receiver_of(const wire::Packet& packet) const;

    // --- tcp_drain.cpp: what the stack wants done ---
    void drain(Time now);
    void transmit(Time now, const socket::Batch& batch);
    void account(Time now, socket::Label label, const wire::Segment& segment);
    void note_state(Time now, const socket::StateChange& change);
    void note_timers(Time now, const socket::Batch& batch);
    void note_windows(Time now);
    void note_retired(const socket::Retired& retired);
    void note_info(const socket::Retired& retired);
    void account_arrival(Time now, socket::Label label, const wire::Packet& packet);
    void check_place(socket::Label label, const wire::Packet& packet) const;
    std::uint64_t stream_key(socket::Label receiver) const;

    // --- host.cpp ---
    void receive_segment(Time now, wire::PacketRef ref);
    void receive_icmp(Time now, wire::PacketRef ref);
    void receive_icmp_error(Time now, const wire::Packet& packet);
    Time next_moment() const;
    bool programs_finished() const;
    bool is_background() const;  ///< nothing here keeps the run alive
    void reschedule(Time now);
    void run_wakeup(Time now);
    void run_timers(Time now);

    // --- host_sockets.cpp ---
    DescriptorRecord& descriptor(SocketId socket);
    void schedule_wake(Time now, const socket::Wake& wake);
    std::uint32_t register_connection(SocketId socket, std::uint32_t peer_node,
                                      wire::SocketAddress to, const ConnectionName& name);
    /// Gives the socket its label. False: no way leads there, which has been reported.
    bool begin_opening(Time now, SocketId socket, std::uint32_t peer_node, wire::SocketAddress to,
                       const ConnectionName& name);
    void end_opening(Time now, SocketId socket, tcp::Error error);
    socket::Label join_simultaneous_open(SocketId socket, wire::SocketAddress to);
    void fail(Time now, SocketId socket, tcp::Error error);
    void note_read(Time now, SocketId socket, const Result& result);
    void app_event(Time now, socket::Label label, trace::AppEvent::Kind kind,
                   std::uint64_t amount) const;

    // --- host_datagrams.cpp ---
    void receive_datagram(Time now, wire::PacketRef ref);
    void account_datagram(Time now, const wire::Packet& packet);
    void note_jitter(Time now, std::uint32_t number, EndFigures& end, DatagramTracker& tracker);
    void receive_echo_reply(Time now, const wire::Packet& packet);
    void run_datagrams(Time now, std::uint32_t udp_socket);
    void run_echo(Time now, std::uint32_t owner);
    void send_packet(Time now, wire::PacketRef ref, std::uint32_t connection, bool client);

    // Used for every packet, in few lines of memory.
    Host& host;
    Simulation& simulation;
    net::Network& network;
    trace::Recorder& recorder;
    FigureTable& figures;
    Workspace& workspace;
    std::optional<socket::Stack> stack;  ///< from start() on
    EntityId entity;
    wire::Address address;
    Time scheduled = Time::never();  ///< what the kernel knows of next_moment()
    bool executing = false;          ///< inside on_due(): its return value schedules
    TimerHeap timers;
    Wakeups wakeups;
    std::vector<DescriptorRecord> descriptors;  ///< by SocketId
    std::vector<SocketOwner*> owners;
    HostConfig config;

    std::optional<udp::Sockets> udp;
    std::vector<UdpRecord> udp_records;  ///< by udp::SocketId
    Ring<Datagram> echo_replies;         ///< one for each Echo entry of `wakeups`
    std::vector<TimerRecord> timer_records;
};

}  // namespace seedwire::host
