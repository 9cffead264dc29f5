#include "harness/replay/time_errors.h"

#include <algorithm>
#include <cstdlib>

namespace seedwire::replay {

namespace {

/// Something that a host saw: a packet sent or arrived, in both sequences.
struct Event {
    Time simulated, measured;
    std::size_t pair = 0;
    bool sent = false;
    bool starts_timer = false;  ///< sent data, or news of delivery
};

/// The events at both hosts, by our time.
struct Hosts {
    std::vector<Event> of[2];
};

Hosts events_of(const SeenPackets& measured, const SeenPackets& simulated,
                const Agreement& agreement) {
    Hosts hosts;
    for (std::size_t i = 0; i < agreement.pairs.size(); ++i) {
        const SeenPacket& real = measured[agreement.pairs[i].first];
        const SeenPacket& ours = simulated[agreement.pairs[i].second];
        if (ours.direction > 1) continue;
        const bool takes_space = ours.length > 0 || ours.has(wire::flag::kSyn | wire::flag::kFin);
        hosts.of[ours.direction].push_back({ours.at, real.at, i, true, takes_space});
        if (!ours.is_lost() && !real.is_lost())
            hosts.of[1 - ours.direction].push_back({ours.arrival, real.arrival, i, false, false});
    }
    for (auto& events : hosts.of) {
        std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
            // An answer leaves at the moment of what it answers.
            return a.simulated != b.simulated ? a.simulated < b.simulated : !a.sent && b.sent;
        });
        std::uint64_t highest = 0;
        for (Event& event : events) {
            const SeenPacket& packet = simulated[agreement.pairs[event.pair].second];
            if (event.sent) continue;
            event.starts_timer = packet.ack > highest;
            highest = std::max(highest, packet.ack);
        }
    }
    return hosts;
}

bool is_sent_by_timer(wire::Cause cause) {
    switch (cause) {
        case wire::Cause::RetransmissionTimeout:
        case wire::Cause::SynTimeout:
        case wire::Cause::SynAckTimeout:
        case wire::Cause::TailLossProbe:
        case wire::Cause::RackTimeout:
        case wire::Cause::ZeroWindowProbe:
        case wire::Cause::CorkTimeout:
        case wire::Cause::Keepalive:
        case wire::Cause::DelayedAckTimeout:
        case wire::Cause::CompressedSack:
            return true;
        default:
            return false;
    }
}

/// How far outside the bounds; zero inside.
Duration beyond_bounds(Duration measured, Duration simulated) {
    const std::int64_t error = simulated.ns() - measured.ns();
    const std::int64_t allowed =
        Duration::us(4600).ns() + std::max<std::int64_t>(0, measured.ns() / 8);
    if (error > Duration::ms(1).ns()) return Duration::ns(error - Duration::ms(1).ns());
    return Duration::ns(std::max<std::int64_t>(0, -error - allowed));
}

struct Interval {
    Duration measured, simulated;
};

/// The interval of the event at `place`, since what made it happen.
std::optional<Interval> interval_of(const std::vector<Event>& events, std::size_t place,
                                    bool by_timer) {
    const Event& event = events[place];
    std::optional<Interval> best;
    for (std::size_t i = place; i-- > 0;) {
        const Event& before = events[i];
        if (best && !before.starts_timer) continue;
        const Interval interval{event.measured - before.measured,
                                event.simulated - before.simulated};
        const bool good = is_within_bounds(interval.measured, interval.simulated);
        if (!best || good) best = interval;
        if (good || !by_timer || before.starts_timer) break;
    }
    return best;
}

}  // namespace

bool is_within_bounds(Duration measured, Duration simulated) {
    return beyond_bounds(measured, simulated) == Duration::zero();
}

TimeErrors time_errors(const SeenPackets& measured, const SeenPackets& simulated,
                       const Agreement& agreement) {
    const Hosts hosts = events_of(measured, simulated, agreement);
    TimeErrors errors;
    std::vector<std::int64_t> sizes;
    for (const auto& events : hosts.of)
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (!events[i].sent) continue;
            const auto [left, right] = agreement.pairs[events[i].pair];
            const auto interval = interval_of(events, i, is_sent_by_timer(simulated[right].cause));
            if (!interval) continue;
            const std::int64_t error = interval->simulated.ns() - interval->measured.ns();
            ++errors.packets;
            sizes.push_back(std::abs(error));
            errors.earliest = std::min(errors.earliest, Duration::ns(error));
            errors.latest = std::max(errors.latest, Duration::ns(error));
            const Duration beyond = beyond_bounds(interval->measured, interval->simulated);
            if (beyond == Duration::zero()) continue;
            ++errors.outside;
            if (beyond <= errors.beyond) continue;
            errors.beyond = beyond;
            errors.worst = left;
        }
    if (sizes.empty()) return errors;
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    errors.median = Duration::ns(*middle);
    return errors;
}

}  // namespace seedwire::replay
