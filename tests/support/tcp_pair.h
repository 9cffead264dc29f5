// Two TCP endpoints over an ideal channel with a fixed delay, and a hook that decides each
// segment's fate: delivered when, how often, or never.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "models/tcp/endpoint.h"
#include "models/tcp/negotiation.h"
#include "tests/support/catch.h"
#include "tests/support/segment_builder.h"

namespace seedwire::test {

enum class Side : std::uint8_t { Client, Server };
constexpr Side other(Side side) { return side == Side::Client ? Side::Server : Side::Client; }

struct PairConfig {
    Duration delay = Duration::ms(10);         ///< one way
    Duration reader_delay = Duration::us(30);  ///< from arrival to the reader's call
    tcp::Sysctls client_sysctls, server_sysctls;
    tcp::SocketOptions client_options, server_options;
    tcp::Environment client_environment{1500, 1000, 0}, server_environment{1500, 5000, 0};
};

/// What was sent, for tests that look at whole conversations.
struct SentSegment {
    Time at;
    Side from;
    wire::Segment segment;
};

/// A client that connects, a server with a minimal listener (no SYN-ACK timer) and a TIME-WAIT stub
/// for whoever closes first.
class TcpPair {
public:
    /// Appends the moments at which the segment arrives; none = lost. The default is now + delay.
    using Fate = std::function<void(Time now, Side from, const wire::Segment&, std::vector<Time>&)>;

    explicit TcpPair(const PairConfig& config)
        : config_{config},
          ends_{std::make_unique<End>(config_.client_sysctls, config_.client_options,
                                      config_.client_environment),
                std::make_unique<End>(config_.server_sysctls, config_.server_options,
                                      config_.server_environment)} {
        fate = [this](Time now, Side, const wire::Segment&, std::vector<Time>& arrivals) {
            arrivals.push_back(now + config_.delay);
        };
    }
    TcpPair(const TcpPair&) = delete;
    TcpPair& operator=(const TcpPair&) = delete;

    Fate fate;
    bool auto_read = true;              ///< both sides read all there is, promptly
    bool close_on_end_of_file = false;  ///< the server closes when it has read everything
    std::function<void(Side, std::uint16_t)> on_events;  ///< tcp::event bits, as they come
    std::vector<SentSegment> sent;
    bool keep_sent = true;

    Time now() const { return now_; }
    tcp::Endpoint& endpoint(Side side) { return end(side).endpoint; }
    std::uint64_t read_bytes(Side side) { return end(side).endpoint.bytes_read(); }
    bool gone(Side side) { return end(side).gone; }
    bool in_time_wait(Side side) { return end(side).time_wait; }

    void at(Time when, std::function<void()> action) {
        queue_.emplace(std::pair{when, order_++}, std::move(action));
    }
    /// Runs until nothing is left to do before `until`. Background timers alone do not keep it
    /// going.
    void run(Duration until) {
        const Time limit = Time::zero() + until;
        for (;;) {
            Time next = queue_.empty() ? Time::never() : queue_.begin()->first.first;
            bool timer = false;
            Side whose = Side::Client;
            for (const Side side : {Side::Client, Side::Server}) {
                const Time due = end(side).timeout();
                if (due < next) {
                    next = due;
                    timer = true;
                    whose = side;
                }
            }
            if (next > limit || next.is_never()) break;
            now_ = std::max(now_, next);
            if (timer) {
                call(whose, [this](tcp::Endpoint& e, tcp::Output& o) { e.on_timeout(now_, o); });
                REQUIRE(++steps_ < kMaxSteps);
            } else {
                auto node = queue_.extract(queue_.begin());
                node.mapped()();
            }
        }
        now_ = limit;
    }

