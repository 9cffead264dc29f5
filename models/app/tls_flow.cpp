#include "models/app/tls_flow.h"

#include "sim/base/stable_hash.h"

namespace seedwire::app {

TlsWorld::Logs& TlsWorld::logs(std::uint32_t connection) {
    std::unique_ptr<Logs>& logs = logs_[connection];
    if (!logs) {
        logs = std::make_unique<Logs>();
        if (keeps_) {
            logs->from_client.keep_consumed();
            logs->from_server.keep_consumed();
        }
    }
    return *logs;
}

const TlsWorld::Logs* TlsWorld::find_logs(std::uint32_t connection) const {
    const auto it = logs_.find(connection);
    return it == logs_.end() ? nullptr : it->second.get();
}

const TlsFigures* TlsWorld::find_figures(std::uint32_t connection) const {
    const auto it = figures_.find(connection);
    return it == figures_.end() ? nullptr : &it->second;
}

tls::SessionCache& TlsWorld::sessions(std::uint32_t node, bool reuses) {
    return sessions_.try_emplace(node, 4, reuses).first->second;
}

tls::TicketAuthority& TlsWorld::tickets(std::uint32_t node) {
    return tickets_.try_emplace(node, stable_hash(seed_ ^ 0x7469'636B'6574)).first->second;
}

std::uint64_t flight_name(std::string_view flow, std::uint32_t ordinal) {
    return combine_hash(stable_hash(flow), ordinal);
}

bool TlsWorld::wants_flight(std::uint64_t name) const {
    const auto it = flights_.find(name);
    return it != flights_.end() && it->second.items.empty();
}

void TlsWorld::add_flight(std::uint64_t name, tls::FirstFlight flight) {
    flights_[name] = std::move(flight);
}

const tls::FirstFlight* TlsWorld::find_flight(std::uint64_t name) const {
    const auto it = flights_.find(name);
    return it == flights_.end() || it->second.items.empty() ? nullptr : &it->second;
}

host::Cpu& TlsWorld::add_cpu(std::uint32_t node, const host::CpuConfig& config) {
    return cpus_.try_emplace(node, config).first->second;
}

host::Cpu& TlsWorld::cpu(std::uint32_t node) { return add_cpu(node, {}); }

const host::Cpu* TlsWorld::find_cpu(std::uint32_t node) const {
    const auto it = cpus_.find(node);
    return it == cpus_.end() ? nullptr : &it->second;
}

}  // namespace seedwire::app
