// Accepts the connections of a flow.
#include "models/app/flow_server.h"

#include "sim/base/assert.h"

namespace seedwire::app {

void FlowServer::on_start(Time) {
    listener_ = host().open(owner(), kListenerCookie, config_.server_options);
    const tcp::Error bound = host().bind(listener_, config_.port);
    SEEDWIRE_ASSERT(bound == tcp::Error::None);  // the loader assigns each port of a host once
    const tcp::Error listening = host().listen(listener_, config_.backlog);
    SEEDWIRE_ASSERT(listening == tcp::Error::None);
    host().wait_for(listener_, socket::event::kAcceptable);
}

void FlowServer::on_ready(Time now, host::SocketId socket, std::uint32_t cookie,
                          std::uint16_t events) {
    if (cookie != kListenerCookie) return on_connection(now, socket, cookie, events);
    for (;;) {
        const host::Result accepted = host().accept(now, listener_);
        if (!accepted.ok()) return;
        const auto connection = static_cast<host::SocketId>(accepted.value);
        ++open_;
        const std::uint32_t place = on_accepted(now, connection);
        host().set_cookie(connection, place);
        on_connection(now, connection, place, UINT16_MAX);
    }
}

void FlowServer::finish(Time now, host::SocketId socket) {
    const std::uint32_t dense_id = host().connection(socket);
    host().close(now, socket);
    --open_;
    if (dense_id != UINT32_MAX) record(now, dense_id, false, trace::AppEvent::Kind::Finished);
}

}  // namespace seedwire::app