    void connect() {
        call(Side::Client, [this](tcp::Endpoint& e, tcp::Output& o) { e.connect(now_, o); });
    }
    std::uint32_t write(Side side, std::uint32_t length,
                        tcp::WriteMode mode = tcp::WriteMode::Plain) {
        std::uint32_t taken = 0;
        call(side,
             [&](tcp::Endpoint& e, tcp::Output& o) { taken = e.write(now_, length, mode, o); });
        return taken;
    }
    std::uint32_t read(Side side, std::uint32_t at_most = UINT32_MAX) {
        std::uint32_t taken = 0;
        call(side, [&](tcp::Endpoint& e, tcp::Output& o) { taken = e.read(now_, at_most, o); });
        return taken;
    }
    void close(Side side) {
        call(side, [this](tcp::Endpoint& e, tcp::Output& o) { e.close(now_, o); });
    }
    void shutdown_write(Side side) {
        call(side, [this](tcp::Endpoint& e, tcp::Output& o) { e.shutdown_write(now_, o); });
    }
    /// `options` stays where it is: the endpoint refers to it.
    void set_options(Side side, const tcp::SocketOptions& options) {
        call(side, [&](tcp::Endpoint& e, tcp::Output& o) { e.set_options(now_, options, o); });
    }
    void abort(Side side) {
        call(side, [this](tcp::Endpoint& e, tcp::Output& o) { e.abort(now_, o); });
    }
    /// Writes `length` bytes in all, in calls of `chunk`, as a blocking writer would; then closes
    /// or half-closes if asked to.
    enum class Then : std::uint8_t { Nothing, Close, ShutdownWrite };
    void send_all(Side side, std::uint64_t length, std::uint32_t chunk = 65536,
                  Then then = Then::Nothing) {
        Writer& writer = end(side).writer;
        writer = {length, chunk, 0, then};
        pump(side);
    }

private:
    static constexpr std::uint64_t kMaxSteps = 50'000'000;

    struct Writer {
        std::uint64_t left = 0;
        std::uint32_t chunk = 0;
        std::uint32_t chunk_left = 0;
        Then then = Then::Nothing;
    };
    struct End {
        End(const tcp::Sysctls& sysctls, const tcp::SocketOptions& options,
            const tcp::Environment& environment)
            : endpoint{sysctls, options, environment} {}
        tcp::Endpoint endpoint;
        tcp::Output output;
        bool alive = false, gone = false, time_wait = false, fin_wait2 = false;
        bool read_planned = false;
        tcp::Remains remains;
        Writer writer;
        tcp::PassiveOpen handshake;
        bool has_request = false;
        Time timeout() const { return alive && !gone ? endpoint.next_timeout() : Time::never(); }
    };

    End& end(Side side) { return *ends_[static_cast<std::size_t>(side)]; }

    template <class Action>
    void call(Side side, Action action) {
        End& e = end(side);
        e.alive = true;
        // An event may lead to another call: each has its own output.
        tcp::Output output;
        std::swap(output, e.output);
        output.clear();
        action(e.endpoint, output);
        finish(side, output);
        std::swap(output, e.output);
    }

    void finish(Side side, tcp::Output& output) {
        for (const wire::Segment& segment : output.segments) transmit(side, segment);
        End& e = end(side);
        const std::uint16_t events = output.events;
        constexpr std::uint16_t kStub = tcp::event::kTimeWait | tcp::event::kFinWait2Orphan;
        if (events & kStub) {
            e.time_wait = (events & tcp::event::kTimeWait) != 0;
            e.fin_wait2 = !e.time_wait;
            e.remains = e.endpoint.remains();
        }
        if (events & (tcp::event::kGone | kStub)) e.gone = true;
        if (on_events) on_events(side, events);
        if (events & (tcp::event::kEstablished | tcp::event::kWritable)) {
            at(now_, [this, side] { pump(side); });
        }
        if ((events & (tcp::event::kReadable | tcp::event::kPeerClosed)) && auto_read &&
            !e.read_planned) {
            e.read_planned = true;
            at(now_ + config_.reader_delay, [this, side] { read_planned(side); });
        }
    }

    void read_planned(Side side) {
        End& e = end(side);
        e.read_planned = false;
        if (e.endpoint.readable() > 0) read(side);
        if (close_on_end_of_file && side == Side::Server && !e.gone &&
            e.endpoint.at_end_of_file()) {
            close(side);
        }
    }

    void pump(Side side) {
        Writer& writer = end(side).writer;
        if (end(side).gone || !end(side).endpoint.may_write()) return;
        while (writer.left > 0) {
            if (writer.chunk_left == 0) {
                writer.chunk_left =
                    static_cast<std::uint32_t>(std::min<std::uint64_t>(writer.chunk, writer.left));
            }
            const std::uint32_t taken = write(side, writer.chunk_left);
            writer.chunk_left -= taken;
            writer.left -= taken;
            if (writer.chunk_left != 0) return;  // kWritable resumes it
        }
        const Then then = std::exchange(writer.then, Then::Nothing);
        if (then == Then::Close) close(side);
        if (then == Then::ShutdownWrite) shutdown_write(side);
    }

