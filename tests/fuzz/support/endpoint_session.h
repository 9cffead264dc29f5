// One end of a connection meets whatever a peer, a program and the clock can do to it: no input
// breaks an invariant, overfills a segment, or leaves a timer that never ends; and when the program
// has gone, the connection ends, whatever it had been through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>

#include "models/tcp/endpoint.h"
#include "models/tcp/negotiation.h"
#include "models/tcp/profile_table.h"
#include "sim/base/assert.h"

namespace seedwire::fuzz {

constexpr std::uint32_t kPeerInitial = 4'294'967'000;  // wraps early
constexpr std::uint32_t kOwnInitial = 4'294'960'000;
constexpr std::uint32_t kMtu = 1500;

/// Takes values from the front of the input; zeros when it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}
    bool empty() const { return left_ == 0; }
    template <class T>
    T take() {
        T value{};
        const std::size_t count = sizeof(T) < left_ ? sizeof(T) : left_;
        std::memcpy(&value, data_, count);
        data_ += count;
        left_ -= count;
        return value;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

class Session {
public:
    explicit Session(Input input)
        : input_{input},
          choices_{input_.take<std::uint16_t>()},
          endpoint_{sysctls(), options_.emplace_back(), {kMtu, kOwnInitial, 0}} {}

    void run() {
        if (chosen(16)) {
            accept();
        } else {
            endpoint_.connect(now_, output_);
        }
        check();
        while (!input_.empty() && !gone_) {
            step(input_.take<std::uint8_t>());
            check();
        }
        end();
    }

private:
    bool chosen(std::uint16_t bit) const { return (choices_ & bit) != 0; }

    const tcp::Sysctls& sysctls() {
        if (chosen(8)) tcp::apply_profile(tcp::Profile::Rfc, sysctls_);
        sysctls_.tcp_sack = chosen(1);
        sysctls_.tcp_timestamps = chosen(2);
        sysctls_.tcp_window_scaling = chosen(4);
        sysctls_.tcp_ecn = chosen(32) ? (chosen(64) ? 3 : 1) : 2;
        sysctls_.tcp_mtu_probing = chosen(128) ? 2 : 0;
        if (chosen(256)) sysctls_.timer_tick = Duration::ms(4);
        if (chosen(512)) sysctls_.tcp_congestion_control = tcp::CongestionName::Reno;
        return sysctls_;
    }

    /// A passive open, as a listener hands it over: the last segment of the handshake has come.
    void accept() {
        tcp::PassiveOpen open;
        open.syn = syn();
        tcp::InitialWindow window;
        open.syn_ack = tcp::make_syn_ack(now_, sysctls_, options_.back(), {kMtu, kOwnInitial, 0},
                                         open.syn, window);
        open.initial_sequence = open.syn_ack.seq;
        open.peer_initial_sequence = open.syn.seq;
        open.syn_ack_sent = now_;
        open.receive_window = window.window;
        open.window_scale = window.scale;
        open.ecn = open.syn_ack.has(wire::flag::kEce);
        endpoint_.accept(now_, open);
        wire::Segment last;
        last.seq = open.syn.seq + 1;
        last.ack = open.syn_ack.seq + 1;
        last.flags = wire::flag::kAck;
        last.cause = wire::Cause::Script;
        last.window = input_.take<std::uint16_t>();
        last.has_timestamps = open.syn_ack.has_timestamps;
        endpoint_.on_segment(now_, last, output_);
    }
    wire::Segment syn() {
        wire::Segment s;
        s.seq = wire::SeqNum{kPeerInitial};
        s.flags = wire::flag::kSyn;
        s.window = input_.take<std::uint16_t>();
        s.syn.mss = mss();
        s.syn.window_scale = static_cast<std::int8_t>(input_.take<std::uint8_t>() % 16 - 1);
        s.syn.sack_permitted = true;
        s.has_timestamps = chosen(2);
        if (chosen(32)) s.flags |= wire::flag::kEce | wire::flag::kCwr;
        return s;
    }

    /// Probes may be larger than the first link allows if the peer takes more: not looked at here.
    std::uint16_t mss() {
        const auto any = input_.take<std::uint16_t>();
        return chosen(128) ? static_cast<std::uint16_t>(any % (kMtu - 39)) : any;
    }

    void step(std::uint8_t what) {
        // Who has closed has no descriptor any more: only the network and the clock go on.
        if (closed_ && (what % 8 == 0 || what % 8 == 1 || what % 8 == 3)) return;
        switch (what % 8) {
            case 0:
                endpoint_.write(now_, input_.take<std::uint16_t>(), mode(what >> 3), output_);
                break;
            case 1:
                endpoint_.read(now_, input_.take<std::uint16_t>(), output_);
                break;
            case 2:
                pass(Duration::ns(std::int64_t{1} << (input_.take<std::uint8_t>() % 40)));
                break;
            case 3:
                call(input_.take<std::uint8_t>());
                break;
            default:
                endpoint_.on_segment(now_, segment(what >> 3), output_);
                break;
        }
    }
    static tcp::WriteMode mode(int choice) {
        if (choice % 8 == 1) return tcp::WriteMode::More;
        return choice % 8 == 2 ? tcp::WriteMode::EndOfRecord : tcp::WriteMode::Plain;
    }

    void call(std::uint8_t how) {
        switch (how % 16) {
            case 0:
                return endpoint_.shutdown_write(now_, output_);
            case 1:
                return endpoint_.shutdown_read(now_, output_);
            case 2:
                closed_ = true;
                return endpoint_.close(now_, output_);
            case 3:
                return endpoint_.abort(now_, output_);
            case 4:
                return endpoint_.set_quickack(now_, how > 127, output_);
            case 5:
            case 6:
                return change_options();
            case 7:
                return endpoint_.on_icmp_error(now_, tcp::Error::HostUnreachable, how > 127,
                                               endpoint_.remains().snd_nxt + offset(), output_);
            case 8:
                return endpoint_.on_packet_too_big(now_, input_.take<std::uint16_t>(),
                                                   endpoint_.remains().snd_nxt + offset(), output_);
            default:
                return;
        }
    }
    void change_options() {
        tcp::SocketOptions next = options_.back();
        const auto bits = input_.take<std::uint16_t>();
        next.nodelay = (bits & 1) != 0;
        next.cork = (bits & 2) != 0;
        next.keepalive = (bits & 4) != 0;
        next.user_timeout = (bits & 8) != 0 ? Duration::ms(bits) : Duration::zero();
        if ((bits & 16) != 0) next.receive_buffer = 2304 + bits;
        if ((bits & 32) != 0) next.window_clamp = 1152 + bits;
        if ((bits & 64) != 0) next.notsent_low_water = bits;
        if ((bits & 128) != 0) next.congestion = tcp::CongestionName::Reno;
        endpoint_.set_options(now_, options_.emplace_back(next), output_);
    }

    /// Moves the clock; every timer that is due on the way fires, and none stays due.
    void pass(Duration by) {
        const Time until = now_ + by;
        while (!gone_ && endpoint_.next_timeout() <= until) {
            const Time due = endpoint_.next_timeout();
            SEEDWIRE_ASSERT(due >= now_);
            now_ = due;
            endpoint_.on_timeout(now_, output_);
            check();
            SEEDWIRE_ASSERT(gone_ || endpoint_.next_timeout() > due);
        }
        now_ = until;
    }

    /// The program goes, the peer stays silent: the connection comes to its end.
    void end() {
        if (gone_) return;
        if (!closed_) endpoint_.close(now_, output_);
        check();
        pass(Duration::s(86'400));
        SEEDWIRE_ASSERT(gone_);
    }

    /// A segment near the edges of both windows: that is where decisions are made.
    wire::Segment segment(int kind) {
        const tcp::Remains edges = endpoint_.remains();
        const bool opening = endpoint_.state() == tcp::State::SynSent;
        const wire::SeqNum base = opening ? wire::SeqNum{kPeerInitial} : edges.rcv_nxt;
        wire::Segment s;
        s.flags = wire::flag::kAck;
        s.seq = base;
        s.ack = edges.snd_nxt;
        s.cause = wire::Cause::Script;  // forged: nobody sent this payload
        s.window = input_.take<std::uint16_t>();
        if (opening) s.flags |= wire::flag::kSyn;
        if ((kind & 1) != 0) s.seq = s.seq + offset();
        if ((kind & 2) != 0) s.ack = s.ack + offset();
        if ((kind & 4) != 0) s.payload.length = input_.take<std::uint16_t>() % kMtu;
        if (chosen(32)) s.ecn = static_cast<wire::Ecn>(input_.take<std::uint8_t>() % 4);
        if ((kind & 8) != 0) s.flags = input_.take<std::uint16_t>() & 0x1ff;
        if ((kind & 16) != 0) {
            s.sack.add({s.ack + offset(), s.ack + offset()});
            s.has_timestamps = chosen(2);
            s.ts_value = input_.take<std::uint32_t>();
            s.ts_echo = input_.take<std::uint32_t>();
        }
        if (s.has(wire::flag::kSyn)) {
            s.syn.mss = mss();
            s.syn.window_scale = static_cast<std::int8_t>(input_.take<std::uint8_t>() % 16 - 1);
            s.syn.sack_permitted = true;
            s.has_timestamps = chosen(2);
        }
        s.payload.offset = s.seq.raw() - kPeerInitial - (s.has(wire::flag::kSyn) ? 0U : 1U);
        return s;
    }
    std::uint32_t offset() {
        return static_cast<std::uint32_t>(static_cast<std::int32_t>(input_.take<std::int16_t>()));
    }

    void check() {
        for (const wire::Segment& sent : output_.segments)
            SEEDWIRE_ASSERT(40 + option_bytes(sent) + sent.payload.length <= kMtu);
        if ((output_.events & (tcp::event::kGone | tcp::event::kTimeWait)) != 0) gone_ = true;
        if ((output_.events & tcp::event::kFinWait2Orphan) != 0) gone_ = true;
        output_.clear();
        if (!gone_) SEEDWIRE_ASSERT(endpoint_.next_timeout() >= now_);
    }

    Input input_;
    std::uint16_t choices_;
    tcp::Sysctls sysctls_;
    std::deque<tcp::SocketOptions> options_;  ///< as set since; the endpoint refers to them
    tcp::Endpoint endpoint_;
    tcp::Output output_;
    Time now_;
    bool gone_ = false, closed_ = false;
};

}  // namespace seedwire::fuzz
