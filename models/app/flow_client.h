// The opening end of a TCP flow: when its connections start, and what they have in common.
#pragma once

#include <vector>

#include "models/app/application.h"

namespace seedwire::app {

/// Connects at the given moments, one connection for each; the k-th start is connection k.
class FlowClient : public Application {
public:
    FlowClient(const Place& place, const FlowConfig& config, std::vector<Time> starts,
               std::uint32_t server_node);

    void on_start(Time now) override;
    void on_timer(Time now, std::uint32_t cookie) override;
    bool is_finished() const override { return finished_ == starts_.size(); }

protected:
    const FlowConfig& config() const { return config_; }
    std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size()); }
    /// A connection is about to be opened; wait for what interests you.
    virtual void on_open(Time now, std::uint32_t connection, host::SocketId socket) = 0;
    /// connect() failed at once; the socket is closed already.
    virtual void on_refused(Time now, std::uint32_t connection) = 0;
    virtual void on_flow_timer(Time, std::uint32_t) {}
    /// A timer of the flow's own; `cookie` is below kStartCookie.
    host::AppTimer add_flow_timer(std::uint32_t cookie) {
        return host().add_timer(owner(), cookie);
    }
    /// Records that this end of a connection has done all it was asked to do.
    void finish(Time now, std::uint32_t dense_id);

private:
    static constexpr std::uint32_t kStartCookie = UINT32_MAX;
    void open_due(Time now);

    FlowConfig config_;
    std::vector<Time> starts_;
    std::vector<std::uint32_t> order_;  // connections by start
    std::size_t next_ = 0;              // in order_
    std::size_t finished_ = 0;
    std::uint32_t server_node_;
    host::AppTimer timer_;
};

}  // namespace seedwire::app
