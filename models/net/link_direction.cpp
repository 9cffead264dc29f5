// A packet's way through a link direction, in the order that scenarios can rely on: faults, queue,
// ECN, serialisation, impairments, delivery. RFC 3168 §5 for the mark.
#include "models/net/link_direction.h"

#include <algorithm>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire::net {

using trace::DropReason;

namespace {

// Nothing crosses between nodes in zero time: that is what makes the order of nodes irrelevant.
constexpr Duration kLeastCrossing = Duration::ns(1);

bool is_ect(wire::Ecn ecn) { return ecn == wire::Ecn::Ect0 || ecn == wire::Ecn::Ect1; }

}  // namespace

LinkDirection::LinkDirection(const LinkEnvironment& environment, const LinkPlace& place,
                             std::string name, const LinkDirectionConfig& config)
    : simulation_{&environment.simulation},
      packets_{&environment.packets},
      recorder_{&environment.recorder},
      totals_{&environment.totals},
      place_{place},
      is_plain_{config.faults.empty() && config.impairments.empty()},
      serialiser_{config.rate},
      config_{config},
      faults_{config_.faults},
      impairments_{config.impairments, environment.simulation.seed(), "link/" + name},
      name_{std::move(name)},
      seed_{environment.simulation.seed()} {
    for (const FaultRule& rule : config_.faults) {
        if (totals_->fault_hits.size() <= rule.index) totals_->fault_hits.resize(rule.index + 1);
    }
}

void LinkDirection::start() { entity_ = simulation_->add(*this, name_, Phase::Arrival); }

void LinkDirection::transmit(Time now, wire::PacketRef ref) {
    ++counters_.entered;
    Passage passage;
    passage.now = now;
    passage.packet = ref;
    retire(now);
    passage.queue_packets = static_cast<std::uint32_t>(pending_.size());
    if (!is_plain_) [[unlikely]] {
        if (faults_drop(passage)) return lose(passage, DropReason::Fault);
        if (is_cut_) return lose(passage, DropReason::Cut);
    }
    wire::Packet& packet = (*packets_)[ref];
    if (is_full(packet.ip_length())) return lose(passage, DropReason::Queue);
    const std::int64_t threshold = config_.queue.ecn_threshold_packets;
    if (threshold > 0 && passage.queue_packets >= threshold) mark_ce(passage);
    if (!is_plain_) [[unlikely]]
        faults_mark(passage);
    serialise(passage);
    if (!is_plain_) [[unlikely]]
        return take_detour(passage);

    passage.arrival = arrival_of(now, passage.departure, {});
    const bool reordered = passage.arrival < latest_arrival_;
    if (!reordered) latest_arrival_ = passage.arrival;
    if (recorder_->wants_packets()) record(passage, DropReason::None, reordered);
    const bool is_next = passage.arrival < flight_.next();
    flight_.push(InFlightPacket{passage.arrival, ref, passage.sequence});
    if (is_next) simulation_->wake(entity_, passage.arrival);
}

/// Forgets what has been serialised by `now`.
inline void LinkDirection::retire(Time now) {
    while (!pending_.empty() && pending_.front().departure <= now) {
        head_start_ = pending_.front().departure;
        pending_bytes_ -= pending_.front().bytes;
        pending_.pop_front();
        ++first_pending_;
    }
}

/// The limits count what is being serialised and the newcomer too.
inline bool LinkDirection::is_full(std::uint32_t bytes) const {
    const QueueConfig& queue = config_.queue;
    if (queue.limit_packets > 0 && std::cmp_greater_equal(pending_.size(), queue.limit_packets))
        return true;
    return queue.limit_bytes > 0 && pending_bytes_ + bytes > queue.limit_bytes;
}

