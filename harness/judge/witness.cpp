#include "harness/judge/witness.h"

#include <algorithm>
#include <utility>

#include "sim/base/overloaded.h"

namespace seedwire::judge {

Witness::Witness(const scenario::Scenario& scenario, const trace::Connections& connections)
    : connections_{connections} {
    for (const scenario::Expectation& expectation : scenario.expectations)
        std::visit(
            Overloaded{[](const scenario::Comparison&) {}, [](const scenario::Completes&) {},
                       [this](const scenario::Reaches& e) {
                           wanted_[e.end.flow] = {true, true};
                       },
                       [this](const scenario::Passes& e) { wanted_[e.end.flow].states = true; },
                       [this](const scenario::Fails& e) { wanted_[e.end.flow].states = true; },
                       [this](const scenario::Segments& e) { wanted_[e.flow].segments = true; }},
            expectation.what);
    // A program's connection is named after the program that opened it, perhaps another one.
    const auto flows = static_cast<std::uint32_t>(scenario.flows.size());
    const auto programs = static_cast<std::uint32_t>(scenario.programs.size());
    if (wanted_.lower_bound(flows) == wanted_.end()) return;
    for (std::uint32_t i = 0; i < programs; ++i) wanted_[flows + i] = {true, true};
}

Testimony* Witness::testimony(std::uint32_t connection, bool segments) {
    if (connection >= connections_.size()) return nullptr;
    const trace::Connection& c = connections_[connection];
    const auto wanted = wanted_.find(c.flow);
    if (wanted == wanted_.end()) return nullptr;
    if (segments ? !wanted->second.segments : !wanted->second.states) return nullptr;
    return &by_connection_[{c.flow, c.ordinal}];
}

void Witness::on_transmission(const trace::Transmission& r) {
    Testimony* t = testimony(r.packet->flow, true);
    if (t == nullptr) return;
    if (r.packet->has(wire::packet_bit::kCopy)) {
        // A copy made here is recorded before its original, which this direction then marks.
        if (r.copied) t->copied = r.packet->id;
        return;
    }
    const bool from_client = r.packet->has(wire::packet_bit::kForward);
    // A host numbers its packets upwards, so a number seen before is a later hop of it.
    std::uint32_t& newest = t->newest_id[from_client ? 0 : 1];
    if (r.packet->id > newest) {
        newest = r.packet->id;
        SentSegment sent;
        sent.at = r.at;
        sent.from_client = from_client;
        sent.flags = r.packet->flags;
        sent.length = r.packet->payload_length;
        sent.id = r.packet->id;
        t->segments.push_back(sent);
    }
    const bool copied = std::exchange(t->copied, 0) == r.packet->id;
    if (r.delayed || r.reordered || r.marked_ce || copied) {
        if (SentSegment* sent = find(*r.packet)) {
            sent->delayed |= r.delayed;
            sent->reordered |= r.reordered;
            sent->marked |= r.marked_ce;
            sent->duplicated |= copied;
            if (r.fault != trace::kNoFault) sent->fault = r.fault;
        }
    }
    if (r.drop != trace::DropReason::None) mark_lost(*r.packet, r.drop, r.direction, r.fault);
    if (r.packet->has(wire::packet_bit::kCorrupted))
        mark_lost(*r.packet, trace::DropReason::Corrupted, r.direction, r.fault);
}

SentSegment* Witness::find(const wire::Packet& packet) {
    Testimony* t = testimony(packet.flow, true);
    if (t == nullptr) return nullptr;
    const bool from_client = packet.has(wire::packet_bit::kForward);
    const auto it = std::find_if(
        t->segments.rbegin(), t->segments.rend(),
        [&](const SentSegment& s) { return s.from_client == from_client && s.id == packet.id; });
    return it == t->segments.rend() ? nullptr : &*it;
}

void Witness::mark_lost(const wire::Packet& packet, trace::DropReason reason,
                        std::uint32_t direction, std::uint32_t fault) {
    if (packet.has(wire::packet_bit::kCopy)) return;
    SentSegment* sent = find(packet);
    if (sent == nullptr) return;
    sent->lost = true;
    sent->reason = reason;
    sent->direction = direction;
    if (fault != trace::kNoFault) sent->fault = fault;
}

void Witness::on_amended(const trace::TransmissionAmended& r) {
    if (r.drop != trace::DropReason::None)
        mark_lost(*r.packet, r.drop, r.direction, trace::kNoFault);
}

void Witness::on_node_drop(const trace::NodeDrop& r) {
    mark_lost(*r.packet, r.drop, trace::kNone, trace::kNoFault);
}

void Witness::on_state(const trace::StateChange& r) {
    Testimony* t = testimony(r.connection, false);
    if (t == nullptr) return;
    (r.client ? t->client_states : t->server_states)
        .push_back({r.at, static_cast<tcp::State>(r.from), static_cast<tcp::State>(r.to)});
}

void Witness::on_app(const trace::AppEvent& r) {
    if (r.kind != trace::AppEvent::Kind::Failed) return;
    Testimony* t = testimony(r.connection, false);
    if (t == nullptr) return;
    int& error = r.client ? t->client_error : t->server_error;
    if (error != 0) return;
    error = static_cast<int>(r.amount);
    (r.client ? t->client_error_at : t->server_error_at) = r.at;
}

const Testimony* Witness::about(std::uint32_t flow, std::int32_t ordinal) const {
    const auto it =
        by_connection_.find({flow, ordinal < 0 ? 0U : static_cast<std::uint32_t>(ordinal)});
    return it == by_connection_.end() ? nullptr : &it->second;
}

}  // namespace seedwire::judge
