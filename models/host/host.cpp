// Packets, timers and wake-ups of a host. RFC 1122 §3.2.2, §3.3.1; RFC 792.
#include "models/host/host.h"

#include <algorithm>

#include "models/host/host_parts.h"
#include "models/net/router.h"
#include "models/wire/segment_fields.h"
#include "sim/base/assert.h"

namespace seedwire::host {

Host::Host(const HostConfig& config, Simulation& simulation, net::Network& network,
           trace::Recorder& recorder, FigureTable& figures, Workspace& workspace)
    : parts_{std::make_unique<Parts>(*this, config, simulation, network, recorder, figures,
                                     workspace)} {
    set_background(true);
    parts_->entity = simulation.add(*this, "host/" + config.name, Phase::Timer);
    network.attach(config.node, *this);
}
Host::~Host() = default;

void Host::start() {
    Parts& p = *parts_;
    p.address = p.network.address(p.config.node);
    socket::Commons& commons = p.workspace.commons;
    const tcp::Sysctls& own = p.config.sysctls;
    p.stack.emplace(p.config.sysctls_change ? own : commons.share(own), p.address,
                    p.simulation.seed(), p.config.name, &commons);
    p.stack->watch_windows(p.recorder.wants_windows());
    p.udp.emplace(p.address);
    for (SocketOwner* owner : p.owners) owner->on_start(Time::zero());
    p.reschedule(Time::zero());
}

void Host::look(Time now) {
    Parts& p = *parts_;
    if (!p.stack) return;  // never started
    SEEDWIRE_ASSERT(!p.stack->has_outputs());
    p.stack->retire_all(now);
    for (const socket::Retired& account : p.stack->retired()) p.note_info(account);
    p.stack->clear_outputs();
}

void Host::finish(Time now) {
    Parts& p = *parts_;
    if (!p.stack) return;  // never started
    p.stack->clear_outputs();
    p.stack->retire_all(now);
    for (const socket::Retired& retired : p.stack->retired()) p.note_retired(retired);
    p.stack->clear_outputs();
}

const std::string& Host::name() const { return parts_->config.name; }
std::uint32_t Host::node() const { return parts_->config.node; }
wire::Address Host::address() const { return parts_->address; }
const socket::Stack& Host::stack() const { return *parts_->stack; }
tcp::Sysctls& Host::sysctls() {
    SEEDWIRE_ASSERT(parts_->config.sysctls_change);
    return parts_->config.sysctls;
}

bool Host::programs_finished() const { return parts_->programs_finished(); }

bool Host::Parts::programs_finished() const {
    return std::all_of(owners.begin(), owners.end(),
                       [](const SocketOwner* owner) { return owner->is_finished(); });
}

// --- packets ------------------------------------------------------------------------------------

socket::Label Host::Parts::receiver_of(const wire::Packet& packet) const {
    if (packet.flow == wire::kNoFlow) return socket::kNoLabel;
    return packet.flow << 1 | (packet.has(wire::packet_bit::kForward) ? 0U : 1U);
}

void Host::on_packet(Time now, std::uint32_t, wire::PacketRef ref) {
    Parts& p = *parts_;
    const wire::Packet& packet = p.network.packets()[ref];
    // A host is no router: RFC 1122 §3.2.1.3.
    if (packet.destination != p.address) {
        return p.network.drop(now, p.config.node, ref, trace::DropReason::Unreachable);
    }
    if (packet.has(wire::packet_bit::kCorrupted)) {
        return p.network.drop(now, p.config.node, ref, trace::DropReason::Corrupted);
    }
    switch (packet.protocol) {
        case wire::Protocol::Tcp:
            return p.receive_segment(now, ref);
        case wire::Protocol::Udp:
            return p.receive_datagram(now, ref);
        case wire::Protocol::Icmp:
            return p.receive_icmp(now, ref);
    }
}

void Host::Parts::receive_segment(Time now, wire::PacketRef ref) {
    wire::PacketPool& pool = network.packets();
    const wire::Packet& packet = pool[ref];
    socket::Arrival arrival;
    arrival.from = {packet.source, packet.source_port};
    arrival.to = {packet.destination, packet.destination_port};
    arrival.label = receiver_of(packet);
    if ((packet.flags & wire::flag::kSyn) != 0) {
        const auto node = network.node_at(packet.source);
        if (node) arrival.mtu = network.interface_mtu(config.node, *node);
    }
    if (packet.payload_length > 0 && arrival.label != socket::kNoLabel) {
        account_arrival(now, arrival.label, packet);
    }
    wire::Segment& arriving = workspace.arriving;
    wire::get_header_fields(packet, arriving);
    wire::get_extension_fields(pool.extension(packet), arriving);
    pool.release(ref);
    stack->on_segment(now, arrival, arriving);
    drain(now);
}

void Host::Parts::receive_icmp(Time now, wire::PacketRef ref) {
    wire::PacketPool& pool = network.packets();
    switch (net::icmp::type_of(pool[ref])) {
        case net::icmp::kEchoRequest: {
            const wire::PacketRef reply = pool.copy(ref);
            net::icmp::make_echo_reply(pool[reply]);
            pool[reply].ttl = config.ttl;
            network.send(now, config.node, reply);
            break;
        }
        case net::icmp::kEchoReply:
            receive_echo_reply(now, pool[ref]);
            break;
        default:
            receive_icmp_error(now, pool[ref]);
            break;
    }
    pool.release(ref);
}

void Host::Parts::receive_icmp_error(Time now, const wire::Packet& packet) {
    const wire::Extension* extension = network.packets().extension(packet);
    if (extension == nullptr) return;
    const wire::IcmpQuote& quote = extension->quote;
    if (quote.protocol != wire::Protocol::Tcp) return;
    socket::IcmpError error;
    error.local = {quote.source, quote.source_port};
    error.remote = {quote.destination, quote.destination_port};
    error.type = net::icmp::type_of(packet);
    error.code = net::icmp::code_of(packet);
    error.mtu = quote.next_hop_mtu;
    error.quoted = quote.seq;
    stack->on_icmp_error(now, error);
    drain(now);
}

// --- time ---------------------------------------------------------------------------------------

Time Host::Parts::next_moment() const {
    return std::min({stack->next_timeout(), wakeups.earliest(), timers.earliest()});
}

void Host::Parts::reschedule(Time now) {
    if (executing) return;
    const Time next = next_moment();
    const bool waits_for_little = is_background();
    if (next >= scheduled && waits_for_little == host.is_background()) return;
    host.set_background(waits_for_little);
    scheduled = std::min(scheduled, next);
    simulation.wake(entity, std::max(next, now));
}

/// Keepalives do not keep a run alive; programs, TIME-WAIT and every other timer do. But
/// keepalives count while a program still runs, until the first answer: they may end its waiting.
bool Host::Parts::is_background() const {
    if (!wakeups.empty() || !timers.empty() || !stack->is_background()) return false;
    return !stack->tests_peers() || programs_finished();
}

Time Host::on_due(Time now) {
    Parts& p = *parts_;
    p.executing = true;
    Time next;
    do {
        if (p.stack->next_timeout() <= now) {
            p.stack->on_timeout(now);
            p.drain(now);
        }
        while (p.wakeups.is_due(now)) p.run_wakeup(now);
        p.run_timers(now);
        next = p.next_moment();
    } while (next <= now);
    p.executing = false;
    set_background(p.is_background());
    p.scheduled = next;
    return next;
}

void Host::Parts::run_wakeup(Time now) {
    const Wakeups::Entry entry = wakeups.take();
    if (entry.kind == Wakeups::Kind::Udp) return run_datagrams(now, entry.socket);
    if (entry.kind == Wakeups::Kind::Echo) return run_echo(now, entry.socket);
    DescriptorRecord& record = descriptors[entry.socket];
    if (record.generation != entry.generation || record.owner == UINT32_MAX) return;
    const std::uint16_t events = record.pending;
    record.pending = 0;
    if ((events & socket::event::kEstablished) != 0) {
        const socket::Label label = stack->label(entry.socket);
        if (label != socket::kNoLabel) {
            end_of(label).accepted = now;
            app_event(now, label, trace::AppEvent::Kind::Connected, 0);
        }
    }
    owners[record.owner]->on_ready(now, entry.socket, record.cookie, events);
}

void Host::Parts::run_timers(Time now) {
    while (const auto timer = timers.pop_due(now)) {
        const TimerRecord record = timer_records[*timer];
        owners[record.owner]->on_timer(now, record.cookie);
    }
}

OwnerId Host::add_owner(SocketOwner& owner) {
    parts_->owners.push_back(&owner);
    return {static_cast<std::uint32_t>(parts_->owners.size() - 1)};
}

AppTimer Host::add_timer(OwnerId owner, std::uint32_t cookie) {
    Parts& p = *parts_;
    p.timer_records.push_back({owner.value, cookie});
    p.timers.reserve(p.timer_records.size());
    return {static_cast<std::uint32_t>(p.timer_records.size() - 1)};
}

void Host::set_timer(AppTimer timer, Time at) { parts_->timers.set(timer.value, at); }

}  // namespace seedwire::host
