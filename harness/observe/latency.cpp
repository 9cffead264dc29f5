#include "harness/observe/latency.h"

#include <algorithm>

#include "models/tls/endpoint.h"
#include "models/wire/segment.h"

namespace seedwire::observe {

namespace {

/// Of a connection that says nothing for long, the beginning is enough.
constexpr std::size_t kMostPassages = 4096;

}  // namespace

bool LatencyObserver::is_needed() const {
    const auto& flows = world_.scenario().flows;
    return std::any_of(flows.begin(), flows.end(),
                       [](const auto& flow) { return flow.config.tls != nullptr; });
}

LatencyObserver::Connection* LatencyObserver::watched(std::uint32_t connection) {
    if (connection == wire::kNoFlow) return nullptr;
    const auto [it, is_new] = connections_.try_emplace(connection);
    Connection& c = it->second;
    if (is_new) {
        const std::uint32_t flow = world_.connections()[connection].flow;
        const auto& flows = world_.scenario().flows;
        if (flow < flows.size() && flows[flow].config.tls != nullptr)
            c.flow = flow;
        else
            c.is_over = true;
    }
    return c.is_over ? nullptr : &c;
}

LatencyObserver::Passage* LatencyObserver::find(Connection& c, std::uint32_t id, bool forward) {
    const auto found = std::find_if(c.passages.rbegin(), c.passages.rend(), [&](const Passage& p) {
        return p.id == id && p.forward == forward;
    });
    return found == c.passages.rend() ? nullptr : &*found;
}

void LatencyObserver::on_transmission(const trace::Transmission& r) {
    if (r.packet->protocol != wire::Protocol::Tcp || r.copied) return;
    Connection* c = watched(r.packet->flow);
    if (c == nullptr || c->passages.size() > kMostPassages) return;
    const bool forward = r.packet->has(wire::packet_bit::kForward);
    Passage* p = find(*c, r.packet->id, forward);
    if (p == nullptr) {
        p = &c->passages.emplace_back();
        p->sent = r.at;
        p->begin = r.packet->payload_offset;
        p->end = p->begin + r.packet->payload_length;
        p->id = r.packet->id;
        p->forward = forward;
        p->syn = (r.packet->flags & wire::flag::kSyn) != 0;
    }
    p->direction = r.direction;
    p->arrival = r.arrival;
    if (!r.departure.is_never()) p->queued += r.departure - r.serialisation - r.at;
}

void LatencyObserver::on_amended(const trace::TransmissionAmended& r) {
    const auto it = connections_.find(r.packet->flow);
    if (it == connections_.end() || it->second.is_over) return;
    Passage* p = find(it->second, r.packet->id, r.packet->has(wire::packet_bit::kForward));
    if (p != nullptr && p->direction == r.direction) p->arrival = r.arrival;
}

void LatencyObserver::on_tls(const trace::TlsEvent& r) {
    using Kind = tls::Event::Kind;
    const auto kind = static_cast<Kind>(r.kind);
    if (!r.client || (kind != Kind::HandshakeDone && kind != Kind::DataArrived)) return;
    Connection* c = watched(r.connection);
    if (c == nullptr) return;
    c->latency = look_back(*c, r.at);
    c->is_known = true;
    if (kind != Kind::DataArrived) return;
    c->is_over = true;
    c->passages = {};
}

WireLatency LatencyObserver::look_back(const Connection& c, Time from) {
    WireLatency latency;
    latency.connections = 1;
    bool at_client = true;
    Time now = from;
    while (true) {
        const Passage* last = nullptr;
        for (const Passage& p : c.passages) {
            if (p.forward == at_client || p.arrival.is_never() || p.arrival > now) continue;
            if (p.sent < now && (last == nullptr || p.arrival >= last->arrival)) last = &p;
        }
        if (last == nullptr) return latency;
        latency.queueing += last->queued;
        Time sent = last->sent;
        for (const Passage& p : c.passages) {
            const bool is_same = p.forward == last->forward && p.syn == last->syn &&
                                 (last->syn || (last->begin < last->end && p.begin <= last->begin &&
                                                last->begin < p.end));
            if (is_same && p.sent < sent) sent = p.sent;
        }
        latency.recovery += last->sent - sent;
        now = sent;
        at_client = !at_client;
    }
}

std::optional<WireLatency> LatencyObserver::of_flow(std::uint32_t flow) const {
    WireLatency sum;
    for (const auto& [id, c] : connections_) {
        if (c.flow != flow || !c.is_known) continue;
        ++sum.connections;
        sum.recovery += c.latency.recovery;
        sum.queueing += c.latency.queueing;
    }
    if (sum.connections == 0) return std::nullopt;
    const std::int64_t n = sum.connections;
    sum.recovery = Duration::ns(sum.recovery.ns() / n);
    sum.queueing = Duration::ns(sum.queueing.ns() / n);
    return sum;
}

}  // namespace seedwire::observe
