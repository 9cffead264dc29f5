#include "harness/judge/incidents.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedwire::judge {

using observe::Loss;
using wire::Cause;

namespace {

/// More than anybody reads; the first ones explain the others.
constexpr std::size_t kKept = 64;

/// Something goes again: what was there before it did not do.
bool is_again(Cause cause) {
    switch (cause) {
        case Cause::SynRepeated:
        case Cause::TailLossProbe:
        case Cause::FastRetransmit:
        case Cause::RackTimeout:
        case Cause::LostRetransmission:
        case Cause::RecoveryRetransmit:
        case Cause::PathMtuReduced:
            return true;
        default:
            return wire::is_retransmission_timeout(cause);
    }
}

bool is_reset(Cause cause) {
    return cause == Cause::ResetClosedPort || cause == Cause::ResetAbort ||
           cause == Cause::ResetRefused || cause == Cause::ResetTimeout;
}

bool tells_something(Cause cause) {
    return is_again(cause) || is_reset(cause) || cause == Cause::ZeroWindowProbe;
}

}  // namespace

IncidentObserver::IncidentObserver(const scenario::Scenario& scenario, const net::Network& network,
                                   const trace::Connections& connections)
    : network_{network}, connections_{connections}, needed_{!scenario.expectations.empty()} {}

void IncidentObserver::on_transmission(const trace::Transmission& r) {
    const wire::Packet& packet = *r.packet;
    if (packet.flow == wire::kNoFlow || packet.has(wire::packet_bit::kCopy)) return;
    if (packet.flow >= counts_.size()) counts_.resize(packet.flow + 1);
    Count& count = counts_[packet.flow];
    // A host numbers its packets upwards, so a number seen before is a later hop of it.
    std::uint32_t& newest = count.newest_id[packet.has(wire::packet_bit::kForward) ? 1 : 0];
    const bool is_new = packet.id > newest;
    if (is_new) {
        newest = packet.id;
        ++count.packets;
    }
    const bool delayed = r.delayed && r.fault != trace::kNoFault;
    const bool corrupted = packet.has(wire::packet_bit::kCorrupted);
    const bool lost = r.drop != trace::DropReason::None || corrupted;
    const bool tells = is_new && tells_something(packet.cause);
    if (!tells && !lost && !delayed) [[likely]]
        return;
    if (tells) {
        FlowIncidents& flow = flows_[connections_[packet.flow].flow];
        flow.again += is_again(packet.cause) ? 1 : 0;
        flow.timeouts += wire::is_retransmission_timeout(packet.cause) ? 1 : 0;
        if (Incident* incident = note(packet, r.at)) incident->cause = packet.cause;
    }
    if (lost) {
        const auto reason = corrupted ? trace::DropReason::Corrupted : r.drop;
        lose(packet, r.at, Loss{reason, r.direction, trace::kNone, r.fault});
    } else if (delayed) {
        if (Incident* incident = note(packet, r.at)) incident->delayed_by = r.fault;
    }
}

std::uint32_t IncidentObserver::number_of(const wire::Packet& packet) const {
    return packet.flow < counts_.size() ? counts_[packet.flow].packets : 0;
}

Incident* IncidentObserver::note(const wire::Packet& packet, Time at) {
    FlowIncidents& flow = flows_[connections_[packet.flow].flow];
    // One that was sent again may be lost again: that is one line.
    if (!flow.first.empty() && flow.first.back().at == at &&
        flow.first.back().number == number_of(packet))
        return &flow.first.back();
    if (flow.first.size() >= kKept) return nullptr;
    Incident& incident = flow.first.emplace_back();
    incident.at = at;
    incident.connection = packet.flow;
    incident.number = number_of(packet);
    incident.from_client = packet.has(wire::packet_bit::kForward);
    incident.word = observe::segment_word(packet);
    if (packet.payload_length > 0) incident.word += fmt::format("({})", packet.payload_length);
    return &incident;
}

void IncidentObserver::lose(const wire::Packet& packet, Time at, const Loss& loss) {
    if (packet.flow == wire::kNoFlow || packet.has(wire::packet_bit::kCopy)) return;
    FlowIncidents& flow = flows_[connections_[packet.flow].flow];
    ++flow.lost;
    flow.cut += loss.reason == trace::DropReason::Cut ? 1 : 0;
    if (Incident* incident = note(packet, at)) incident->loss = loss;
}

void IncidentObserver::on_amended(const trace::TransmissionAmended& r) {
    if (r.drop != trace::DropReason::None)
        lose(*r.packet, r.at, Loss{r.drop, r.direction, trace::kNone, trace::kNoFault});
}

void IncidentObserver::on_node_drop(const trace::NodeDrop& r) {
    // Damage was noted where it was done.
    if (r.drop != trace::DropReason::Corrupted)
        lose(*r.packet, r.at, Loss{r.drop, trace::kNone, r.node, trace::kNoFault});
}

const FlowIncidents* IncidentObserver::of(std::uint32_t flow) const {
    const auto it = flows_.find(flow);
    return it == flows_.end() ? nullptr : &it->second;
}

std::string IncidentObserver::text(const Incident& incident) const {
    const observe::SegmentNames names{&connections_, &network_};
    std::string text = fmt::format("{} {} #{}", incident.from_client ? "client" : "server",
                                   incident.word, incident.number);
    if (incident.cause != Cause::None)
        text += fmt::format(" ({})", observe::cause_text(incident.cause, std::nullopt));
    if (incident.loss) text += " " + observe::loss_text(incident.loss, names);
    if (incident.delayed_by != trace::kNoFault)
        text += fmt::format(" delayed by faults[{}]", incident.delayed_by);
    return fmt::format("{} at {} ms", text, observe::milliseconds_text(incident.at));
}

}  // namespace seedwire::judge
