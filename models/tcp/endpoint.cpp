// The public face of one connection: hands each input to the file that knows what to do.
#include "models/tcp/endpoint.h"

#include <algorithm>
#include <utility>

#include "models/tcp/arrival.h"
#include "models/tcp/closing.h"
#include "models/tcp/early_data.h"
#include "models/tcp/establishment.h"
#include "models/tcp/parts.h"
#include "models/tcp/snapshot.h"
#include "models/tcp/timeouts.h"
#include "models/tcp/transmit.h"
#include "models/tcp/urgent.h"
#include "models/tcp/user_calls.h"

namespace seedwire::tcp {

Endpoint::Endpoint(const Sysctls& sysctls, const SocketOptions& options,
                   const Environment& environment)
    : parts_{std::make_unique<Parts>(sysctls, options, environment)} {}
Endpoint::Endpoint() noexcept = default;
Endpoint::~Endpoint() = default;
Endpoint::Endpoint(Endpoint&&) noexcept = default;
Endpoint& Endpoint::operator=(Endpoint&&) noexcept = default;

void Endpoint::connect(Time now, Output& out) {
    if (parts_->tcb.state == State::Closed) open_actively(*parts_, now, out);
}
std::uint32_t Endpoint::connect(Time now, const FastOpenRequest& request, Output& out) {
    if (parts_->tcb.state != State::Closed) return 0;
    open_actively(*parts_, now, out);
    return add_syn_data(*parts_, now, request, out.segments.back());
}
void Endpoint::accept(Time now, const PassiveOpen& handshake) {
    if (parts_->tcb.state == State::Closed) open_passively(*parts_, now, handshake);
}
void Endpoint::recall_path(const KnownPath& known) {
    // Fast Open uses the connection before the handshake is complete.
    if (parts_->tcb.early) return parts_->sender.recall_path(known);
    if (parts_->tcb.handshake.made() != nullptr) parts_->tcb.handshake.make().known = known;
}
PathExperience Endpoint::experience() const { return take_experience(*parts_); }
std::uint32_t Endpoint::write(Time now, std::uint32_t length, WriteMode mode, Output& out) {
    return write_bytes(*parts_, now, length, mode, out);
}
std::uint32_t Endpoint::read(Time now, std::uint32_t at_most, Output& out) {
    return read_bytes(*parts_, now, at_most, out);
}
StreamProgress Endpoint::progress() const {
    const auto octets = [](StreamOffset end) { return end.value == 0 ? 0 : end.value - 1; };
    return {octets(parts_->write_end()), octets(parts_->sender.snd_nxt()), parts_->bytes_acked()};
}
UrgentRead Endpoint::read_urgent(bool peek) { return tcp::read_urgent(*parts_, peek); }
std::uint32_t Endpoint::readable_to_mark() const { return tcp::readable_to_mark(*parts_); }
std::uint32_t Endpoint::octets_left_out() const { return parts_->seldom->urgent.left_out; }
bool Endpoint::is_at_mark() const { return tcp::is_at_mark(*parts_); }
bool Endpoint::has_urgent_octet() const { return tcp::has_urgent_octet(*parts_); }
void Endpoint::shutdown_write(Time now, Output& out) { shut_write(*parts_, now, out); }
void Endpoint::shutdown_read(Time, Output&) { parts_->tcb.read_shut = true; }
void Endpoint::close(Time now, Output& out) { abandon(*parts_, now, out); }
void Endpoint::abort(Time now, Output& out) { abort_connection(*parts_, now, out); }
void Endpoint::set_options(Time now, const SocketOptions& options, Output& out) {
    change_options(*parts_, now, options, out);
}
void Endpoint::set_quickack(Time now, bool on, Output& out) {
    change_quick_ack(*parts_, on, now, out);
}

void Endpoint::expect_write() { parts_->tcb.writer_waits = true; }
void Endpoint::adopt() { parts_->seldom.make().fast_open.adopted = true; }

void Endpoint::on_segment(Time now, const wire::Segment& segment, Output& out) {
    if (!parts_->tcb.retired) segment_arrives(*parts_, now, segment, out);
}
void Endpoint::on_timeout(Time now, Output& out) { time_passes(*parts_, now, out); }
void Endpoint::on_icmp_error(Time now, Error error, bool hard, wire::SeqNum quoted, Output& out) {
    icmp_error(*parts_, now, error, hard, quoted, out);
}
void Endpoint::on_packet_too_big(Time now, std::uint32_t mtu, wire::SeqNum quoted, Output& out) {
    packet_too_big(*parts_, now, mtu, quoted, out);
}
Time Endpoint::next_timeout() const { return earliest_timeout(*parts_); }
bool Endpoint::is_background() const {
    const Connection& c = *parts_;
    if (!c.seldom->timers.is_armed(TimerSlot::Keepalive)) return false;
    const Time next = earliest_timeout(c);
    return !next.is_never() && c.tcb.state != State::FinWait2 &&
           next == c.seldom->timers.at(TimerSlot::Keepalive) && c.seldom->persist.unanswered() == 0;
}
bool Endpoint::keepalive_was_answered() const { return parts_->seldom->persist.was_answered(); }

State Endpoint::state() const { return parts_->tcb.state; }
bool Endpoint::is_early() const { return parts_->tcb.early; }
Error Endpoint::error() const { return parts_->tcb.error; }
Error Endpoint::take_error() { return std::exchange(parts_->tcb.error, Error::None); }
Error Endpoint::take_any_error() {
    const Error error = take_error();
    // What ICMP said is told to who asks, and forgotten: calls do not fail for it. [ICMP-2]
    if (error != Error::None) return error;
    return std::exchange(parts_->tcb.soft_error, Error::None);
}
std::uint32_t Endpoint::readable() const { return parts_->receiver.readable(); }
bool Endpoint::peer_has_finished() const { return parts_->receiver.fin_reached(); }
bool Endpoint::at_end_of_file() const {
    return parts_->receiver.fin_reached() && parts_->receiver.readable() == 0;
}
bool Endpoint::may_write() const { return tcp::may_write(*parts_); }
std::uint32_t Endpoint::unacknowledged() const {
    const Connection& c = *parts_;
    if (!c.is_synchronized() || c.tcb.state == State::TimeWait) return 0;
    const std::int64_t bytes = c.write_end() - c.sender.snd_una();
    return static_cast<std::uint32_t>(std::max<std::int64_t>(bytes, 0));
}
std::uint32_t Endpoint::writable() const { return writable_bytes(*parts_); }
std::uint64_t Endpoint::bytes_read() const {
    return parts_->receiver.bytes_received() - parts_->receiver.readable();
}
Glance Endpoint::glance() const { return take_glance(*parts_); }
Info Endpoint::info(Time now) const { return take_info(*parts_, now); }
Remains Endpoint::remains() const { return take_remains(*parts_); }

}  // namespace seedwire::tcp
