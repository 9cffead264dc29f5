// Drives one TCP endpoint by hand: segments in, segments out, a clock that moves when told.
#pragma once

#include <deque>
#include <string>

#include "models/tcp/endpoint.h"
#include "models/tcp/negotiation.h"
#include "tests/support/catch.h"
#include "tests/support/segment_builder.h"

namespace seedwire::test {

/// What a driven connection starts from. Off by default: whatever makes segments harder to read.
struct DriveConfig {
    std::uint32_t iss = 100;
    std::uint32_t peer_iss = 300;
    bool timestamps = false;
    bool sack = false;
    bool scaling = false;
    std::uint16_t peer_mss = 1000;
    std::uint16_t peer_window = 65535;
    int peer_scale = 0;
    tcp::Sysctls sysctls;
    tcp::SocketOptions options;
};

class TcpDrive {
public:
    explicit TcpDrive(const DriveConfig& config)
        : config_{config}, endpoint_{make(config_)}, peer_initial_{config.peer_iss} {}
    TcpDrive(const TcpDrive&) = delete;
    TcpDrive& operator=(const TcpDrive&) = delete;

    // --- the clock ---
    Time now() const { return now_; }
    /// Moves the clock to `t` after the start, running every timer that is due on the way.
    void at(Duration t) {
        const Time until = Time::zero() + t;
        while (endpoint_.next_timeout() <= until) {
            now_ = std::max(now_, endpoint_.next_timeout());
            const Time due = now_;
            output_.clear();
            endpoint_.on_timeout(now_, output_);
            collect();
            REQUIRE(endpoint_.next_timeout() > due);  // a timer that stays due would loop for ever
        }
        now_ = until;
    }
    void after(Duration d) { at(now_.since_start() + d); }

    // --- segments ---
    void in(SegmentBuilder builder) {
        wire::Segment segment = builder.segment();
        if (segment.has(wire::flag::kSyn)) peer_initial_ = segment.seq.raw();
        if (!builder.has_offset()) {
            segment.payload.offset =
                segment.seq.raw() - peer_initial_ - (segment.has(wire::flag::kSyn) ? 0U : 1U);
        }
        if (!builder.has_window() && !segment.has(wire::flag::kRst)) {
            segment.window = config_.peer_window;
        }
        if (timestamps_agreed_ && !builder.has_timestamps() && !segment.has(wire::flag::kRst)) {
            segment.has_timestamps = true;
            segment.ts_value = tcp::timestamp_value(now_, kPeerClock);
            segment.ts_echo = last_ts_value_;
        }
        output_.clear();
        endpoint_.on_segment(now_, segment, output_);
        collect();
    }
    /// The next segment sent, which must be as stated.
    void out(const SegmentBuilder& expected) {
        INFO("at " << now_.ns() / 1000 << " us, expected " << describe(expected.segment()));
        REQUIRE_FALSE(sent_.empty());
        const wire::Segment actual = sent_.front().segment;
        sent_.pop_front();
        CHECK(expected.difference(actual) == "");
    }
    /// Likewise, and sent exactly `t` after the start.
    void out_at(Duration t, const SegmentBuilder& expected) {
        REQUIRE_FALSE(sent_.empty());
        CHECK(sent_.front().at.since_start().us() == t.us());
        out(expected);
    }
    void out_nothing() {
        const std::string text = sent_.empty() ? "" : describe(sent_.front().segment);
        CHECK(text == "");
        sent_.clear();
    }
    std::size_t pending() const { return sent_.size(); }
    wire::Segment take() {
        REQUIRE_FALSE(sent_.empty());
        const wire::Segment segment = sent_.front().segment;
        sent_.pop_front();
        return segment;
    }
    void discard() { sent_.clear(); }

    // --- user calls ---
    void connect() {
        output_.clear();
        endpoint_.connect(now_, output_);
        collect();
    }
    std::uint32_t write(std::uint32_t length, tcp::WriteMode mode = tcp::WriteMode::Plain) {
        output_.clear();
        const std::uint32_t taken = endpoint_.write(now_, length, mode, output_);
        collect();
        return taken;
    }
    std::uint32_t read(std::uint32_t at_most = UINT32_MAX) {
        output_.clear();
        const std::uint32_t taken = endpoint_.read(now_, at_most, output_);
        collect();
        return taken;
    }
    void shutdown_write() { call(&tcp::Endpoint::shutdown_write); }
    void shutdown_read() { call(&tcp::Endpoint::shutdown_read); }
    void close() { call(&tcp::Endpoint::close); }
    void abort() { call(&tcp::Endpoint::abort); }
    void set_options(const tcp::SocketOptions& options) {
        output_.clear();
        endpoint_.set_options(now_, options_.emplace_back(options), output_);
        collect();
    }

