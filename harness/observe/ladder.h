// What a ladder diagram needs of a run: the packets and states of chosen connections, kept within
// a bound however long the run is.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "harness/observe/packet_words.h"

namespace seedwire::observe {

/// One packet from one end of a connection to the other, over however many links.
struct LadderPacket {
    std::uint64_t number =
        0;  ///< among the connection's packets, from 1; a copy has its original's
    Time sent;
    Time arrived = Time::never();  ///< at the other end; never if lost (or under way at the end)
    wire::Packet packet;
    std::optional<wire::Extension> extension;
    Loss loss;
    std::uint32_t fault = trace::kNoFault;  ///< the last exact fault that acted on it
    bool delayed = false, marked_ce = false;
    Duration rto;              ///< the one that ran out, if that is why it was sent; else zero
    std::uint32_t window = 0;  ///< bytes offered: scaled, but on a SYN as it stands there

    bool from_client() const { return packet.has(wire::packet_bit::kForward); }
};

/// A window of zero is offered: the other end has to wait.
bool closes_window(const LadderPacket& packet);

/// Would a person point at this packet? Control bits, losses, retransmissions, closed windows.
bool is_notable(const LadderPacket& packet);

struct LadderState {
    Time at;
    bool client = false;
    std::uint8_t from = 0, to = 0;  ///< tcp::State, or tls::State
    bool tls = false;
};

/// All that is drawn of one connection.
struct Ladder {
    std::uint32_t connection = 0;
    std::vector<LadderPacket> packets;  ///< by time sent; gaps show in the numbers
    std::vector<LadderState> states;
    std::vector<trace::TlsRecord> records[2];  ///< of the client's stream and the server's
    std::uint64_t total_packets = 0;
    Time from = Time::zero(), to = Time::never();  ///< only packets sent in between were kept
};

/// Which packets to keep.
struct LadderChoice {
    std::uint32_t flow = trace::kNone;             ///< kNone: every flow
    std::uint32_t ordinal = trace::kNone;          ///< kNone: every connection of the flow
    std::uint32_t most_connections = 8;            ///< kept at all
    Time from = Time::zero(), to = Time::never();  ///< by time sent
    std::size_t first = 400, notable = 600, last = 200;
};

/// Keeps the first packets, the last ones, and in between the notable (control bits, losses,
/// retransmissions, probes).
class LadderObserver final : public trace::Observer {
public:
    LadderObserver(const net::Network& network, const trace::Connections& connections,
                   LadderChoice choice);

    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;
    void on_state(const trace::StateChange& r) override;
    void on_timeout(const trace::TimeoutFired& r) override;
    void on_tls(const trace::TlsRecord& r) override;
    void on_tls(const trace::TlsEvent& r) override;
    void on_end(Time at) override;

    /// The ladders in the order in which their connections were opened.
    std::vector<Ladder> result() const;

private:
    /// Sender's side and its packet counter; copies made on the way count from 1.
    struct PacketName {
        bool forward = false;
        std::uint32_t id = 0;
        std::uint8_t copy = 0;
        auto operator<=>(const PacketName&) const = default;
    };
    struct Track {
        Ladder kept;                      ///< first and notable ones, finished or not
        std::deque<LadderPacket> latest;  ///< the last ones
        std::map<PacketName, LadderPacket> under_way;
        Duration expired_rto[2];                 ///< latest, of client and server
        std::int8_t window_scale[2] = {-1, -1};  ///< offered on the SYN; -1 = not
        std::size_t first_kept = 0, notable_kept = 0;
    };

    Track* track_of(std::uint32_t connection);
    static LadderPacket describe(Track& track, const trace::Transmission& r);
    static void pass(LadderPacket& entry, const trace::Transmission& r);
    void finish(Track& track, const PacketName& name);
    static LadderPacket* find_finished(Track& track, const PacketName& name);
    static PacketName name_of(const wire::Packet& packet);

    const net::Network& network_;
    const trace::Connections& connections_;
    LadderChoice choice_;
    std::vector<std::int32_t> slot_;  ///< connection -> index into tracks_, -1 not kept
    std::vector<Track> tracks_;
    Time end_ = Time::never();
};

}  // namespace seedwire::observe
