// UDP datagrams at a constant rate, in one direction. RFC 768.
#pragma once

#include <memory>
#include <vector>

#include "models/app/application.h"

namespace seedwire::app {

/// What both ends of a datagram flow know: filled in at time zero by the client's end.
struct DatagramFlow {
    std::vector<Time> starts;                ///< by connection
    std::vector<std::uint32_t> connections;  ///< dense ids
    std::uint32_t server_node = 0;
    bool binds = true;  ///< false: another pair of the flow holds the port of that host
};

/// When datagram `number` leaves, counted from the start: exactly at the rate, whatever the number.
Duration departure_of(std::uint64_t number, Bytes packet, Rate rate);

/// Either end; the one that sends does so by the clock, the other one counts (its host does).
class ConstantBitrate final : public Application {
public:
    ConstantBitrate(const Place& place, const FlowConfig& config, bool client,
                    std::shared_ptr<DatagramFlow> flow);
    void on_start(Time now) override;
    void on_ready(Time, host::SocketId, std::uint32_t, std::uint16_t) override {}
    void on_timer(Time now, std::uint32_t cookie) override;
    bool is_finished() const override { return !sends() || finished_ == flow_->starts.size(); }

private:
    bool sends() const { return client_ != config_.download; }
    void register_flow();
    bool is_over(Time now, std::uint64_t number) const;

    FlowConfig config_;
    bool client_;
    std::shared_ptr<DatagramFlow> flow_;
    std::vector<std::uint64_t> sent_;     // by connection
    std::vector<host::AppTimer> timers_;  // likewise
    std::size_t finished_ = 0;
};

}  // namespace seedwire::app
