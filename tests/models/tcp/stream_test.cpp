// Whatever the network does, streams arrive in order, once and whole: random loss, reordering,
// duplication, both directions, with and without options, across the wrap of sequence numbers.
// (That the bytes are the right ones at each position, the endpoint asserts itself.)
#include <string>

#include "sim/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/tcp_pair.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

namespace {

struct Network {
    Probability loss, duplication, reordering;
    Duration jitter;
};

Probability percent(std::uint64_t n) { return Probability{Ratio::of(n, 100)}; }

/// Applies `network` to the pair with draws named after `seed` alone.
class Trouble {
public:
    Trouble(std::uint64_t seed, const Network& network)
        : network_{network},
          loss_{seed, "loss"},
          twice_{seed, "duplication"},
          late_{seed, "reordering"},
          jitter_{seed, "jitter"} {}
    void apply(Time now, Duration delay, std::vector<Time>& arrivals) {
        const bool lost = loss_.chance(network_.loss);
        const bool twice = twice_.chance(network_.duplication);
        const bool late = late_.chance(network_.reordering);
        const Duration extra = jitter_.uniform(Duration::zero(), network_.jitter);
        if (lost) return;
        arrivals.push_back(now + delay + (late ? extra : Duration::zero()));
        if (twice) arrivals.push_back(now + delay + extra);
    }

private:
    Network network_;
    RandomStream loss_, twice_, late_, jitter_;
};

PairConfig random_config(std::uint64_t seed) {
    RandomStream draw{seed, "configuration"};
    PairConfig config;
    const auto coin = [&draw] { return draw.below(2) == 0; };
    config.client_sysctls.tcp_sack = coin();
    config.client_sysctls.tcp_timestamps = coin();
    config.client_sysctls.tcp_window_scaling = coin();
    config.client_sysctls.timer_tick = coin() ? Duration::zero() : 4_ms;
    config.client_options.congestion =
        coin() ? tcp::CongestionName::Reno : tcp::CongestionName::Cubic;
    config.client_options.nodelay = coin();
    if (coin()) {
        config.server_options.receive_buffer = 16'384;
        config.server_options.receive_buffer_locked = true;
    }
    config.server_environment.mtu = coin() ? 1500 : 576;
    // Close to the wrap of sequence numbers and of the timestamp clock.
    config.client_environment.initial_sequence =
        UINT32_MAX - static_cast<std::uint32_t>(draw.below(100'000));
    config.server_environment.initial_sequence =
        UINT32_MAX - static_cast<std::uint32_t>(draw.below(100'000));
    config.client_environment.timestamp_offset = UINT32_MAX - 1000;
    config.delay = Duration::us(static_cast<std::int64_t>(100 + draw.below(50'000)));
    return config;
}

void exchange(std::uint64_t seed, const Network& network, std::uint64_t up, std::uint64_t down) {
    const PairConfig config = random_config(seed);
    TcpPair pair{config};
    pair.keep_sent = false;
    pair.close_on_end_of_file = down == 0;
    Trouble forth{seed, network};
    Trouble back{seed + 1'000'003, network};
    pair.fate = [&](Time now, Side from, const wire::Segment&, std::vector<Time>& arrivals) {
        (from == Side::Client ? forth : back).apply(now, config.delay, arrivals);
    };
    bool started = false;
    pair.on_events = [&](Side side, std::uint16_t events) {
        if ((events & tcp::event::kEstablished) == 0) return;
        if (side == Side::Client) {
            pair.at(pair.now(),
                    [&] { pair.send_all(Side::Client, up, 10'000, TcpPair::Then::ShutdownWrite); });
        } else if (down > 0 && !started) {
            started = true;
            pair.at(pair.now(), [&] {
                pair.send_all(Side::Server, down, 3'000, TcpPair::Then::ShutdownWrite);
            });
        }
    };
    pair.connect();
    pair.run(30000_s);
    INFO("seed " << seed);
    CHECK(pair.read_bytes(Side::Server) == up);
    CHECK(pair.read_bytes(Side::Client) == down);
    CHECK(pair.endpoint(Side::Client).at_end_of_file());
    CHECK(pair.endpoint(Side::Server).at_end_of_file());
    CHECK(pair.gone(Side::Client));  // or its stub is what remains
    CHECK(pair.endpoint(Side::Client).error() == tcp::Error::None);
    CHECK(pair.endpoint(Side::Server).error() == tcp::Error::None);
}

}  // namespace

TEST_CASE("Streams survive a perfect network", "[tcp][stream]") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) exchange(seed, Network{}, 300'000, 0);
}

TEST_CASE("Streams survive loss", "[tcp][stream]") {
    const std::uint64_t loss = GENERATE(1U, 5U, 20U);
    const Network network{percent(loss), {}, {}, {}};
    for (std::uint64_t seed = 1; seed <= 25; ++seed) exchange(seed, network, 200'000, 50'000);
}

TEST_CASE("Streams survive reordering and duplication", "[tcp][stream]") {
    const Network network{{}, percent(10), percent(20), 30_ms};
    for (std::uint64_t seed = 1; seed <= 25; ++seed) exchange(seed, network, 200'000, 50'000);
}

TEST_CASE("Streams survive everything at once", "[tcp][stream]") {
    const Network network{percent(10), percent(10), percent(30), 80_ms};
    for (std::uint64_t seed = 1; seed <= 40; ++seed) exchange(seed, network, 100'000, 100'000);
}

TEST_CASE("The same seed gives the same conversation", "[tcp][stream]") {
    const auto conversation = [] {
        PairConfig config = random_config(7);
        TcpPair pair{config};
        Trouble trouble{7, Network{percent(5), percent(5), percent(5), 20_ms}};
        pair.fate = [&](Time now, Side, const wire::Segment&, std::vector<Time>& arrivals) {
            trouble.apply(now, config.delay, arrivals);
        };
        pair.connect();
        pair.run(2_s);
        pair.send_all(Side::Client, 50'000);
        pair.run(60_s);
        std::string text;
        for (const SentSegment& sent : pair.sent) {
            text += std::to_string(sent.at.ns()) + " " + describe(sent.segment) + "\n";
        }
        return text;
    };
    const std::string first = conversation();
    CHECK(first.size() > 1000);
    CHECK(first == conversation());
}
