// Ping.
#include "models/app/ping.h"

#include <algorithm>

namespace seedwire::app {
namespace {

using AppKind = trace::AppEvent::Kind;

constexpr Duration kDefaultInterval = Duration::s(1);  // ping(8), -i
constexpr Duration kLinger = Duration::s(10);  // ping(8), -W: how long the last answer is awaited

Duration interval_of(const FlowConfig& config) {
    return config.interval == Duration::zero() ? kDefaultInterval : config.interval;
}

}  // namespace

Ping::Ping(const Place& place, const FlowConfig& config, std::vector<Time> starts,
           std::uint32_t peer_node)
    : Application{place}, config_{config}, series_(starts.size()), peer_node_{peer_node} {
    for (std::size_t i = 0; i < starts.size(); ++i) series_[i].start = starts[i];
}

void Ping::on_start(Time) {
    for (std::uint32_t i = 0; i < series_.size(); ++i) {
        series_[i].connection = host().add_datagram_flow(name_of(i), 0, peer_node_, 0);
        series_[i].timer = host().add_timer(owner(), i);
        host().set_timer(series_[i].timer, series_[i].start);
    }
}

void Ping::on_timer(Time now, std::uint32_t cookie) {
    Series& series = series_[cookie];
    const bool all_sent = series.sent >= config_.rounds || now >= config_.stop;
    if (all_sent) return finish(now, series);
    if (series.sent == 0) record(now, series.connection, true, AppKind::Opened);
    // The sequence number has 16 bits; a longer series wraps.
    const auto sequence = static_cast<std::uint16_t>(series.sent);
    host().send_echo(now, owner(), series.connection, sequence,
                     static_cast<std::uint32_t>(config_.packet.count));
    ++series.sent;
    const bool last = series.sent >= config_.rounds;
    host().set_timer(series.timer,
                     last ? now + kLinger : series.start + interval_of(config_) * series.sent);
}

void Ping::on_datagram(Time now, const host::Datagram& reply) {
    const auto found = std::find_if(series_.begin(), series_.end(), [&](const Series& series) {
        return series.connection == reply.connection;
    });
    if (found == series_.end() || found->finished) return;
    // The latest request with these 16 bits.
    const std::uint32_t behind =
        (found->sent - 1 - static_cast<std::uint32_t>(reply.number)) & UINT16_MAX;
    const std::uint32_t number = found->sent - 1 - behind;
    const Time sent = found->start + interval_of(config_) * number;
    ++found->answered;
    record(now, found->connection, true, AppKind::EchoReceived,
           static_cast<std::uint64_t>((reply.arrived - sent).ns()));
    if (found->sent >= config_.rounds && found->answered >= found->sent) finish(now, *found);
}

void Ping::finish(Time now, Series& series) {
    if (series.finished) return;
    series.finished = true;
    ++finished_;
    host().set_timer(series.timer, Time::never());
    record(now, series.connection, true, AppKind::Finished);
}

}  // namespace seedwire::app
