// A link direction that changes while packets are on their way: new departures for what waits, none
// for what a cut takes.
#include <algorithm>

#include "models/net/link_direction.h"

namespace seedwire::net {

using trace::DropReason;

void LinkDirection::set_rate(Time now, Rate rate) {
    retire(now);
    leave_plain();
    config_.rate = rate;
    serialiser_.set_rate(rate);
    if (pending_.empty()) return;
    // What starts at this very instant starts at the new rate: changes come first in an instant.
    const std::size_t first_moved = head_start_ < now ? 1 : 0;
    serialiser_.truncate(first_moved == 1 ? pending_.front().departure : now);
    for (std::size_t i = first_moved; i < pending_.size(); ++i) {
        pending_[i].departure = serialiser_.add(now, pending_[i].bytes + overhead_);
    }
    next_departure_ = pending_.front().departure;
    reschedule(now, first_moved);
}

void LinkDirection::set_delay(Time now, Duration delay) {
    retire(now);
    leave_plain();
    config_.delay = delay_ = delay;
    reschedule(now, 0);
}

/// Computes the arrivals of the pending packets from that position on anew.
void LinkDirection::reschedule(Time now, std::size_t first) {
    if (first >= pending_.size()) return;
    amended_.clear();
    flight_.extract_from(first_pending() + static_cast<std::uint32_t>(first), amended_);
    ordered_until_ = flight_.last_ordered();
    latest_arrival_ = flight_.last();  // nobody overtakes an arrival that was called off
    for (DetouredPacket& packet : amended_) {
        const Time departure = pending_[packet.sequence - first_pending()].departure;
        packet.arrival = arrival_of(now, departure, packet.extra);
        if (packet.ordered) {
            packet.arrival = std::max(packet.arrival, ordered_until_);
            packet.extra = packet.arrival - (departure + delay_);
            ordered_until_ = packet.arrival;
        }
        latest_arrival_ = std::max(latest_arrival_, packet.arrival);
        record_amended(now, packet.packet, departure, packet.arrival, DropReason::None);
        if (packet.extra == Duration::zero() && !packet.ordered && packet.ordinal == 0) {
            flight_.push(static_cast<const InFlightPacket&>(packet));
        } else {
            flight_.push(packet);
        }
    }
    simulation_->wake(*this, flight_.next());
    // What was serialised in no time at the new rate has left the queue.
    retire(now);
}

void LinkDirection::record_amended(Time now, wire::PacketRef packet, Time departure, Time arrival,
                                   DropReason drop) {
    if (!recorder_->wants_packets()) return;
    trace::TransmissionAmended amended;
    amended.at = now;
    amended.direction = place_.direction;
    amended.packet = &(*packets_)[packet];
    amended.departure = departure;
    amended.arrival = arrival;
    amended.drop = drop;
    recorder_->record(amended);
}

void LinkDirection::set_loss(Probability probability) {
    leave_plain();
    impairments_.set_loss(probability, config_.impairments, seed_, "link/" + name_);
}

void LinkDirection::cut(Time now) {
    retire(now);
    leave_plain();
    is_cut_ = true;
    if (pending_.empty()) return;
    amended_.clear();
    flight_.extract_from(first_pending(), amended_);
    for (const DetouredPacket& lost : amended_) {
        ++counters_.dropped[static_cast<std::size_t>(DropReason::Cut)];
        record_amended(now, lost.packet, Time::never(), Time::never(), DropReason::Cut);
        packets_->release(lost.packet);
    }
    pending_.clear();
    pending_bytes_ = 0;
    pending_count_ = 0;
    next_departure_ = Time::never();
    serialiser_.truncate(now);
    ordered_until_ = flight_.last_ordered();
    latest_arrival_ = flight_.last();
    simulation_->wake(*this, flight_.next());
}

void LinkDirection::restore(Time now) {
    retire(now);
    is_cut_ = false;
}

}  // namespace seedwire::net
