// Ping.
#include "models/app/ping.h"

#include "sim/base/assert.h"

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
        SEEDWIRE_ASSERT(series_[i].connection == series_[0].connection + i);
        series_[i].timer = host().add_timer(owner(), i);
        host().set_timer(series_[i].timer, series_[i].start);
    }
}

void Ping::on_timer(Time now, std::uint32_t cookie) {
    Series& series = series_[cookie];
    const bool all_sent = series.sent >= config_.rounds || now >= config_.stop;
    if (all_sent) return finish(now, series);
    if (series.sent == 0) record(now, series.connection, true, AppKind::Opened);
    host().send_echo(now, owner(), series.connection, series.sent,
                     static_cast<std::uint32_t>(config_.packet.count));
    ++series.sent;
    const bool last = series.sent >= config_.rounds;
    host().set_timer(series.timer,
                     last ? now + kLinger : series.start + interval_of(config_) * series.sent);
}

void Ping::on_datagram(Time now, const host::Datagram& reply) {
    Series& series = series_[reply.connection - series_[0].connection];
    if (series.finished) return;
    const Time sent = series.start + interval_of(config_) * static_cast<std::int64_t>(reply.number);
    ++series.answered;
    record(now, series.connection, true, AppKind::EchoReceived,
           static_cast<std::uint64_t>((reply.arrived - sent).ns()));
    if (series.sent >= config_.rounds && series.answered >= series.sent) finish(now, series);
}

void Ping::finish(Time now, Series& series) {
    if (series.finished) return;
    series.finished = true;
    ++finished_;
    host().set_timer(series.timer, Time::never());
    record(now, series.connection, true, AppKind::Finished);
}

}  // namespace seedwire::app
