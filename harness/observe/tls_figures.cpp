#include "harness/observe/tls_figures.h"

#include <algorithm>

#include "harness/observe/figures.h"

namespace seedwire::observe {
namespace {

struct Mean {
    std::int64_t sum = 0, count = 0;
    void add(Duration d) {
        sum += d.ns();
        ++count;
    }
    std::optional<Duration> value() const {
        if (count == 0) return std::nullopt;
        return Duration::ns((sum + count / 2) / count);
    }
};

class Sum {
public:
    void add(const app::TlsFigures& f, const host::ConnectionFigures& tcp) {
        ++s_.connections;
        const app::TlsEndFigures &client = f.client, &server = f.server;
        const Time opened = tcp.client.opened;
        if (!client.started.is_never() && !opened.is_never()) tcp_.add(client.started - opened);
        if (!client.done.is_never()) handshake_.add(client.done - client.started);
        if (!client.done.is_never() && !opened.is_never()) connected_.add(client.done - opened);
        if (!client.done.is_never() && !server.done.is_never()) ++s_.completed;
        const bool downward = client.info.data_received > server.info.data_received;
        const Time first = downward ? client.first_data : server.first_data;
        if (!first.is_never() && !opened.is_never()) first_byte_.add(first - opened);
        client_cpu_.add(client.worked);
        server_cpu_.add(server.worked);
        client_wait_.add(client.waited);
        server_wait_.add(server.waited);
        if (client.info.is_resumed && client.info.is_done) ++s_.resumed;
        if (client.info.had_retry) ++s_.retried;
        // A client that was never told, such as one who replays: what the server did.
        const bool is_told = client.info.early_data != tls::EarlyDataStatus::Offered;
        const auto early = is_told ? client.info.early_data : server.info.early_data;
        if (early == tls::EarlyDataStatus::Accepted) ++s_.early_accepted;
        if (early == tls::EarlyDataStatus::Refused) ++s_.early_refused;
        const Time sent = std::min(client.alert_sent, server.alert_sent);
        const Time received = std::min(client.alert_received, server.alert_received);
        if (!sent.is_never() && !opened.is_never()) alert_sent_.add(sent - opened);
        if (!received.is_never() && !opened.is_never()) alert_received_.add(received - opened);
        s_.delivered += client.info.data_received + server.info.data_received;
        s_.handshake_bytes += client.info.handshake_sent + server.info.handshake_sent;
        s_.early_bytes += server.info.early_bytes;
        s_.version = client.info.version;
        s_.suite = client.info.suite;
        s_.group = client.info.group;
        if (add_alert(client.info, true) || add_alert(server.info, false)) ++s_.failed;
    }
    TlsSummary finish() {
        s_.tcp = tcp_.value();
        s_.handshake = handshake_.value();
        s_.connected = connected_.value();
        s_.first_byte = first_byte_.value();
        s_.alert_sent = alert_sent_.value();
        s_.alert_received = alert_received_.value();
        s_.client_cpu = client_cpu_.value().value_or(Duration::zero());
        s_.server_cpu = server_cpu_.value().value_or(Duration::zero());
        s_.client_wait = client_wait_.value().value_or(Duration::zero());
        s_.server_wait = server_wait_.value().value_or(Duration::zero());
        return s_;
    }

private:
    bool add_alert(const tls::Info& info, bool is_client) {
        if (!info.sent || !tls::is_fatal(*info.sent)) return info.is_truncated;
        if (!s_.alert) {
            s_.alert = info.sent;
            s_.alert_of_client = is_client;
        }
        return true;
    }

    TlsSummary s_;
    Mean alert_sent_, alert_received_;
    Mean tcp_, handshake_, connected_, first_byte_, client_cpu_, server_cpu_, client_wait_,
        server_wait_;
};

}  // namespace

std::optional<TlsSummary> tls_summary(const world::World& world, std::uint32_t flow,
                                      std::int32_t ordinal) {
    const auto& flows = world.scenario().flows;
    if (flow >= flows.size() || flows[flow].config.tls == nullptr) return std::nullopt;
    Sum sum;
    bool any = false;
    const std::vector<OwnEnd> ends = connections_of(world, flow);
    for (std::size_t k = 0; k < ends.size(); ++k) {
        if (ordinal >= 0 && static_cast<std::size_t>(ordinal) != k) continue;
        const app::TlsFigures* figures = world.tls().find_figures(ends[k].connection);
        if (figures == nullptr) continue;
        any = true;
        sum.add(*figures, world.figures()[ends[k].connection]);
    }
    if (!any) return std::nullopt;
    TlsSummary summary = sum.finish();
    summary.name = flows[flow].name;
    return summary;
}

}  // namespace seedwire::observe
