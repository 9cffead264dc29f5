// A stack with a hand-held clock and no network.
#include "harness/drill/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/drill/comparison.h"

namespace seedwire::drill {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr Duration kStart = Duration::s(1000);  // as on a machine that runs for a while
constexpr std::size_t kRemembered = 8;

}  // namespace

Machine::Machine(const tcp::Sysctls& sysctls, wire::Address local, std::uint32_t mtu)
    : stack_{sysctls, local, kSeed, "drill"},
      local_{local},
      mtu_{mtu},
      now_{Time::zero() + kStart} {}

Time Machine::next_moment() const { return std::min(stack_.next_timeout(), wake_at_); }

void Machine::step(Time moment) {
    now_ = std::max(now_, moment);
    stack_.on_timeout(now_);
    collect();
}

void Machine::advance_to(Time target) {
    while (next_moment() <= target) step(next_moment());
    now_ = std::max(now_, target);
}

bool Machine::wait_for_packet(const Connection& connection, Time limit) {
    while (connection.sent.empty() && next_moment() <= limit) step(next_moment());
    if (connection.sent.empty()) now_ = std::max(now_, limit);
    return !connection.sent.empty();
}

bool Machine::wait_for_waiter(Time limit) {
    while (is_waiting() && next_moment() <= limit) step(next_moment());
    if (is_waiting()) now_ = std::max(now_, limit);
    return !is_waiting();
}

void Machine::wait(Waiter waiter, Time wake_at) {
    waiter_ = std::move(waiter);
    wake_at_ = wake_at;
}

/// A connection that the host opens has no label before its first segment: it is the latest.
void Machine::record_states() {
    using With = Recording::With;
    const With otherwise = stack_.batches().empty() ? With::Nothing : With::NextPacket;
    const With with = arriving_ ? With::LastPacket : otherwise;
    for (const socket::StateChange& change : stack_.changes()) {
        if (change.label == socket::kNoLabel && connections_.size() == 0) continue;
        const std::uint32_t connection =
            change.label != socket::kNoLabel ? change.label : connections_.size() - 1;
        recording_->add_state(now_, connection, change.from, change.to, with);
    }
}

void Machine::take_outputs() {
    for (const socket::Batch& batch : stack_.batches()) {
        Connection* connection = connections_.find(batch.to, batch.from.port);
        if (connection == nullptr) connection = &connections_.add(batch.to, batch.from.port);
        if (batch.socket != socket::kNoSocket) connection->socket = batch.socket;
        if (batch.socket != socket::kNoSocket && batch.label == socket::kNoLabel)
            stack_.set_label(batch.socket, connection->index);
    }
    if (recording_ != nullptr) record_states();
    for (const socket::Batch& batch : stack_.batches()) {
        Connection* connection = connections_.find(batch.to, batch.from.port);
        for (std::uint32_t i = batch.begin; i < batch.end; ++i) {
            SentPacket sent = connection->translate(now_, stack_.segments()[i]);
            const IpMarks marks = marks_(batch.socket, batch.from.port);
            sent.text.tos = marks.tos;
            sent.text.ttl = marks.ttl;
            if (recording_ != nullptr)
                recording_->add_segment(now_, false, connection->index, batch.from, batch.to,
                                        stack_.segments()[i],
                                        i == batch.begin ? batch.expired_rto : Duration::zero());
            remember({now_, false, to_string(sent.text), std::string{wire::describe(sent.cause)}});
            connection->sent.push_back(std::move(sent));
        }
    }
    for (const socket::Wake& wake : stack_.wakes()) {
        if (wake.socket >= wake_counts_.size()) wake_counts_.resize(wake.socket + 1);
        WakeCounts& counts = wake_counts_[wake.socket];
        constexpr std::uint32_t kIn = socket::event::kReadable | socket::event::kAcceptable;
        constexpr std::uint32_t kOut = socket::event::kWritable | socket::event::kAllAcknowledged;
        if ((wake.events & kIn) != 0) ++counts.in;
        if ((wake.events & socket::event::kWritable) != 0) ++counts.out;
        // A change of state wakes whoever waits, for whatever.
        if ((wake.events & ~(kIn | kOut)) != 0) ++counts.other;
    }
    stack_.clear_outputs();
}

bool Machine::try_waiter() {
    if (!waiter_) return false;
    Waiter waiter = std::exchange(waiter_, nullptr);
    const Time wake_at = std::exchange(wake_at_, Time::never());
    if (waiter(now_)) return true;
    waiter_ = std::move(waiter);
    wake_at_ = wake_at;
    return false;
}

void Machine::collect() {
    take_outputs();
    if (try_waiter()) take_outputs();
    // A call that was tried in vain may still have said something.
    take_outputs();
}

void Machine::inject(Connection& connection, const PacketText& packet, Position at) {
    remember({now_, true, to_string(packet), {}});
    const wire::Segment segment = connection.inject(packet, at);
    socket::Arrival arrival;
    arrival.from = connection.remote;
    arrival.to = {local_, connection.local_port};
    arrival.mtu = mtu_;
    arrival.label = connection.index;
    if (recording_ != nullptr)
        recording_->add_segment(now_, true, connection.index, arrival.from, arrival.to, segment,
                                {});
    stack_.on_segment(now_, arrival, segment);
    arriving_ = true;
    take_outputs();
    arriving_ = false;
    collect();
}

void Machine::record_error(const Connection& connection, const socket::IcmpError& error) {
    wire::IcmpQuote quote;
    quote.source = error.local.address;
    quote.destination = error.remote.address;
    quote.source_port = error.local.port;
    quote.destination_port = error.remote.port;
    quote.seq = error.quoted;
    quote.next_hop_mtu = static_cast<std::uint16_t>(std::min<std::uint32_t>(error.mtu, UINT16_MAX));
    recording_->add_error(now_, connection.index, error.remote.address, quote, error.type,
                          error.code);
}

void Machine::inject_error(const Connection& connection, const IcmpText& icmp) {
    remember({now_, true, fmt::format("icmp type {} code {}", icmp.type, icmp.code), {}});
    if (!icmp.is_error) return;  // queries and answers are no business of TCP
    socket::IcmpError error;
    error.local = {local_, connection.local_port};
    error.remote = connection.remote;
    error.type = icmp.type;
    error.code = icmp.code;
    error.mtu = icmp.mtu;
    error.quoted = connection.live(icmp.quoted);
    if (recording_ != nullptr) record_error(connection, error);
    stack_.on_icmp_error(now_, error);
    collect();
}

std::uint64_t Machine::wake_count(socket::SocketId socket, std::int64_t events) const {
    if (socket >= wake_counts_.size()) return 0;
    const WakeCounts& counts = wake_counts_[socket];
    std::uint64_t count = counts.other;
    if ((events & socket::readiness::kIn) != 0) count += counts.in;
    if ((events & socket::readiness::kOut) != 0) count += counts.out;
    return count;
}

void Machine::remember(Seen seen) {
    if (seen_.size() == kRemembered) seen_.erase(seen_.begin());
    seen_.push_back(std::move(seen));
}

std::string Machine::history(Time start) const {
    std::string text;
    for (const Seen& seen : seen_) {
        const std::int64_t us = (seen.at - start).us();
        text += fmt::format("    {:4}.{:06} {} {}", us / 1'000'000, us % 1'000'000,
                            seen.inbound ? '<' : '>', seen.text);
        if (!seen.cause.empty()) text += fmt::format("   ({})", seen.cause);
        text += '\n';
    }
    return text;
}

}  // namespace seedwire::drill
