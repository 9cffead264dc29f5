// Opens the connections of a flow in the order of their starts.
#include "models/app/flow_client.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace seedwire::app {

FlowClient::FlowClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
                       std::uint32_t server_node)
    : Application{place},
      config_{config},
      starts_{std::move(starts)},
      order_(starts_.size()),
      server_node_{server_node} {
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return starts_[a] < starts_[b]; });
}

void FlowClient::on_start(Time) {
    timer_ = host().add_timer(owner(), kStartCookie);
    if (!order_.empty()) host().set_timer(timer_, starts_[order_.front()]);
}

void FlowClient::on_timer(Time now, std::uint32_t cookie) {
    if (cookie != kStartCookie) return on_flow_timer(now, cookie);
    open_due(now);
    if (next_ < order_.size()) host().set_timer(timer_, starts_[order_[next_]]);
}

void FlowClient::open_due(Time now) {
    while (next_ < order_.size() && starts_[order_[next_]] <= now) {
        const std::uint32_t connection = order_[next_++];
        const host::SocketId socket = host().open(owner(), connection, config_.client_options);
        on_open(now, connection, socket);
        const tcp::Error error =
            host().connect(now, socket, server_node_, config_.port, name_of(connection));
        if (error == tcp::Error::InProgress || error == tcp::Error::None) continue;
        const std::uint32_t dense_id = host().connection(socket);
        host().close(now, socket);
        on_refused(now, connection);
        finish(now, dense_id);
    }
}

void FlowClient::finish(Time now, std::uint32_t dense_id) {
    ++finished_;
    if (dense_id != UINT32_MAX) record(now, dense_id, true, trace::AppEvent::Kind::Finished);
}

}  // namespace seedwire::app
