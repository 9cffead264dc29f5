#include "harness/observe/ladder.h"

#include <algorithm>

namespace seedwire::observe {

using wire::Cause;
using wire::Packet;

namespace {

/// Would a person point at this packet?
bool is_notable(const LadderPacket& p) {
    using namespace wire::flag;
    if ((p.packet.protocol == wire::Protocol::Tcp) && (p.packet.flags & (kSyn | kFin | kRst)) != 0)
        return true;
    if (p.lost != trace::DropReason::None || p.delayed || p.marked_ce) return true;
    switch (p.packet.cause) {
        case Cause::ZeroWindowProbe:
        case Cause::CorkTimeout:
        case Cause::Keepalive:
        case Cause::TailLossProbe:
        case Cause::FastRetransmit:
        case Cause::RackTimeout:
        case Cause::LostRetransmission:
        case Cause::RetransmissionTimeout:
        case Cause::RecoveryRetransmit:
        case Cause::WindowUpdate:
        case Cause::ProbeAnswer:
        case Cause::ChallengeAck: return true;
        default: return p.packet.has(wire::packet_bit::kCopy);
    }
}

}  // namespace

LadderObserver::LadderObserver(const net::Network& network, const trace::Connections& connections,
                               LadderChoice choice)
    : network_{network}, connections_{connections}, choice_{choice} {}

LadderObserver::PacketName LadderObserver::name_of(const Packet& packet) {
    return {packet.has(wire::packet_bit::kForward), packet.has(wire::packet_bit::kCopy), packet.id};
}

LadderObserver::Track* LadderObserver::track_of(std::uint32_t connection) {
    if (connection == wire::kNoFlow) return nullptr;
    while (slot_.size() <= connection) {
        const auto& c = connections_[static_cast<std::uint32_t>(slot_.size())];
        const bool chosen = (choice_.flow == trace::kNone || c.flow == choice_.flow) &&
                            (choice_.ordinal == trace::kNone || c.ordinal == choice_.ordinal) &&
                            tracks_.size() < choice_.most_connections;
        if (chosen) {
            tracks_.emplace_back();
            tracks_.back().kept.connection = static_cast<std::uint32_t>(slot_.size());
        }
        slot_.push_back(chosen ? static_cast<std::int32_t>(tracks_.size()) - 1 : -1);
    }
    const std::int32_t slot = slot_[connection];
    return slot < 0 ? nullptr : &tracks_[static_cast<std::size_t>(slot)];
}

void LadderObserver::start(Track& track, const trace::Transmission& r) {
    LadderPacket entry;
    entry.number = ++track.kept.total_packets;
    entry.sent = r.at;
    entry.packet = *r.packet;
    if (r.extension != nullptr) entry.extension = *r.extension;
    const bool forward = entry.from_client();
    const bool takes_sequence =
        r.packet->protocol == wire::Protocol::Tcp &&
        (r.packet->payload_length > 0 || (r.packet->flags & (wire::flag::kSyn | wire::flag::kFin)));
    if (takes_sequence) {
        auto& seen = track.transmissions[forward ? 0 : 1];
        const std::uint64_t key = r.packet->seq.raw();
        if (const auto it = seen.find(key); it != seen.end())
            entry.previous_transmission = it->second;
        seen[key] = r.at;
        // Only recent transmissions can be repeated; the map must not grow with the run.
        if (seen.size() > 4096) seen.clear();
    }
    track.under_way.insert_or_assign(name_of(*r.packet), std::move(entry));
}

void LadderObserver::on_transmission(const trace::Transmission& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const auto& connection = connections_[r.packet->flow];
    const bool forward = r.packet->has(wire::packet_bit::kForward);
    const std::uint32_t origin = forward ? connection.client_node : connection.server_node;
    const std::uint32_t target = forward ? connection.server_node : connection.client_node;
    const PacketName name = name_of(*r.packet);
    auto it = track->under_way.find(name);
    const bool is_first_hop = network_.direction_from(r.direction) == origin || name.copy;
    if (it == track->under_way.end()) {
        if (!is_first_hop || r.at < choice_.from || r.at > choice_.to) return;
        start(*track, r);
        it = track->under_way.find(name);
    }
    LadderPacket& entry = it->second;
    entry.packet = *r.packet;
    if (r.fault != trace::kNoFault) entry.fault = r.fault;
    entry.delayed |= r.delayed || r.reordered;
    entry.marked_ce |= r.marked_ce;
    if (r.drop != trace::DropReason::None) {
        entry.lost = r.drop;
        entry.lost_direction = r.direction;
        finish(*track, name);
    } else if (network_.direction_to(r.direction) == target) {
        entry.arrived = r.arrival;
        if (r.packet->has(wire::packet_bit::kCorrupted)) entry.lost = trace::DropReason::Corrupted;
        finish(*track, name);
    }
}

void LadderObserver::finish(Track& track, const PacketName& name) {
    const auto it = track.under_way.find(name);
    LadderPacket entry = std::move(it->second);
    track.under_way.erase(it);
    if (track.first_kept < choice_.first) {
        ++track.first_kept;
        track.kept.packets.push_back(std::move(entry));
        return;
    }
    track.latest.push_back(std::move(entry));
    if (track.latest.size() <= choice_.last) return;
    if (is_notable(track.latest.front()) && track.notable_kept < choice_.notable) {
        ++track.notable_kept;
        track.kept.packets.push_back(std::move(track.latest.front()));
    }
    track.latest.pop_front();
}

void LadderObserver::on_amended(const trace::TransmissionAmended& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const PacketName name = name_of(*r.packet);
    const auto same = [&](const LadderPacket& p) { return name_of(p.packet) == name; };
    const auto amend = [&](LadderPacket& p) {
        if (p.arrived != Time::never()) p.arrived = r.arrival;
        p.lost = r.drop;
        if (r.drop != trace::DropReason::None) {
            p.lost_direction = r.direction;
            p.arrived = Time::never();
        }
    };
    if (const auto it = track->under_way.find(name); it != track->under_way.end()) {
        amend(it->second);
        if (r.drop != trace::DropReason::None) finish(*track, name);
        return;
    }
    const auto late = std::find_if(track->latest.rbegin(), track->latest.rend(), same);
    if (late != track->latest.rend()) return amend(*late);
    auto& kept = track->kept.packets;
    const auto early = std::find_if(kept.rbegin(), kept.rend(), same);
    if (early != kept.rend()) amend(*early);
}

void LadderObserver::on_node_drop(const trace::NodeDrop& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const PacketName name = name_of(*r.packet);
    const auto it = track->under_way.find(name);
    if (it == track->under_way.end()) return;
    it->second.lost = r.drop;
    finish(*track, name);
}

void LadderObserver::on_state(const trace::StateChange& r) {
    Track* track = track_of(r.connection);
    if (track == nullptr) return;
    if (track->kept.states.size() < 10000)
        track->kept.states.push_back({r.at, r.client, r.from, r.to});
}

std::vector<Ladder> LadderObserver::result() const {
    std::vector<Ladder> ladders;
    for (const Track& track : tracks_) {
        Ladder ladder = track.kept;
        ladder.packets.insert(ladder.packets.end(), track.latest.begin(), track.latest.end());
        for (const auto& [name, packet] : track.under_way) ladder.packets.push_back(packet);
        std::sort(ladder.packets.begin(), ladder.packets.end(),
                  [](const LadderPacket& a, const LadderPacket& b) { return a.number < b.number; });
        ladders.push_back(std::move(ladder));
    }
    return ladders;
}

}  // namespace seedwire::observe
