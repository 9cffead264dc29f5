#include "harness/observe/ladder.h"

#include <algorithm>
#include <tuple>

#include "models/tls/endpoint.h"

namespace seedwire::observe {

using wire::Cause;
using wire::Packet;

bool closes_window(const LadderPacket& p) {
    using namespace wire::flag;
    constexpr std::uint16_t kNoWindow = kSyn | kRst;
    return p.packet.protocol == wire::Protocol::Tcp && (p.packet.flags & kNoWindow) == 0 &&
           p.packet.window == 0;
}

bool is_notable(const LadderPacket& p) {
    using namespace wire::flag;
    if ((p.packet.protocol == wire::Protocol::Tcp) && (p.packet.flags & (kSyn | kFin | kRst)) != 0)
        return true;
    if (closes_window(p)) return true;
    if (p.loss || p.delayed || p.marked_ce) return true;
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
        case Cause::ChallengeAck:
            return true;
        default:
            return p.packet.has(wire::packet_bit::kCopy);
    }
}

LadderObserver::LadderObserver(const net::Network& network, const trace::Connections& connections,
                               LadderChoice choice)
    : network_{network}, connections_{connections}, choice_{choice} {}

LadderObserver::PacketName LadderObserver::name_of(const Packet& packet) {
    return {packet.has(wire::packet_bit::kForward), packet.id,
            packet.has(wire::packet_bit::kCopy) ? std::uint8_t{1} : std::uint8_t{0}};
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

/// A packet that is seen for the first time.
LadderPacket LadderObserver::describe(Track& track, const trace::Transmission& r) {
    LadderPacket entry;
    entry.sent = r.at;
    if (r.extension != nullptr) entry.extension = *r.extension;
    PacketName original = name_of(*r.packet);
    original.copy = 0;
    if (r.copied) {
        // The original has been seen on an earlier link, or will be in a moment.
        const auto it = track.under_way.find(original);
        entry.number =
            it != track.under_way.end() ? it->second.number : track.kept.total_packets + 1;
        return entry;
    }
    entry.number = ++track.kept.total_packets;
    const std::size_t side = original.forward ? 0 : 1;
    if (is_retransmission_timeout(r.packet->cause)) entry.rto = track.expired_rto[side];
    entry.window = r.packet->window;
    if (r.packet->protocol != wire::Protocol::Tcp) return entry;
    if ((r.packet->flags & wire::flag::kSyn) != 0) {
        constexpr std::int8_t kAbsent = -1;
        track.window_scale[side] = entry.extension ? entry.extension->syn.window_scale : kAbsent;
    } else if (track.window_scale[0] >= 0 && track.window_scale[1] >= 0) {
        // RFC 7323 §2.2: only if both SYNs offered it.
        entry.window <<= std::min<int>(track.window_scale[side], 14);
    }
    return entry;
}

void LadderObserver::on_transmission(const trace::Transmission& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const auto& connection = connections_[r.packet->flow];
    const bool forward = r.packet->has(wire::packet_bit::kForward);
    const std::uint32_t origin = forward ? connection.client_node : connection.server_node;
    const std::uint32_t target = forward ? connection.server_node : connection.client_node;
    PacketName name = name_of(*r.packet);
    if (r.copied)
        while (track->under_way.count(name) != 0) ++name.copy;
    auto it = track->under_way.find(name);
    if (it == track->under_way.end()) {
        if (network_.direction_from(r.direction) != origin && !r.copied) return;
        LadderPacket entry = describe(*track, r);
        if (r.at < choice_.from || r.at > choice_.to) return;
        it = track->under_way.emplace(name, entry).first;
    }
    LadderPacket& entry = it->second;
    pass(entry, r);
    if (network_.direction_to(r.direction) == target && !entry.loss) entry.arrived = r.arrival;
    const bool damaged = r.packet->has(wire::packet_bit::kCorrupted);
    if (damaged) {
        // It arrives, but as nothing that the receiver could take.
        entry.loss = {trace::DropReason::Corrupted, r.direction, trace::kNone, r.fault};
    }
    if (entry.loss || entry.arrived != Time::never()) finish(*track, name);
}

/// What one link did to a packet.
void LadderObserver::pass(LadderPacket& entry, const trace::Transmission& r) {
    entry.packet = *r.packet;
    if (r.fault != trace::kNoFault) entry.fault = r.fault;
    entry.delayed |= r.delayed;
    entry.marked_ce |= r.marked_ce;
    if (r.drop == trace::DropReason::None) return;
    const bool by_fault = r.drop == trace::DropReason::Fault;
    entry.loss = {r.drop, r.direction, trace::kNone, by_fault ? r.fault : trace::kNoFault};
}

void LadderObserver::finish(Track& track, const PacketName& name) {
    const auto it = track.under_way.find(name);
    LadderPacket entry = it->second;
    track.under_way.erase(it);
    if (track.first_kept < choice_.first) {
        ++track.first_kept;
        track.kept.packets.push_back(entry);
        return;
    }
    track.latest.push_back(entry);
    if (track.latest.size() <= choice_.last) return;
    if (is_notable(track.latest.front()) && track.notable_kept < choice_.notable) {
        ++track.notable_kept;
        track.kept.packets.push_back(track.latest.front());
    }
    track.latest.pop_front();
}

/// The entry of a packet whose way was thought to be known to its end.
LadderPacket* LadderObserver::find_finished(Track& track, const PacketName& name) {
    const auto same = [&](const LadderPacket& p) { return name_of(p.packet) == name; };
    const auto late = std::find_if(track.latest.rbegin(), track.latest.rend(), same);
    if (late != track.latest.rend()) return &*late;
    auto& kept = track.kept.packets;
    const auto early = std::find_if(kept.rbegin(), kept.rend(), same);
    return early != kept.rend() ? &*early : nullptr;
}

void LadderObserver::on_amended(const trace::TransmissionAmended& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const PacketName name = name_of(*r.packet);
    const bool lost = r.drop != trace::DropReason::None;
    if (const auto it = track->under_way.find(name); it != track->under_way.end()) {
        if (!lost) return;  // not its last link: only the next one matters
        it->second.loss = {r.drop, r.direction};
        return finish(*track, name);
    }
    LadderPacket* entry = find_finished(*track, name);
    if (entry == nullptr) return;
    entry->arrived = r.arrival;
    if (lost) entry->loss = {r.drop, r.direction};
}

void LadderObserver::on_node_drop(const trace::NodeDrop& r) {
    Track* track = track_of(r.packet->flow);
    if (track == nullptr) return;
    const PacketName name = name_of(*r.packet);
    const Loss loss{r.drop, trace::kNone, r.node};
    if (const auto it = track->under_way.find(name); it != track->under_way.end()) {
        it->second.loss = loss;
        return finish(*track, name);
    }
    LadderPacket* entry = find_finished(*track, name);
    if (entry != nullptr && !entry->loss) entry->loss = loss;
}

/// Recorded before the packets that the timer sends.
void LadderObserver::on_timeout(const trace::TimeoutFired& r) {
    if (!is_retransmission_timeout(r.timer)) return;
    if (Track* track = track_of(r.connection)) track->expired_rto[r.client ? 0 : 1] = r.rto;
}

void LadderObserver::on_tls(const trace::TlsRecord& r) {
    // More records than packets are ever kept cannot be drawn.
    constexpr std::size_t kMostRecords = 4000;
    Track* track = track_of(r.connection);
    if (track == nullptr) return;
    auto& records = track->kept.records[r.client ? 0 : 1];
    if (records.size() < kMostRecords) records.push_back(r);
}

void LadderObserver::on_tls(const trace::TlsEvent& r) {
    if (r.kind != static_cast<std::uint8_t>(tls::Event::Kind::StateChanged)) return;
    Track* track = track_of(r.connection);
    if (track == nullptr) return;
    if (track->kept.states.size() < 10000)
        track->kept.states.push_back({r.at, r.client, r.from, r.to, true});
}

void LadderObserver::on_end(Time at) { end_ = at; }

void LadderObserver::on_state(const trace::StateChange& r) {
    Track* track = track_of(r.connection);
    if (track == nullptr) return;
    if (track->kept.states.size() < 10000)
        track->kept.states.push_back({r.at, r.client, r.from, r.to, false});
}

std::vector<Ladder> LadderObserver::result() const {
    std::vector<Ladder> ladders;
    for (const Track& track : tracks_) {
        Ladder ladder = track.kept;
        ladder.from = choice_.from;
        ladder.to = choice_.to;
        ladder.packets.insert(ladder.packets.end(), track.latest.begin(), track.latest.end());
        for (const auto& [name, packet] : track.under_way) ladder.packets.push_back(packet);
        for (LadderPacket& p : ladder.packets)
            if (p.arrived > end_) p.arrived = Time::never();
        const auto key = [](const LadderPacket& p) {
            return std::tuple{p.sent, p.number, p.packet.has(wire::packet_bit::kCopy)};
        };
        std::stable_sort(
            ladder.packets.begin(), ladder.packets.end(),
            [&](const LadderPacket& a, const LadderPacket& b) { return key(a) < key(b); });
        ladders.push_back(std::move(ladder));
    }
    return ladders;
}

}  // namespace seedwire::observe
