// Two stacks back to back: every segment arrives at once, unless the test takes it away.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/socket/stack.h"

namespace seedwire {

class TwoStacks {
public:
    static constexpr wire::Address kClient{0x0a000001}, kServer{0x0a000002};

    tcp::Sysctls client_sysctls, server_sysctls;
    socket::Stack client{client_sysctls, kClient, 1, "client"};
    socket::Stack server{server_sysctls, kServer, 1, "server"};
    Time now;
    std::vector<wire::Segment> seen;  ///< all that was sent, in order
    std::vector<socket::StateChange> changes;
    std::vector<socket::Wake> client_wakes, server_wakes;
    /// True: the segment is lost.
    std::function<bool(const wire::Segment&, bool from_client)> lose;

    /// Carries segments to and fro until nobody has anything to say.
    void exchange() {
        while (carry(client, server, true) + carry(server, client, false) > 0) {
        }
    }
    void at(std::int64_t ms) { now = Time::zero() + Duration::ms(ms); }
    /// Lets time pass up to `ms`, firing whatever is due, and carries segments.
    void run_until(std::int64_t ms) {
        const Time end = Time::zero() + Duration::ms(ms);
        exchange();
        for (;;) {
            const Time next = std::min(client.next_timeout(), server.next_timeout());
            if (next > end) break;
            now = std::max(now, next);
            client.on_timeout(now);
            server.on_timeout(now);
            exchange();
        }
        now = end;
    }
    socket::SocketId listen(std::uint16_t port, std::int32_t backlog) {
        const socket::SocketId listener = server.open({});
        server.bind(listener, port);
        server.listen(listener, backlog);
        return listener;
    }
    socket::SocketId connect(std::uint16_t port) {
        const socket::SocketId socket = client.open({});
        client.connect(now, socket, {kServer, port}, 1500);
        exchange();
        return socket;
    }

private:
    std::size_t carry(socket::Stack& from, socket::Stack& to, bool from_client) {
        const std::vector<wire::Segment> segments = from.segments();
        const std::vector<socket::Batch> batches = from.batches();
        auto& wakes = from_client ? client_wakes : server_wakes;
        wakes.insert(wakes.end(), from.wakes().begin(), from.wakes().end());
        changes.insert(changes.end(), from.changes().begin(), from.changes().end());
        from.clear_outputs();
        for (const socket::Batch& batch : batches) {
            for (std::uint32_t i = batch.begin; i < batch.end; ++i) {
                seen.push_back(segments[i]);
                if (lose && lose(segments[i], from_client)) continue;
                to.on_segment(now, {batch.from, batch.to, socket::kNoLabel, 1500}, segments[i]);
            }
        }
        return segments.size();
    }
};

}  // namespace seedwire