inline void LinkDirection::serialise(Passage& passage) {
    const std::uint32_t bytes = (*packets_)[passage.packet].ip_length();
    ++counters_.started;
    passage.sequence = next_sequence_++;
    passage.departure =
        serialiser_.add(passage.now, bytes + static_cast<std::uint32_t>(config_.overhead.count));
    if (passage.departure <= passage.now) {
        first_pending_ = next_sequence_;
        return;
    }
    if (pending_.empty()) {
        head_start_ = passage.now;
        first_pending_ = passage.sequence;
    }
    pending_.push_back({passage.departure, bytes});
    pending_bytes_ += bytes;
}

inline Time LinkDirection::arrival_of(Time now, Time departure, Duration extra) const {
    return std::max(departure + config_.delay + extra, now + kLeastCrossing);
}

void LinkDirection::hit(const FaultRule& rule, Passage& passage) {
    ++totals_->fault_hits[rule.index];
    passage.fault = rule.index;
}

/// Lets every rule count. True if one of those that select the packet drops it.
bool LinkDirection::faults_drop(Passage& passage) {
    selected_ = nullptr;
    if (faults_.empty()) return false;
    selected_ = &faults_.examine(passage.now, (*packets_)[passage.packet], *packets_,
                                 recorder_->connections());
    bool dropped = false;
    for (const FaultRule* rule : *selected_) {
        if (rule->action != FaultRule::Action::Drop) continue;
        hit(*rule, passage);
        dropped = true;
    }
    return dropped;
}

/// What the selected rules do to a packet that the queue has accepted; copies come later.
void LinkDirection::faults_mark(Passage& passage) {
    if (selected_ == nullptr) return;
    for (const FaultRule* rule : *selected_) {
        switch (rule->action) {
            case FaultRule::Action::MarkCe:
                // Only an ECN-capable packet can be marked; another passes, and it is no hit.
                if (!is_ect((*packets_)[passage.packet].ecn) && !passage.marked_ce) break;
                mark_ce(passage);
                hit(*rule, passage);
                break;
            case FaultRule::Action::Delay:
                passage.fault_delay += rule->by;
                passage.delayed = true;
                hit(*rule, passage);
                break;
            case FaultRule::Action::Corrupt:
                passage.corrupted = true;
                hit(*rule, passage);
                break;
            case FaultRule::Action::Duplicate:
                hit(*rule, passage);
                break;
            case FaultRule::Action::Drop:
                break;
        }
    }
}

void LinkDirection::mark_ce(Passage& passage) {
    wire::Packet& packet = (*packets_)[passage.packet];
    if (!is_ect(packet.ecn)) return;
    packet.ecn = wire::Ecn::Ce;
    passage.marked_ce = true;
    ++counters_.marked_ce;
}

void LinkDirection::lose(Passage& passage, DropReason reason) {
    ++counters_.dropped[static_cast<std::size_t>(reason)];
    if (recorder_->wants_packets()) record(passage, reason, false);
    packets_->release(passage.packet);
}

/// Delivery where impairments or faults have a say. Exact faults are exact: their copies come
/// however the impairments treat the packet itself.
void LinkDirection::take_detour(Passage& passage) {
    using wire::packet_bit::kCorrupted;
    Fate start;
    start.undisturbed = passage.departure + config_.delay;
    start.ordered_until = ordered_until_;
    start.corrupted = passage.corrupted;
    // A reference into the chain's scratch space, which nothing below uses otherwise.
    const std::vector<Fate>& fates = impairments_.apply(start);
    const Fate& own = fates.front();
    const Duration extra = own.extra + passage.fault_delay;
    const Time arrival = arrival_of(passage.now, passage.departure, extra);
    std::uint32_t ordinal = 0;
    for (std::size_t i = 1; i < fates.size(); ++i) {
        if (fates[i].lost) continue;
        const Duration copy_extra = fates[i].extra + passage.fault_delay;
        deliver_copy(passage, copy_extra, arrival_of(passage.now, passage.departure, copy_extra),
                     ++ordinal, fates[i].ordered, fates[i].corrupted, trace::kNoFault);
    }
    if (selected_ != nullptr) {
        for (const FaultRule* rule : *selected_) {
            if (rule->action != FaultRule::Action::Duplicate) continue;
            const Duration copy_extra = extra + rule->by;
            deliver_copy(passage, copy_extra,
                         arrival_of(passage.now, passage.departure, copy_extra), ++ordinal, false,
                         passage.corrupted, rule->index);
        }
    }
    counters_.delayed += passage.delayed ? 1 : 0;
    if (own.corrupted) (*packets_)[passage.packet].bits |= kCorrupted;
    if (own.lost) return lose(passage, DropReason::Loss);
    passage.arrival = arrival;
    const bool reordered = arrival < latest_arrival_;
    latest_arrival_ = std::max(latest_arrival_, arrival);
    const bool ordered = own.ordered && !passage.delayed;
    if (ordered) ordered_until_ = std::max(ordered_until_, arrival);
    if (recorder_->wants_packets()) record(passage, DropReason::None, reordered);
    const bool is_next = arrival < flight_.next();
    const InFlightPacket packet{arrival, passage.packet, passage.sequence};
    if (extra == Duration::zero() && !ordered) {
        flight_.push(packet);
    } else {
        flight_.push(DetouredPacket{packet, extra, 0, ordered});
    }
    if (is_next) simulation_->wake(entity_, arrival);
}

