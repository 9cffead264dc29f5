// One direction of a link: the transmitter at the sender and the receiving end at the next node,
// joined by one hand-over. Departure and arrival are known as soon as a packet enters, so a hop
// costs one event.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/net/config.h"
#include "models/net/counters.h"
#include "models/net/faults.h"
#include "models/net/impairment/impairment.h"
#include "models/net/in_flight.h"
#include "models/net/node.h"
#include "models/net/serialiser.h"
#include "models/net/totals.h"
#include "models/trace/recorder.h"
#include "models/wire/packet_pool.h"
#include "sim/base/ring.h"
#include "sim/kernel/simulation.h"

namespace seedwire::net {

/// What all link directions of a network share.
struct LinkEnvironment {
    Simulation& simulation;
    trace::Recorder& recorder;
    wire::PacketPool& packets;
    Totals& totals;
};

/// Where a direction stands.
struct LinkPlace {
    std::uint32_t direction = 0;  ///< its dense id
    std::uint32_t from = 0, to = 0;
    std::uint32_t to_interface = 0;  ///< number of this link among the receiving node's interfaces
    Node* receiver = nullptr;
};

class alignas(64) LinkDirection final : public Entity {
public:
    /// `name` is "<link>/up" or "<link>/down".
    LinkDirection(const LinkEnvironment& environment, const LinkPlace& place, std::string name,
                  const LinkDirectionConfig& config);
    LinkDirection(LinkDirection&&) = default;

    /// Registers the receiving end with the kernel.
    void start();
    /// A packet enters: it is dropped now, or its departure and arrival are decided. In this order:
    /// exact faults count and drop; the queue limit; the ECN mark; serialisation; impairments.
    void transmit(Time now, wire::PacketRef packet);
    /// Hands over what arrives now.
    Time on_due(Time now) override;
    void prefetch() const override;

    // Changes while the run goes on. What has departed is beyond their reach. The packet being
    // serialised keeps its rate; its delay, like that of those behind it, is the new one.
    void set_rate(Time now, Rate rate);
    void set_delay(Time now, Duration delay);
    void set_loss(Probability probability);
    void cut(Time now);
    void restore(Time now);

    const std::string& name() const { return name_; }
    const LinkPlace& place() const { return place_; }
    const LinkDirectionConfig& config() const { return config_; }
    DirectionCounters counters() const;
    QueueFigures queue_figures() const;
    std::uint32_t mtu() const { return mtu_; }
    Duration busy(Time now) const { return serialiser_.busy(now); }
    std::size_t in_flight() const { return flight_.size(); }

private:
    /// A packet whose serialisation has not ended. Its sequence is first_pending() + position.
    struct Pending {
        Time departure;
        std::uint32_t bytes = 0;
    };
    /// What is decided about a packet on its way through transmit().
    struct Passage {
        Time now;
        wire::PacketRef packet;
        std::uint32_t queue_packets = 0;
        std::uint32_t fault = trace::kNoFault;
        Time departure = Time::never(), arrival = Time::never();
        Duration fault_delay;
        std::uint32_t sequence = 0;
        bool marked_ce = false, delayed = false, corrupted = false, copied = false;
    };

    bool is_full(std::uint32_t bytes) const;
    void overflow(Time now, wire::PacketRef packet);
    void retire(Time now);
    void retire_one();
    void leave_plain();
    bool become_plain(Time now);
    /// Packets are numbered in the order of their serialisation; the number may wrap.
    std::uint32_t next_sequence() const { return static_cast<std::uint32_t>(started_); }
    std::uint32_t first_pending() const { return next_sequence() - pending_count_; }
    Time serialise(Time now, std::uint32_t bytes);
    void hand_over(const InFlightPacket& packet);
    void transmit_on_detour(Time now, wire::PacketRef packet);
    trace::Transmission begin_record(Time now, const wire::Packet& packet,
                                     std::uint32_t ahead) const;
    void hit(const FaultRule& rule, Passage& passage);
    bool faults_drop(Passage& passage);
    void faults_mark(Passage& passage);
    bool mark_ce(wire::Packet& packet);
    void lose(Passage& passage, trace::DropReason reason);
    void take_detour(Passage& passage);
    void deliver_copy(const Passage& passage, Duration extra, Time arrival, std::uint32_t ordinal,
                      bool ordered, bool corrupted, std::uint32_t fault);
    void record(const Passage& passage, trace::DropReason drop, bool reordered);
    void drop_corrupted(Time now, wire::PacketRef packet);
    Time arrival_of(Time now, Time departure, Duration extra = Duration::zero()) const;

    void reschedule(Time now, std::size_t first);
    void record_amended(Time now, wire::PacketRef packet, Time departure, Time arrival,
                        trace::DropReason drop);

    // Used for every packet, in the order of use: with many links, what a packet costs is the lines
    // of memory it touches.
    bool is_plain_;  // no faults, no impairments, not cut: see leave_plain()
    bool is_cut_ = false;
    std::uint32_t pending_count_ = 0;  // packets whose serialisation has not ended
    wire::PacketPool* packets_;
    Totals* totals_;
    Time next_departure_ = Time::never();  // of the pending packets
    InFlight flight_;
    std::uint64_t delivered_ = 0, delivered_bytes_ = 0;  // see DirectionCounters
    LinkPlace place_;
    Duration delay_;
    const trace::Recorder* recorder_;
    std::int64_t limit_bytes_;     // of the queue; the greatest number if there is none
    std::uint32_t limit_packets_;  // likewise
    std::uint32_t ecn_threshold_;  // likewise
    std::int64_t pending_bytes_ = 0;
    std::uint64_t entered_ = 0, started_ = 0;  // see DirectionCounters
    std::uint32_t overhead_, mtu_;
    Simulation* simulation_;
    Serialiser serialiser_;
    Time head_start_;  // when the serialisation of the first pending packet began, rounded up
    QueueFigures figures_;
    DirectionCounters counters_;  // but for what stands above
    LinkDirectionConfig config_;

    // Used where something may happen to packets, or the link changes while they are under way.
    Ring<Pending> pending_;  // unless is_plain_
    Time latest_arrival_;    // of all packets so far; while is_plain_, of those before
    Time ordered_until_;
    Faults faults_;
    const std::vector<const FaultRule*>* selected_ = nullptr;
    ImpairmentChain impairments_;
    std::vector<DetouredPacket> amended_;
    std::string name_;
    std::uint64_t seed_;
};

}  // namespace seedwire::net