    // --- ready-made states ---
    /// SYN-SENT, the SYN taken out.
    void to_syn_sent() {
        connect();
        discard();
    }
    /// ESTABLISHED by active open; nothing pending, events cleared.
    void to_established() {
        to_syn_sent();
        in(peer_syn().ack(config_.iss + 1));
        REQUIRE(state() == tcp::State::Established);
        timestamps_agreed_ = config_.timestamps;
        discard();
        events_ = 0;
    }
    /// SYN-RECEIVED by passive open, the last segment of the handshake not come yet.
    void to_syn_received() {
        tcp::PassiveOpen handshake;
        handshake.syn = peer_syn().segment();
        handshake.syn.window = config_.peer_window;
        tcp::InitialWindow window;
        handshake.syn_ack = tcp::make_syn_ack(now_, config_.sysctls, config_.options,
                                              environment(config_), handshake.syn, window);
        handshake.initial_sequence = wire::SeqNum{config_.iss};
        handshake.peer_initial_sequence = wire::SeqNum{config_.peer_iss};
        handshake.syn_ack_sent = now_;
        handshake.receive_window = window.window;
        handshake.window_scale = window.scale;
        endpoint_.accept(now_, handshake);
        last_ts_value_ = handshake.syn_ack.ts_value;
        timestamps_agreed_ = handshake.syn_ack.has_timestamps;
        peer_initial_ = config_.peer_iss;
    }
    void to_established_passively() {
        to_syn_received();
        in(ack_only().seq(config_.peer_iss + 1).ack(config_.iss + 1));
        REQUIRE(state() == tcp::State::Established);
        discard();
        events_ = 0;
    }
    /// A segment of the peer, in order as far as it has sent `offset` bytes.
    SegmentBuilder peer(std::uint32_t offset = 0) const {
        return ack_only().seq(config_.peer_iss + 1 + offset).ack(config_.iss + 1);
    }
    SegmentBuilder peer_syn() const {
        SegmentBuilder builder = syn().seq(config_.peer_iss).mss(config_.peer_mss);
        if (config_.scaling) builder.scale(config_.peer_scale);
        if (config_.sack) builder.sack_permitted();
        if (config_.timestamps) builder.timestamps(kPeerClock, last_ts_value_);
        return builder;
    }

    // --- what may be known ---
    tcp::Endpoint& endpoint() { return endpoint_; }
    tcp::State state() const { return endpoint_.state(); }
    tcp::Info info() const { return endpoint_.info(now_); }
    bool saw(std::uint16_t event) const { return (events_ & event) != 0; }
    void clear_events() { events_ = 0; }
    tcp::Sysctls& sysctls() { return config_.sysctls; }

private:
    static constexpr std::uint32_t kPeerClock = 1'000'000;  ///< offset of the peer's timestamps

    struct Sent {
        Time at;
        wire::Segment segment;
    };

    static tcp::Environment environment(const DriveConfig& config) {
        tcp::Environment e;
        e.initial_sequence = config.iss;
        return e;
    }
    static tcp::Endpoint make(DriveConfig& config) {
        config.sysctls.tcp_timestamps = config.timestamps;
        config.sysctls.tcp_sack = config.sack;
        config.sysctls.tcp_window_scaling = config.scaling;
        return tcp::Endpoint{config.sysctls, config.options, environment(config)};
    }
    void call(void (tcp::Endpoint::*method)(Time, tcp::Output&)) {
        output_.clear();
        (endpoint_.*method)(now_, output_);
        collect();
    }
    void collect() {
        for (const wire::Segment& segment : output_.segments) {
            CHECK(segment.cause != wire::Cause::None);
            if (segment.has_timestamps) last_ts_value_ = segment.ts_value;
            sent_.push_back({now_, segment});
        }
        events_ = static_cast<std::uint16_t>(events_ | output_.events);
    }

    DriveConfig config_;
    std::deque<tcp::SocketOptions> options_;  ///< as set since; the endpoint refers to them
    tcp::Endpoint endpoint_;
    tcp::Output output_;
    Time now_;
    std::deque<Sent> sent_;
    std::uint16_t events_ = 0;
    std::uint32_t peer_initial_;
    std::uint32_t last_ts_value_ = 0;
    bool timestamps_agreed_ = false;
};

}  // namespace seedwire::test
