// ICMP echo requests in equal intervals. RFC 792, RFC 1122 §3.2.2.6.
#pragma once

#include <vector>

#include "models/app/application.h"

namespace seedwire::app {

/// The other end needs no application: hosts and routers answer by themselves.
class Ping final : public Application {
public:
    Ping(const Place& place, const FlowConfig& config, std::vector<Time> starts,
         std::uint32_t peer_node);
    void on_start(Time now) override;
    void on_ready(Time, host::SocketId, std::uint32_t, std::uint16_t) override {}
    void on_timer(Time now, std::uint32_t cookie) override;
    void on_datagram(Time now, const host::Datagram& reply) override;
    bool is_finished() const override { return finished_ == series_.size(); }

private:
    struct Series {
        Time start;
        std::uint32_t connection = UINT32_MAX;
        std::uint32_t sent = 0, answered = 0;
        bool finished = false;
        host::AppTimer timer;
    };
    void finish(Time now, Series& series);

    FlowConfig config_;
    std::vector<Series> series_;
    std::uint32_t peer_node_;
    std::size_t finished_ = 0;
};

}  // namespace seedwire::app
