// The accepting end of a TCP flow: one listener, any number of connections.
#pragma once

#include <vector>

#include "models/app/application.h"

namespace seedwire::app {

/// Listens from time zero on and accepts whatever comes. Accepted sockets carry their place in the
/// server's own table as cookie.
class FlowServer : public Application {
public:
    FlowServer(const Place& place, const FlowConfig& config)
        : Application{place}, config_{config} {}

    void on_start(Time now) override;
    void on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                  std::uint16_t events) override;
    void on_timer(Time, std::uint32_t) override {}
    bool is_finished() const override { return open_ == 0; }

protected:
    const FlowConfig& config() const { return config_; }
    /// A connection was accepted; returns its cookie, which is not kListenerCookie.
    virtual std::uint32_t on_accepted(Time now, host::SocketId socket) = 0;
    /// `events` woke us; all of them when it was accepted just now.
    virtual void on_connection(Time now, host::SocketId socket, std::uint32_t cookie,
                               std::uint16_t events) = 0;
    /// Closes a connection of ours, which has done all it was asked to do.
    void finish(Time now, host::SocketId socket);

private:
    static constexpr std::uint32_t kListenerCookie = UINT32_MAX;

    FlowConfig config_;
    host::SocketId listener_ = socket::kNoSocket;
    std::uint32_t open_ = 0;
};

/// Places in a table, dense and reused: what a cookie of an accepted socket stands for.
class PlaceList {
public:
    /// A free place; equal to size() - 1 if the table has to grow for it.
    std::uint32_t take() {
        if (free_.empty()) return size_++;
        const std::uint32_t place = free_.back();
        free_.pop_back();
        return place;
    }
    void give_back(std::uint32_t place) { free_.push_back(place); }
    std::uint32_t size() const { return size_; }

private:
    std::vector<std::uint32_t> free_;
    std::uint32_t size_ = 0;
};

}  // namespace seedwire::app
