// A conversation of two endpoints made of generated parts: what happens to packets, and what the
// programs at both ends call when.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

#include "models/tcp/profile_table.h"
#include "models/tcp/state.h"
#include "tests/support/tcp_pair.h"

namespace seedwire::test {

/// What happens to the packet of this number, counted over both directions from the SYN on.
struct Trouble {
    enum class Kind : std::uint8_t { Lost, Corrupted, Late, Twice } kind = Kind::Lost;
    std::uint16_t packet = 0;
    std::uint16_t delay_ms = 0;  ///< of the packet that is late, or of the copy
};

struct Call {
    enum class Kind : std::uint8_t { Write, WriteMore, Read, NoDelay, Cork, Uncork, ShutDown };
    Kind kind = Kind::Write;
    bool client = false;
    std::uint16_t at_ms = 0;
    std::uint16_t bytes = 0;
};

/// Settings that change how both ends talk.
struct Setting {
    bool sack = true, timestamps = true, scaling = true, rfc = false, reno = false;
    std::uint16_t mtu = 1500;
    std::uint32_t client_initial = 0, server_initial = 0;
    std::int32_t receive_buffer = 0;  ///< bytes; 0: autotuned
    std::uint16_t delay_ms = 10;
};

inline std::ostream& operator<<(std::ostream& out, const Trouble& t) {
    constexpr const char* kNames[] = {"lost", "corrupted", "late", "twice"};
    return out << "packet " << t.packet << " " << kNames[static_cast<int>(t.kind)] << " "
               << t.delay_ms << " ms";
}
inline std::ostream& operator<<(std::ostream& out, const Call& c) {
    constexpr const char* kNames[] = {"write", "write more", "read",    "nodelay",
                                      "cork",  "uncork",     "shutdown"};
    return out << (c.client ? "client " : "server ") << kNames[static_cast<int>(c.kind)] << " "
               << c.bytes << " at " << c.at_ms << " ms";
}
inline std::ostream& operator<<(std::ostream& out, const Setting& s) {
    return out << "sack " << s.sack << " timestamps " << s.timestamps << " scaling " << s.scaling
               << " rfc " << s.rfc << " reno " << s.reno << " mtu " << s.mtu << " isn "
               << s.client_initial << "/" << s.server_initial << " rcvbuf " << s.receive_buffer
               << " delay " << s.delay_ms << " ms";
}

inline rc::Gen<Trouble> any_trouble() {
    return rc::gen::build<Trouble>(
        rc::gen::set(&Trouble::kind, rc::gen::element(Trouble::Kind::Lost, Trouble::Kind::Corrupted,
                                                      Trouble::Kind::Late, Trouble::Kind::Twice)),
        rc::gen::set(&Trouble::packet, rc::gen::inRange<std::uint16_t>(0, 120)),
        rc::gen::set(&Trouble::delay_ms, rc::gen::inRange<std::uint16_t>(0, 500)));
}

inline rc::Gen<Call> any_call() {
    using Kind = Call::Kind;
    return rc::gen::build<Call>(
        rc::gen::set(&Call::kind, rc::gen::weightedElement<Kind>({{6, Kind::Write},
                                                                  {1, Kind::WriteMore},
                                                                  {4, Kind::Read},
                                                                  {1, Kind::NoDelay},
                                                                  {1, Kind::Cork},
                                                                  {1, Kind::Uncork},
                                                                  {1, Kind::ShutDown}})),
        rc::gen::set(&Call::client), rc::gen::set(&Call::bytes),
        rc::gen::set(&Call::at_ms, rc::gen::inRange<std::uint16_t>(0, 4000)));
}

inline rc::Gen<Setting> any_setting() {
    const auto near_wrap = rc::gen::map(rc::gen::inRange<std::uint32_t>(0, 200'000),
                                        [](std::uint32_t below) { return UINT32_MAX - below; });
    return rc::gen::build<Setting>(
        rc::gen::set(&Setting::sack), rc::gen::set(&Setting::timestamps),
        rc::gen::set(&Setting::scaling), rc::gen::set(&Setting::rfc), rc::gen::set(&Setting::reno),
        rc::gen::set(&Setting::mtu, rc::gen::element<std::uint16_t>(1500, 576, 9000)),
        rc::gen::set(&Setting::client_initial, near_wrap),
        rc::gen::set(&Setting::server_initial, near_wrap),
        rc::gen::set(&Setting::receive_buffer,
                     rc::gen::element<std::int32_t>(0, 2304, 16'384, 1 << 30)),
        rc::gen::set(&Setting::delay_ms, rc::gen::inRange<std::uint16_t>(0, 100)));
}

inline PairConfig config_of(const Setting& setting) {
    PairConfig config;
    for (tcp::Sysctls* sysctls : {&config.client_sysctls, &config.server_sysctls}) {
        if (setting.rfc) tcp::apply_profile(tcp::Profile::Rfc, *sysctls);
        sysctls->tcp_sack = setting.sack;
        sysctls->tcp_timestamps = setting.timestamps;
        sysctls->tcp_window_scaling = setting.scaling;
        sysctls->rmem_max = 1 << 30;
    }
    for (tcp::SocketOptions* options : {&config.client_options, &config.server_options}) {
        if (setting.reno) options->congestion = tcp::CongestionName::Reno;
        options->receive_buffer = setting.receive_buffer;
        options->receive_buffer_locked = setting.receive_buffer != 0;
    }
    config.client_environment = {setting.mtu, setting.client_initial, UINT32_MAX - 5000};
    config.server_environment = {setting.mtu, setting.server_initial, UINT32_MAX - 5000};
    config.delay = Duration::us(100) + Duration::ms(setting.delay_ms);
    return config;
}

/// Runs the calls; then both programs stop writing, and read until nothing comes any more.
class Conversation {
public:
    Conversation(const Setting& setting, std::vector<Trouble> troubles,
                 const std::vector<Call>& calls)
        : setting_{setting},
          troubles_{std::move(troubles)},
          pair_{config_of(setting)},
          options_{pair_config_options()} {
        pair_.auto_read = false;
        pair_.keep_sent = false;
        pair_.fate = [this](Time now, Side from, const wire::Segment& segment,
                            std::vector<Time>& arrivals) {
            watch(from, segment);
            decide(now, arrivals);
        };
        for (const Call& call : calls)
            pair_.at(Time::zero() + Duration::ms(call.at_ms), [this, call] { run(call); });
        pair_.at(Time::zero() + Duration::s(5), [this] { end(); });
    }

    void run() {
        pair_.connect();
        pair_.run(Duration::s(40'000));
    }
    TcpPair& pair() { return pair_; }
    std::uint64_t written(Side side) const { return written_[index(side)]; }
    bool overran() const { return overran_; }
    std::uint64_t largest_window() const { return largest_window_; }

private:
    static std::size_t index(Side side) { return static_cast<std::size_t>(side); }

    /// Both ends begin with the options of the setting.
    std::vector<tcp::SocketOptions> pair_config_options() const {
        const PairConfig config = config_of(setting_);
        return {config.client_options, config.server_options};
    }

    bool is_open(Side side) {
        return !pair_.gone(side) && tcp::is_synchronized(pair_.endpoint(side).state());
    }

    void run(const Call& call) {
        const Side side = call.client ? Side::Client : Side::Server;
        if (!is_open(side)) return;
        switch (call.kind) {
            case Call::Kind::Write:
                return write(side, call.bytes, tcp::WriteMode::Plain);
            case Call::Kind::WriteMore:
                return write(side, call.bytes, tcp::WriteMode::More);
            case Call::Kind::Read:
                pair_.read(side, call.bytes);
                return;
            case Call::Kind::NoDelay:
                return change(side, &tcp::SocketOptions::nodelay, true);
            case Call::Kind::Cork:
                return change(side, &tcp::SocketOptions::cork, true);
            case Call::Kind::Uncork:
                return change(side, &tcp::SocketOptions::cork, false);
            case Call::Kind::ShutDown:
                return pair_.shutdown_write(side);
        }
    }
    void write(Side side, std::uint32_t bytes, tcp::WriteMode mode) {
        if (pair_.endpoint(side).may_write())
            written_[index(side)] += pair_.write(side, bytes, mode);
    }
    void change(Side side, bool tcp::SocketOptions::*option, bool on) {
        // An endpoint refers to its options: each state of them is kept.
        tcp::SocketOptions next = options_[index(side)];
        next.*option = on;
        options_[index(side)] = next;
        kept_.push_back(std::make_unique<tcp::SocketOptions>(next));
        pair_.set_options(side, *kept_.back());
    }

    void end() {
        pair_.auto_read = true;
        for (const Side side : {Side::Client, Side::Server}) {
            if (is_open(side)) pair_.shutdown_write(side);
            // What had arrived can be read even when all is over.
            if (pair_.endpoint(side).readable() > 0) pair_.read(side);
        }
        // Whoever was not connected yet closes when it is.
        if (!is_open(Side::Client) || !is_open(Side::Server)) {
            if (pair_.now() < Time::zero() + Duration::s(300))
                pair_.at(pair_.now() + Duration::s(1), [this] { end(); });
        }
    }

    void decide(Time now, std::vector<Time>& arrivals) {
        const std::uint16_t number = count_++;
        const Duration delay = config_of(setting_).delay;
        bool arrives = true;
        for (const Trouble& trouble : troubles_) {
            if (trouble.packet != number) continue;
            const Duration extra = Duration::ms(trouble.delay_ms);
            switch (trouble.kind) {
                case Trouble::Kind::Lost:
                case Trouble::Kind::Corrupted:  // fails its checksum where it arrives
                    arrives = false;
                    break;
                case Trouble::Kind::Late:
                    if (arrives) arrivals.push_back(now + delay + extra);
                    arrives = false;
                    break;
                case Trouble::Kind::Twice:
                    arrivals.push_back(now + delay + extra);
                    break;
            }
        }
        if (arrives) arrivals.push_back(now + delay);
    }

    /// No data beyond the largest right edge that the other end has ever offered.
    void watch(Side from, const wire::Segment& segment) {
        End& own = ends_[index(from)];
        const End& peer = ends_[index(other(from))];
        const bool syn = segment.has(wire::flag::kSyn);
        if (syn) own = {segment.seq, segment.syn.window_scale, 0, false};
        const bool scaled = !syn && own.scale >= 0 && peer.scale >= 0;
        const std::uint64_t window = std::uint64_t{segment.window} << (scaled ? own.scale : 0);
        largest_window_ = std::max(largest_window_, window);
        if (segment.payload.length > 0 && peer.offered) {
            const std::uint64_t end = segment.payload.offset + segment.payload.length;
            // The RFCs' probe puts one octet into a closed window. RFC 9293 §3.8.6.1.
            const std::uint64_t allowed = peer.edge + (setting_.rfc ? 1 : 0);
            if (end > allowed) overran_ = true;
        }
        if (!segment.has(wire::flag::kAck)) return;
        // In octets of the other end's stream, which starts behind its SYN.
        const std::uint64_t acked = static_cast<std::uint32_t>(segment.ack - peer.initial) - 1U;
        own.edge = std::max(own.edge, acked + window);
        own.offered = true;
    }

    struct End {
        wire::SeqNum initial;
        int scale = -1;
        std::uint64_t edge = 0;  ///< what the peer may fill, octets of its stream
        bool offered = false;
    };

    Setting setting_;
    std::vector<Trouble> troubles_;
    TcpPair pair_;
    std::vector<tcp::SocketOptions> options_;
    std::vector<std::unique_ptr<tcp::SocketOptions>> kept_;
    End ends_[2];
    std::uint64_t written_[2] = {0, 0};
    std::uint64_t largest_window_ = 0;
    std::uint16_t count_ = 0;
    bool overran_ = false;
};

}  // namespace seedwire::test
