// Datagrams by the clock.
#include "models/app/constant_bitrate.h"

#include <utility>

#include "sim/base/assert.h"
#include "sim/base/int128.h"

namespace seedwire::app {

using AppKind = trace::AppEvent::Kind;

Duration departure_of(std::uint64_t number, Bytes packet, Rate rate) {
    constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
    const UInt128 bits = UInt128{number} * static_cast<std::uint64_t>(packet.count) * 8;
    const UInt128 ns =
        bits * kNanosecondsPerSecond / static_cast<std::uint64_t>(rate.bits_per_second());
    return Duration::ns(static_cast<std::int64_t>(ns));
}

ConstantBitrate::ConstantBitrate(const Place& place, const FlowConfig& config, bool client,
                                 std::shared_ptr<DatagramFlow> flow)
    : Application{place},
      config_{config},
      client_{client},
      flow_{std::move(flow)},
      sent_(flow_->starts.size()),
      timers_(flow_->starts.size()) {}

void ConstantBitrate::on_start(Time) {
    if (client_) {
        register_flow();
    } else if (flow_->binds) {
        const std::uint16_t bound = host().udp_bind(owner(), config_.port);
        SEEDWIRE_ASSERT(bound == config_.port);  // the loader assigns each port of a host once
    }
    if (!sends()) return;
    for (std::uint32_t i = 0; i < timers_.size(); ++i) {
        timers_[i] = host().add_timer(owner(), i);
        host().set_timer(timers_[i], flow_->starts[i]);
    }
}

void ConstantBitrate::register_flow() {
    const Duration interval = departure_of(1, config_.packet, config_.rate);
    for (std::uint32_t i = 0; i < flow_->starts.size(); ++i) {
        const std::uint16_t port = host().udp_bind(owner(), 0);
        SEEDWIRE_ASSERT(port != 0);
        const std::uint32_t id =
            host().add_datagram_flow(name_of(i), port, flow_->server_node, config_.port);
        host().set_datagram_interval(id, interval);
        flow_->connections.push_back(id);
    }
}

bool ConstantBitrate::is_over(Time now, std::uint64_t number) const {
    if (now >= config_.stop) return true;
    if (config_.bytes.count == 0) return false;
    const auto packet = static_cast<std::uint64_t>(config_.packet.count);
    return number * packet >= static_cast<std::uint64_t>(config_.bytes.count);
}

void ConstantBitrate::on_timer(Time now, std::uint32_t cookie) {
    const std::uint32_t id = flow_->connections[cookie];
    std::uint64_t& number = sent_[cookie];
    if (is_over(now, number)) {
        ++finished_;
        return record(now, id, client_, AppKind::Finished);
    }
    if (number == 0) record(now, id, client_, AppKind::Opened);
    host().send_datagram(now, id, client_, number,
                         static_cast<std::uint32_t>(config_.packet.count));
    ++number;
    host().set_timer(timers_[cookie],
                     flow_->starts[cookie] + departure_of(number, config_.packet, config_.rate));
}

}  // namespace seedwire::app
