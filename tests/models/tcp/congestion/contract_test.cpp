// What every congestion control must keep, whatever it is made of. A new line in algorithms.def
// enters these tests by itself.
#include <string>
#include <vector>

#include "models/tcp/congestion/registry.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {

namespace {

/// A connection's life, made up from a seed: ACKs, losses, timeouts, idleness.
class Life {
public:
    Life(const CongestionPlugin& plugin, std::uint32_t seed) : seed_{seed} {
        plugin.make(Parameters{plugin.declared()}, algorithm_);
        moment_.now = Time::zero() + Duration::ms(100);
        moment_.tick = Duration::ms(1);
        moment_.mss = 1448;
        moment_.min_rtt_us = 20'000;
        moment_.srtt_us = 25'000;
        moment_.pacing_rate = 1'000'000;
        algorithm_->on_start(moment_, window_);
    }
    void step() {
        moment_.now += Duration::us(100 + random() % 5'000);
        moment_.snd_una += 1448;
        moment_.snd_nxt = moment_.snd_una + std::uint64_t{window_.cwnd} * 1448;
        switch (random() % 40) {
            case 0:
                lose(RecoveryState::Recovery);
                break;
            case 1:
                lose(RecoveryState::Loss);
                break;
            case 2: {
                const Time before = moment_.now;
                moment_.now += Duration::ms(random() % 3'000);
                algorithm_->on_send_after_idle(moment_, before);
                break;
            }
            default:
                ack();
        }
        trail_.push_back({window_.cwnd, window_.ssthresh});
    }
    const Window& window() const { return window_; }
    CongestionControl& algorithm() { return *algorithm_; }
    const CongestionMoment& moment() const { return moment_; }
    const std::vector<std::pair<std::uint32_t, std::uint32_t>>& trail() const { return trail_; }
    void ack(bool limited = true) {
        const std::int64_t rtt_us = 20'000 + random() % 20'000;
        algorithm_->on_rtt_sample(moment_, rtt_us, window_);
        CongestionAck event;
        event.delivered = 1 + random() % 4;
        event.limited = limited;
        event.rtt_us = rtt_us;
        algorithm_->on_ack(moment_, event, window_);
    }

private:
    void lose(RecoveryState state) {
        window_.ssthresh = algorithm_->ssthresh(moment_, window_);
        window_.growth = 0;
        window_.cwnd = state == RecoveryState::Loss ? 1 : window_.ssthresh;
        algorithm_->on_state(moment_, state);
        algorithm_->on_state(moment_, RecoveryState::Open);
    }
    std::uint32_t random() {
        seed_ = seed_ * 1103515245 + 12345;
        return (seed_ >> 16) & 0x7fff;
    }

    std::uint32_t seed_;
    CongestionSlot algorithm_;
    Window window_;
    CongestionMoment moment_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> trail_;
};

}  // namespace

TEST_CASE("Every congestion control keeps the contract", "[tcp][congestion]") {
    for (const CongestionPlugin* plugin : congestion_controls()) {
        DYNAMIC_SECTION(plugin->name) {
            SECTION("describes itself") {
                CHECK_FALSE(plugin->summary.empty());
                CHECK_FALSE(plugin->reference.empty());
                CHECK(find_plugin(congestion_controls(), plugin->name) == plugin);
            }
            SECTION("the window never falls below one, ssthresh never below two") {
                Life life{*plugin, 7};
                for (int i = 0; i < 5'000; ++i) {
                    life.step();
                    REQUIRE(life.window().cwnd >= 1);
                    REQUIRE(life.window().ssthresh >= 2);
                }
            }
            SECTION("a window that is not used does not grow") {
                Life life{*plugin, 8};
                for (int i = 0; i < 500; ++i) life.step();
                const std::uint32_t before = life.window().cwnd;
                for (int i = 0; i < 500; ++i) life.ack(false);
                CHECK(life.window().cwnd <= before);
            }
            SECTION("a reduction that was an illusion is taken back exactly") {
                Life life{*plugin, 9};
                for (int i = 0; i < 100; ++i) life.ack();
                Window window = life.window();
                const std::uint32_t before = window.cwnd;
                window.cwnd = life.algorithm().ssthresh(life.moment(), window);
                CHECK(life.algorithm().undone_cwnd(window, before) == before);
            }
            SECTION("equal inputs give equal windows") {
                Life one{*plugin, 10}, other{*plugin, 10};
                for (int i = 0; i < 2'000; ++i) {
                    one.step();
                    other.step();
                }
                CHECK(one.trail() == other.trail());
            }
        }
    }
}

TEST_CASE("The names of congestion controls follow the table", "[tcp][congestion]") {
    CHECK(to_string(CongestionName::Reno) == "reno");
    CHECK(to_string(CongestionName::Cubic) == "cubic");
    CHECK(congestion_controls().size() == 2);
    CHECK(nearest_plugin(congestion_controls(), "cubik") == "cubic");
}

}  // namespace seedwire::tcp