void LinkDirection::deliver_copy(const Passage& passage, Duration extra, Time arrival,
                                 std::uint32_t ordinal, bool ordered, bool corrupted,
                                 std::uint32_t fault) {
    ++counters_.entered;
    ++counters_.copies;
    Passage copy = passage;
    copy.packet = packets_->copy(passage.packet);
    copy.arrival = arrival;
    copy.fault = fault;
    copy.copied = true;
    wire::Packet& packet = (*packets_)[copy.packet];
    packet.bits |= wire::packet_bit::kCopy;
    if (corrupted) packet.bits |= wire::packet_bit::kCorrupted;
    if (ordered) ordered_until_ = std::max(ordered_until_, arrival);
    if (recorder_->wants_packets()) record(copy, DropReason::None, arrival < latest_arrival_);
    const bool is_next = arrival < flight_.next();
    flight_.push(DetouredPacket{{arrival, copy.packet, passage.sequence}, extra, ordinal, ordered});
    if (is_next) simulation_->wake(entity_, arrival);
}

void LinkDirection::record(const Passage& passage, DropReason drop, bool reordered) {
    trace::Transmission t;
    const wire::Packet& packet = (*packets_)[passage.packet];
    t.at = passage.now;
    t.direction = place_.direction;
    t.packet = &packet;
    t.extension = packets_->extension(packet);
    t.departure = passage.departure;
    t.arrival = passage.arrival;
    t.drop = drop;
    t.queue_packets = passage.queue_packets;
    t.fault = passage.fault;
    t.marked_ce = passage.marked_ce;
    t.delayed = passage.delayed;
    t.reordered = reordered;
    t.copied = passage.copied;
    recorder_->record(t);
}

Time LinkDirection::on_due(Time now) {
    while (flight_.next() <= now) {
        const wire::PacketRef ref = flight_.pop();
        const wire::Packet& packet = (*packets_)[ref];
        if (packet.has(wire::packet_bit::kCorrupted)) [[unlikely]] {
            drop_corrupted(now, ref);
            continue;
        }
        ++counters_.delivered;
        counters_.delivered_bytes += packet.ip_length();
        if (packet.destination_node == place_.to) ++totals_->received;
        place_.receiver->on_packet(now, place_.to_interface, ref);
    }
    return flight_.next();
}

/// The one place where damage is found: the receiving node's IP layer, whatever part was hit. It is
/// counted here, at the link that did it.
void LinkDirection::drop_corrupted(Time now, wire::PacketRef ref) {
    ++counters_.dropped[static_cast<std::size_t>(DropReason::Corrupted)];
    if (recorder_->wants_packets()) {
        trace::NodeDrop drop;
        drop.at = now;
        drop.node = place_.to;
        drop.packet = &(*packets_)[ref];
        drop.drop = DropReason::Corrupted;
        recorder_->record(drop);
    }
    packets_->release(ref);
}

}  // namespace seedwire::net
