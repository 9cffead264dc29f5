// From flows and programs to applications on hosts.
#include "models/app/applications.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/app/bulk.h"
#include "models/app/constant_bitrate.h"
#include "models/app/ping.h"
#include "models/app/program.h"
#include "models/app/request_response.h"
#include "models/app/tls_sockets.h"
#include "sim/base/stable_hash.h"

namespace seedwire::app {
namespace {

// Ports that the scenario does not name: 5001 (as measurement tools use) and up, by flow.
constexpr std::uint32_t kFirstFlowPort = 5001;

}  // namespace

Applications::Applications() = default;
Applications::~Applications() = default;

void Applications::add_flow(const FlowPlace& flow, const FlowConfig& flow_config,
                            host::Host& client, host::Host& server) {
    FlowConfig config = flow_config;
    if (config.port == 0) config.port = static_cast<std::uint16_t>(kFirstFlowPort + flow.index);
    const std::uint64_t key = stable_hash(flow.name);
    const std::string peer = std::to_string(server.node()) + ":" + std::to_string(config.port);
    const Place here{&door(client, config, peer), flow.index, key, flow.first_ordinal};
    const Place there{flow.serves ? &door(server, config, {}) : &server, flow.index, key,
                      flow.first_ordinal};
    const auto add = [this](std::unique_ptr<Application> application) {
        applications_.push_back(std::move(application));
    };
    switch (config.kind) {
        case Kind::Bulk:
            add(std::make_unique<BulkClient>(here, config, flow.starts, server.node()));
            if (flow.serves) add(std::make_unique<BulkServer>(there, config));
            break;
        case Kind::RequestResponse:
            add(std::make_unique<RequestClient>(here, config, flow.starts, server.node()));
            if (flow.serves) add(std::make_unique<RequestServer>(there, config));
            break;
        case Kind::ConstantBitrate: {
            auto shared = std::make_shared<DatagramFlow>();
            shared->starts = flow.starts;
            shared->server_node = server.node();
            shared->binds = flow.serves;
            add(std::make_unique<ConstantBitrate>(here, config, true, shared));
            add(std::make_unique<ConstantBitrate>(there, config, false, shared));
            break;
        }
        case Kind::Ping:
            add(std::make_unique<Ping>(here, config, flow.starts, server.node()));
            break;
    }
}

host::SocketApi& Applications::door(host::Host& host, const FlowConfig& config,
                                    const std::string& peer) {
    if (config.tls == nullptr) return host;
    if (config.tls->replays != 0) tls_.world->keep_flight(config.tls->replays);
    TlsPlace place{tls_.world, tls_.recorder, config.tls, host.node(), !peer.empty(), peer, 0};
    const std::int64_t first = config.kind == Kind::RequestResponse ? config.request.count
                               : config.download                    ? 0
                                                                    : config.bytes.count;
    place.first_data = static_cast<std::uint32_t>(std::min<std::int64_t>(first, UINT32_MAX));
    tls_sockets_.push_back(std::make_unique<TlsSockets>(host, std::move(place)));
    return *tls_sockets_.back();
}

std::uint32_t Applications::add_program(std::uint32_t index, const std::string& name,
                                        const ProgramConfig& config, host::Host& host) {
    auto program = std::make_unique<Program>(Place{&host, index, stable_hash(name)}, config);
    programs_.push_back(program.get());
    applications_.push_back(std::move(program));
    return static_cast<std::uint32_t>(programs_.size() - 1);
}

bool Applications::all_finished() const {
    return std::all_of(applications_.begin(), applications_.end(),
                       [](const auto& application) { return application->is_finished(); });
}

std::uint32_t Applications::program_count() const {
    return static_cast<std::uint32_t>(programs_.size());
}
bool Applications::program_finished(std::uint32_t program) const {
    return programs_[program]->is_finished();
}
const std::vector<OperationResult>& Applications::results(std::uint32_t program) const {
    return programs_[program]->results();
}
const std::vector<ProgramConnection>& Applications::connections(std::uint32_t program) const {
    return programs_[program]->connections();
}

}  // namespace seedwire::app