    void transmit(Side from, const wire::Segment& segment) {
        if (keep_sent) sent.push_back({now_, from, segment});
        std::vector<Time> arrivals;
        fate(now_, from, segment, arrivals);
        for (const Time arrival : arrivals) {
            at(arrival, [this, from, segment] { arrive(other(from), segment); });
        }
    }

    void arrive(Side to, const wire::Segment& segment) {
        End& e = end(to);
        if (e.time_wait || e.fin_wait2) {
            answer_from_stub(to, segment);
        } else if (e.gone) {
            reset(to, segment);
        } else if (to == Side::Server && !e.alive) {
            listen(segment);
        } else {
            call(to, [&](tcp::Endpoint& x, tcp::Output& o) { x.on_segment(now_, segment, o); });
        }
    }

    void listen(const wire::Segment& segment) {
        End& e = end(Side::Server);
        if (segment.has(wire::flag::kRst)) return;
        if (segment.has(wire::flag::kSyn)) {
            tcp::InitialWindow window;
            const wire::Segment reply =
                tcp::make_syn_ack(now_, config_.server_sysctls, config_.server_options,
                                  config_.server_environment, segment, window);
            if (!e.has_request) e.handshake.syn_ack_sent = now_;
            if (e.has_request) ++e.handshake.answered_repeats;
            e.has_request = true;
            e.handshake.syn = segment;
            e.handshake.syn_ack = reply;
            e.handshake.initial_sequence = reply.seq;
            e.handshake.peer_initial_sequence = segment.seq;
            e.handshake.receive_window = window.window;
            e.handshake.window_scale = window.scale;
            e.handshake.ecn = reply.has(wire::flag::kEce);
            transmit(Side::Server, reply);
            return;
        }
        if (!e.has_request || !segment.has(wire::flag::kAck)) return;
        if (segment.ack != e.handshake.initial_sequence + 1) return;
        e.endpoint.accept(now_, e.handshake);
        call(Side::Server,
             [&](tcp::Endpoint& x, tcp::Output& o) { x.on_segment(now_, segment, o); });
    }

    void answer_from_stub(Side side, const wire::Segment& segment) {
        End& e = end(side);
        if (segment.has(wire::flag::kRst) || segment.sequence_length() == 0) return;
        tcp::Remains& r = e.remains;
        if (e.fin_wait2) {
            if (segment.end() <= r.rcv_nxt) {
                // Old data again: acknowledged below.
            } else if (segment.has(wire::flag::kFin) && segment.seq == r.rcv_nxt &&
                       segment.payload.length == 0) {
                r.rcv_nxt += 1;
                e.fin_wait2 = false;
                e.time_wait = true;
            } else if (segment.payload.length > 0) {
                e.fin_wait2 = false;
                return reset(side, segment);
            }
        }
        wire::Segment reply;
        reply.seq = r.snd_nxt;
        reply.ack = r.rcv_nxt;
        reply.flags = wire::flag::kAck;
        reply.cause = wire::Cause::TimeWaitAck;
        reply.window = static_cast<std::uint16_t>(
            std::min<std::uint32_t>(r.rcv_wnd >> r.rcv_wscale, UINT16_MAX));
        if (r.has_timestamps) {
            reply.has_timestamps = true;
            reply.ts_value = tcp::timestamp_value(now_, r.ts_offset);
            reply.ts_echo = r.ts_recent;
        }
        transmit(side, reply);
    }

    void reset(Side side, const wire::Segment& segment) {
        if (segment.has(wire::flag::kRst)) return;
        wire::Segment reply;
        reply.flags = wire::flag::kRst;
        reply.cause = wire::Cause::ResetClosedPort;
        if (segment.has(wire::flag::kAck)) {
            reply.seq = segment.ack;
        } else {
            reply.flags |= wire::flag::kAck;
            reply.ack = segment.end();
        }
        transmit(side, reply);
    }

    PairConfig config_;
    std::unique_ptr<End> ends_[2];
    std::multimap<std::pair<Time, std::uint64_t>, std::function<void()>> queue_;
    std::uint64_t order_ = 0;
    std::uint64_t steps_ = 0;
    Time now_;
};

}  // namespace seedwire::test
