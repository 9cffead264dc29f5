#include "harness/observe/figures.h"

#include <algorithm>

#include "harness/observe/tls_figures.h"
#include "sim/base/int128.h"

namespace seedwire::observe {

using host::ConnectionFigures;
using host::EndFigures;

namespace {

/// A sum of durations with its number, for means.
struct Mean {
    std::int64_t sum = 0;
    std::int64_t count = 0;
    void add(Duration d) {
        sum += d.ns();
        ++count;
    }
    std::optional<Duration> value() const {
        if (count == 0) return std::nullopt;
        return Duration::ns((sum + count / 2) / count);
    }
};

/// Moments over several connections.
struct Extent {
    Time first = Time::never(), last;
    void add(Time at) {
        if (at.is_never()) return;
        first = std::min(first, at);
        last = std::max(last, at);
    }
};

/// When the stream or the exchange was complete: the last delivery at either end.
Time completion_of(const ConnectionFigures& c) {
    Time at;
    for (const EndFigures* end : {&c.client, &c.server})
        if (!end->last_in_order.is_never()) at = std::max(at, end->last_in_order);
    return at;
}

/// Everything written was delivered, both ways, and a program has done all it was asked to do.
bool is_complete(const ConnectionFigures& c) {
    if (c.client.late->finished.is_never() && c.server.late->finished.is_never()) return false;
    if (c.client.bytes_written + c.server.bytes_written == 0) return false;
    return c.server.bytes_delivered == c.client.bytes_written &&
           c.client.bytes_delivered == c.server.bytes_written;
}

/// All was sent, and something of it arrived: how much is what `lost` says.
bool datagrams_complete(const EndFigures& sender, const EndFigures& arrivals) {
    return !sender.late->finished.is_never() && arrivals.received > 0;
}

void add_end(FlowFigures& f, const EndFigures& end) {
    f.delivered += end.bytes_delivered;
    f.written += end.bytes_written;
    f.segments += end.segments_sent;
    f.data_segments += end.data_segments_sent;
    f.retransmissions += end.retransmissions;
    f.timeouts += end.late->timeouts;
    f.reordered += end.late->reordered;
    f.duplicates += end.late->duplicates;
    if (f.error == tcp::Error::None) f.error = end.error;
}

class Sum {
public:
    explicit Sum(FlowFigures& figures) : f_{figures} {}

    void add(const ConnectionFigures& c) {
        ++f_.connections;
        add_end(f_, c.client);
        add_end(f_, c.server);
        if (c.client.error != tcp::Error::None || c.server.error != tcp::Error::None) ++f_.failed;
        opened_.add(c.client.opened);
        // Of a ping the opener sends, and its answers are what arrives.
        const bool server_sends = !f_.ping && c.client.bytes_delivered > c.server.bytes_delivered;
        const EndFigures& sender = server_sends ? c.server : c.client;
        const EndFigures& reader = server_sends ? c.client : c.server;
        if (!c.client.opened.is_never()) {
            if (!c.client.established.is_never())
                handshake_.add(c.client.established - c.client.opened);
            if (!reader.first_read.is_never()) first_byte_.add(reader.first_read - c.client.opened);
        }
        if (sender.late->smoothed_rtt > Duration::zero()) rtt_.add(sender.late->smoothed_rtt);
        if (sender.late->min_rtt > Duration::zero()) {
            f_.min_rtt =
                f_.min_rtt ? std::min(*f_.min_rtt, sender.late->min_rtt) : sender.late->min_rtt;
        }
        if (f_.udp || f_.ping) {
            f_.sent += sender.segments_sent;
            const EndFigures& arrivals = f_.ping ? c.client : reader;
            f_.received += arrivals.received;
            f_.lost += ConnectionFigures::lost(sender, arrivals);
            if (reader.late->jitter > Duration::zero()) jitter_.add(reader.late->jitter);
        }
        const bool datagrams = f_.udp || f_.ping;
        if (datagrams ? datagrams_complete(sender, f_.ping ? c.client : reader) : is_complete(c)) {
            ++f_.completed;
            completed_.add(completion_of(c));
        }
        f_.goodput_bytes += reader.bytes_delivered;
        sending_.add(sender.first_data_sent);
        delivery_.add(reader.last_in_order);
        f_.client_state = c.client.state;
        f_.server_state = c.server.state;
    }

