// One end of a flow, or a program: what all applications have in common.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/app/config.h"
#include "models/host/socket_api.h"

namespace seedwire::app {

/// Where an application stands: its host's door, and the flow it belongs to.
struct Place {
    host::SocketApi* host = nullptr;
    std::uint32_t flow = UINT32_MAX;  ///< index into the scenario's flows, then programs
    std::uint64_t flow_key = 0;       ///< stable hash of the flow's name
    std::uint32_t first_ordinal = 0;  ///< of its connections, among those of the flow
};

/// Lives as long as the run. Its host calls it; it answers with calls on the host.
class Application : public host::SocketOwner {
public:
    explicit Application(const Place& place)
        : place_{place}, owner_{place.host->add_owner(*this)} {}

protected:
    host::SocketApi& host() const { return *place_.host; }
    host::OwnerId owner() const { return owner_; }
    host::ConnectionName name_of(std::uint32_t ordinal) const {
        return {place_.flow, place_.first_ordinal + ordinal, place_.flow_key};
    }
    void record(Time now, std::uint32_t connection, bool client, trace::AppEvent::Kind kind,
                std::uint64_t amount = 0) const {
        host().record(now, connection, client, kind, amount);
    }

private:
    Place place_;
    host::OwnerId owner_;
};

}  // namespace seedwire::app
