// A packet's way through a link direction, in the order that scenarios can rely on: faults, queue,
// ECN, serialisation, impairments, delivery. RFC 3168 §5 for the mark.
#include "models/net/link_direction.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/base/assert.h"

namespace seedwire::net {

using trace::DropReason;

namespace {

// Nothing crosses between nodes in zero time: that is what makes the order of nodes irrelevant.
constexpr Duration kLeastCrossing = Duration::ns(1);

template <class T>
T limit_or_none(std::int64_t limit) {
    constexpr auto kNone = std::numeric_limits<T>::max();
    return limit > 0 && static_cast<std::uint64_t>(limit) < kNone ? static_cast<T>(limit) : kNone;
}

bool is_ect(wire::Ecn ecn) { return ecn == wire::Ecn::Ect0 || ecn == wire::Ecn::Ect1; }

}  // namespace

LinkDirection::LinkDirection(const LinkEnvironment& environment, const LinkPlace& place,
                             std::string name, const LinkDirectionConfig& config)
    : is_plain_{config.faults.empty() && config.impairments.empty()},
      packets_{&environment.packets},
      totals_{&environment.totals},
      place_{place},
      delay_{config.delay},
      recorder_{&environment.recorder},
      limit_bytes_{limit_or_none<std::int64_t>(config.queue.limit_bytes)},
      limit_packets_{limit_or_none<std::uint32_t>(config.queue.limit_packets)},
      ecn_threshold_{limit_or_none<std::uint32_t>(config.queue.ecn_threshold_packets)},
      overhead_{static_cast<std::uint32_t>(config.overhead.count)},
      mtu_{static_cast<std::uint32_t>(config.mtu.count)},
      simulation_{&environment.simulation},
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

DirectionCounters LinkDirection::counters() const {
    DirectionCounters all = counters_;
    all.entered = entered_;
    all.delivered = delivered_;
    all.delivered_bytes = delivered_bytes_;
    all.started = started_;
    return all;
}

QueueFigures LinkDirection::queue_figures() const {
    QueueFigures all = figures_;
    // Those that did not wait are not counted one by one.
    all.sojourn.add_zeros(started_ - all.sojourn.count());
    return all;
}

void LinkDirection::start() { simulation_->add(*this, name_, Phase::Arrival); }

void LinkDirection::transmit(Time now, wire::PacketRef ref) {
    ++entered_;
    if (next_departure_ <= now) retire(now);
    if (!is_plain_ && !become_plain(now)) [[unlikely]]
        return transmit_on_detour(now, ref);
    // The same as there where nothing but the queue has a say.
    wire::Packet& packet = (*packets_)[ref];
    const std::uint32_t bytes = packet.ip_length();
    const std::uint32_t ahead = pending_count_;
    if (is_full(bytes)) [[unlikely]]
        return overflow(now, ref);
    const bool marked_ce = ahead >= ecn_threshold_ && mark_ce(packet);
    const std::uint32_t sequence = next_sequence();
    const Time departure = serialise(now, bytes);
    const Time arrival = arrival_of(now, departure);
    if (arrival > totals_->last_arrival) totals_->last_arrival = arrival;
    if (recorder_->wants_packets()) {
        trace::Transmission sent = begin_record(now, packet, ahead);
        sent.departure = departure;
        sent.arrival = arrival;
        sent.serialisation = serialiser_.last_duration();
        sent.marked_ce = marked_ce;
        recorder_->record(sent);
    }
    const bool is_next = arrival < flight_.next();
    flight_.push_in_order({arrival, ref, sequence, bytes});
    if (is_next) simulation_->wake(*this, arrival);
}

void LinkDirection::overflow(Time now, wire::PacketRef ref) {
    ++counters_.dropped[static_cast<std::size_t>(DropReason::Queue)];
    if (recorder_->wants_packets()) {
        trace::Transmission lost = begin_record(now, (*packets_)[ref], pending_count_);
        lost.drop = DropReason::Queue;
        recorder_->record(lost);
    }
    packets_->release(ref);
}

inline trace::Transmission LinkDirection::begin_record(Time now, const wire::Packet& packet,
                                                       std::uint32_t ahead) const {
    trace::Transmission t;
    t.at = now;
    t.direction = place_.direction;
    t.packet = &packet;
    t.extension = packets_->extension(packet);
    t.queue_packets = ahead;
    return t;
}

/// A plain direction delivers everything in order, the same delay after its departure: the pending
/// packets are the last ones in flight, and need no list of their own. Before anything of that
/// changes, they get one.
void LinkDirection::leave_plain() {
    if (!is_plain_) return;
    is_plain_ = false;
    if (!flight_.empty()) latest_arrival_ = flight_.from_back(0).arrival;
    pending_.clear();
    for (std::uint32_t i = pending_count_; i-- > 0;) {
        const InFlightPacket& packet = flight_.from_back(i);
        pending_.push_back({packet.arrival - delay_, packet.bytes});
    }
}

/// Back to plain as soon as what is in flight looks as if nothing had ever changed, so that a link
/// whose rate follows a timeline costs no more than another. True: it is plain now.
[[gnu::noinline]] bool LinkDirection::become_plain(Time now) {
    if (is_cut_ || !faults_.empty() || !impairments_.empty()) return false;
    if (flight_.has_detoured()) return false;
    // The last packet may have left under a longer delay, and would be overtaken.
    if (pending_count_ == 0 && !flight_.empty() && flight_.from_back(0).arrival > now + delay_)
        return false;
    return is_plain_ = true;
}

[[gnu::noinline]] void LinkDirection::transmit_on_detour(Time now, wire::PacketRef ref) {
    Passage passage;
    passage.now = now;
    passage.packet = ref;
    passage.queue_packets = pending_count_;
    if (faults_drop(passage)) return lose(passage, DropReason::Fault);
    if (is_cut_) return lose(passage, DropReason::Cut);
    wire::Packet& packet = (*packets_)[ref];
    const std::uint32_t bytes = packet.ip_length();
    if (is_full(bytes)) return lose(passage, DropReason::Queue);
    if (passage.queue_packets >= ecn_threshold_) passage.marked_ce = mark_ce(packet);
    faults_mark(passage);
    passage.sequence = next_sequence();
    passage.departure = serialise(now, bytes);
    take_detour(passage);
}

/// Forgets what has been serialised by `now`.
void LinkDirection::retire(Time now) {
    while (next_departure_ <= now) retire_one();
}

inline void LinkDirection::retire_one() {
    head_start_ = next_departure_;
    --pending_count_;
    if (is_plain_) [[likely]] {
        pending_bytes_ -= flight_.from_back(pending_count_).bytes;
        next_departure_ = pending_count_ == 0
                              ? Time::never()
                              : flight_.from_back(pending_count_ - 1).arrival - delay_;
    } else {
        pending_bytes_ -= pending_.front().bytes;
        pending_.pop_front();
        next_departure_ = pending_.empty() ? Time::never() : pending_.front().departure;
    }
}

/// The limits count what is being serialised and the newcomer too.
inline bool LinkDirection::is_full(std::uint32_t bytes) const {
    return pending_count_ >= limit_packets_ || pending_bytes_ + bytes > limit_bytes_;
}

/// Returns the departure. The packet's sequence is what next_sequence() was.
inline Time LinkDirection::serialise(Time now, std::uint32_t bytes) {
    ++started_;
    const Time start = serialiser_.departure();
    const Time departure = serialiser_.add(now, bytes + overhead_);
    figures_.resident_ns += static_cast<std::uint64_t>((departure - now).ns());
    if (start > now) figures_.sojourn.add(static_cast<std::uint64_t>((start - now).ns()));
    if (pending_count_ >= figures_.longest) figures_.longest = pending_count_ + 1;
    // Only where serialising takes no time, and then nothing else waits.
    if (departure <= now) return departure;
    if (pending_count_ == 0) {
        head_start_ = now;
        next_departure_ = departure;
    }
    if (!is_plain_) [[unlikely]]
        pending_.push_back({departure, bytes});
    ++pending_count_;
    pending_bytes_ += bytes;
    return departure;
}

inline void LinkDirection::hand_over(const InFlightPacket& packet) {
    const bool is_next = packet.arrival < flight_.next();
    flight_.push(packet);
    if (is_next) simulation_->wake(*this, packet.arrival);
}

Time LinkDirection::arrival_of(Time now, Time departure, Duration extra) const {
    const Time arrival = departure + delay_ + extra;
    return arrival > now ? arrival : now + kLeastCrossing;
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
                passage.marked_ce |= mark_ce((*packets_)[passage.packet]);
                if (passage.marked_ce) hit(*rule, passage);
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

/// True if the packet could be marked.
bool LinkDirection::mark_ce(wire::Packet& packet) {
    if (!is_ect(packet.ecn)) return false;
    packet.ecn = wire::Ecn::Ce;
    ++counters_.marked_ce;
    return true;
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
    start.undisturbed = passage.departure + delay_;
    start.ordered_until = ordered_until_;
    start.corrupted = passage.corrupted;
    start.position = impairments_.position_of(passage.now, (*packets_)[passage.packet]);
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
    totals_->last_arrival = std::max(totals_->last_arrival, arrival);
    const bool reordered = arrival < latest_arrival_;
    latest_arrival_ = std::max(latest_arrival_, arrival);
    figures_.overtook += reordered ? 1 : 0;
    const bool ordered = own.ordered && !passage.delayed;
    if (ordered) ordered_until_ = std::max(ordered_until_, arrival);
    if (recorder_->wants_packets()) record(passage, DropReason::None, reordered);
    const InFlightPacket packet{arrival, passage.packet, passage.sequence,
                                (*packets_)[passage.packet].ip_length()};
    if (extra == Duration::zero() && !ordered) return hand_over(packet);
    const bool is_next = arrival < flight_.next();
    flight_.push(DetouredPacket{packet, extra, 0, ordered});
    if (is_next) simulation_->wake(*this, arrival);
}

void LinkDirection::deliver_copy(const Passage& passage, Duration extra, Time arrival,
                                 std::uint32_t ordinal, bool ordered, bool corrupted,
                                 std::uint32_t fault) {
    ++entered_;
    ++counters_.copies;
    Passage copy = passage;
    copy.packet = packets_->copy(passage.packet);
    copy.arrival = arrival;
    copy.fault = fault;
    copy.copied = true;
    totals_->last_arrival = std::max(totals_->last_arrival, arrival);
    wire::Packet& packet = (*packets_)[copy.packet];
    packet.bits |= wire::packet_bit::kCopy;
    if (corrupted) packet.bits |= wire::packet_bit::kCorrupted;
    if (ordered) ordered_until_ = std::max(ordered_until_, arrival);
    if (recorder_->wants_packets()) record(copy, DropReason::None, arrival < latest_arrival_);
    const bool is_next = arrival < flight_.next();
    flight_.push(
        DetouredPacket{{arrival, copy.packet, passage.sequence, 0}, extra, ordinal, ordered});
    if (is_next) simulation_->wake(*this, arrival);
}

void LinkDirection::record(const Passage& passage, DropReason drop, bool reordered) {
    trace::Transmission t =
        begin_record(passage.now, (*packets_)[passage.packet], passage.queue_packets);
    t.departure = passage.departure;
    t.arrival = passage.arrival;
    t.serialisation = serialiser_.last_duration();
    t.drop = drop;
    t.fault = passage.fault;
    t.marked_ce = passage.marked_ce;
    t.delayed = passage.delayed;
    t.reordered = reordered;
    t.copied = passage.copied;
    recorder_->record(t);
}

Time LinkDirection::on_due(Time now) {
    // Without delay a packet arrives when its serialisation ends: it is not pending any more.
    if (next_departure_ <= now) retire(now);
    Time next = flight_.next();
    for (; next <= now; next = flight_.next()) {
        const wire::PacketRef ref = flight_.pop();
        const wire::Packet& packet = (*packets_)[ref];
        if (packet.has(wire::packet_bit::kCorrupted)) [[unlikely]] {
            drop_corrupted(now, ref);
            continue;
        }
        ++delivered_;
        delivered_bytes_ += packet.ip_length();
        if (packet.destination_node == place_.to) ++totals_->received;
        place_.receiver->on_packet(now, place_.to_interface, ref);
    }
    return next;
}

void LinkDirection::prefetch() const {
    if (flight_.empty()) return;
    const wire::PacketRef packet = flight_.peek();
    if (packet) __builtin_prefetch(&(*packets_)[packet]);
    __builtin_prefetch(place_.receiver);
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