    void finish() {
        f_.handshake = handshake_.value();
        f_.first_byte = first_byte_.value();
        f_.rtt = rtt_.value();
        f_.jitter = jitter_.value();
        if (f_.completed == f_.connections && f_.connections > 0 && !opened_.first.is_never())
            f_.completion = completed_.last - opened_.first;
        if (!sending_.first.is_never() && delivery_.last > sending_.first)
            f_.goodput_time = delivery_.last - sending_.first;
    }

private:
    FlowFigures& f_;
    Extent opened_, completed_, sending_, delivery_;
    Mean handshake_, first_byte_, rtt_, jitter_;
};

}  // namespace

std::uint64_t FlowFigures::goodput() const {
    if (goodput_time <= Duration::zero()) return 0;
    const auto bits = static_cast<UInt128>(goodput_bytes) * 8 * 1'000'000'000;
    return static_cast<std::uint64_t>(bits / static_cast<std::uint64_t>(goodput_time.ns()));
}

std::vector<OwnEnd> connections_of(const world::World& world, std::uint32_t flow) {
    const std::size_t flows = world.scenario().flows.size();
    std::vector<OwnEnd> ends;
    if (flow >= flows) {
        for (const app::ProgramConnection& c :
             world.applications().connections(static_cast<std::uint32_t>(flow - flows)))
            ends.push_back({c.connection, c.client});
        return ends;
    }
    const trace::Connections& table = world.connections();
    for (std::uint32_t id = 0; id < table.size(); ++id)
        if (table[id].flow == flow) ends.push_back({id, true});
    std::sort(ends.begin(), ends.end(), [&](const OwnEnd& a, const OwnEnd& b) {
        return table[a.connection].ordinal < table[b.connection].ordinal;
    });
    return ends;
}

namespace {

FlowFigures summarise(const world::World& world, std::uint32_t flow, std::int32_t ordinal,
                      const std::vector<OwnEnd>& ends) {
    const scenario::Scenario& scenario = world.scenario();
    FlowFigures f;
    if (flow < scenario.flows.size()) {
        const scenario::FlowSpec& spec = scenario.flows[flow];
        f.name = spec.name;
        f.udp = spec.config.transport == app::Transport::Udp;
        f.ping = spec.config.kind == app::Kind::Ping;
    } else {
        f.name = scenario.programs[flow - scenario.flows.size()].name;
    }
    f.opens = std::any_of(ends.begin(), ends.end(), [](const OwnEnd& e) { return e.client; });
    Sum sum{f};
    for (std::size_t k = 0; k < ends.size(); ++k) {
        if (ordinal >= 0 && static_cast<std::size_t>(ordinal) != k) continue;
        if (ends[k].connection >= world.figures().size()) continue;
        sum.add(world.figures()[ends[k].connection]);
    }
    sum.finish();
    // What a program reads over TLS is application data, not the first byte of a handshake.
    if (const auto tls = tls_summary(world, flow, ordinal)) {
        f.tls = true;
        f.first_byte = tls->first_byte;
        f.failed = std::max(f.failed, tls->failed);
    }
    return f;
}

}  // namespace

FlowFigures flow_figures(const world::World& world, std::uint32_t flow, std::int32_t ordinal) {
    return summarise(world, flow, ordinal, connections_of(world, flow));
}

Duration measured_span(const world::World& world) {
    const Time now = world.simulation().now();
    const bool stopped = now >= world.scenario().stop;
    const Time last = world.network().last_arrival();
    return (stopped || last == Time::zero() ? now : std::min(now, last)).since_start();
}

DirectionFigures direction_figures(const world::World& world, std::uint32_t direction) {
    const net::Network& network = world.network();
    const net::DirectionCounters counters = network.counters(direction);
    const net::QueueFigures queue = network.queue_figures(direction);
    DirectionFigures d;
    d.name = std::string{network.link_name(direction / 2)} + (direction % 2 == 0 ? ".up" : ".down");
    d.from = network.node_name(network.direction_from(direction));
    d.to = network.node_name(network.direction_to(direction));
    d.packets = counters.delivered;
    d.bytes = counters.delivered_bytes;
    d.entered = counters.entered;
    d.in_flight = counters.in_flight();
    std::copy(std::begin(counters.dropped), std::end(counters.dropped), std::begin(d.dropped));
    d.marked_ce = counters.marked_ce;
    d.span = measured_span(world);
    d.busy = network.busy(direction, Time::zero() + d.span);
    d.resident_ns = queue.resident_ns;
    d.longest_queue = queue.longest;
    d.mean_wait = Duration::ns(static_cast<std::int64_t>(queue.sojourn.mean()));
    d.max_wait = Duration::ns(static_cast<std::int64_t>(queue.sojourn.maximum()));
    d.finite_rate = !network.config(direction).rate.is_unlimited();
    return d;
}

RunFigures collect(const world::World& world) {
    RunFigures run;
    run.end = world.simulation().now();
    run.packets = world.network().conservation();
    const std::size_t flows = world.scenario().flows.size();
    const std::size_t subjects = flows + world.scenario().programs.size();
    // One pass over the connections: looking for each flow's own again would be quadratic.
    std::vector<std::vector<OwnEnd>> ends(subjects);
    const trace::Connections& table = world.connections();
    for (std::uint32_t id = 0; id < table.size(); ++id)
        if (table[id].flow < flows) ends[table[id].flow].push_back({id, true});
    for (std::uint32_t flow = 0; flow < subjects; ++flow) {
        if (flow >= flows) ends[flow] = connections_of(world, flow);
        run.flows.push_back(summarise(world, flow, -1, ends[flow]));
    }
    for (std::uint32_t d = 0; d < world.network().link_count() * 2; ++d)
        run.directions.push_back(direction_figures(world, d));
    for (std::uint32_t n = 0; n < world.network().node_count(); ++n) {
        NodeLosses node;
        node.name = world.network().node_name(n);
        std::uint64_t dropped = 0;
        for (std::uint8_t r = 0; r < trace::kDropReasonCount; ++r) {
            node.dropped[r] = world.network().dropped_inside(n, static_cast<trace::DropReason>(r));
            dropped += node.dropped[r];
        }
        if (dropped > 0) run.node_losses.push_back(std::move(node));
    }
    return run;
}

}  // namespace seedwire::observe
