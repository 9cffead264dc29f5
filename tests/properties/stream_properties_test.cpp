// Whatever happens to packets and whatever programs call: what was written is read, or an error is
// told; nobody sends more than was offered; and every connection ends. [WIRE-2]
#include <vector>

#include "tests/properties/conversation.h"
#include "tests/properties/property.h"

using namespace seedwire;
using namespace seedwire::test;

namespace {

constexpr Side kSides[] = {Side::Client, Side::Server};

}  // namespace

TEST_CASE("What is written is read, or an error is told", "[properties][stream][SEQ-7][CLOSE-4]") {
    holds("what is written is read, or an error is told", [] {
        const auto setting = *any_setting();
        const auto troubles = *rc::gen::container<std::vector<Trouble>>(any_trouble());
        const auto calls = *rc::gen::container<std::vector<Call>>(any_call());
        Conversation conversation{setting, troubles, calls};
        conversation.run();
        TcpPair& pair = conversation.pair();
        for (const Side side : kSides) {
            const std::uint64_t read = pair.read_bytes(other(side));
            const std::uint64_t written = conversation.written(side);
            const bool failed = pair.endpoint(Side::Client).error() != tcp::Error::None ||
                                pair.endpoint(Side::Server).error() != tcp::Error::None;
            RC_ASSERT(read <= written);
            if (!failed) RC_ASSERT(read == written);
        }
    });
}

TEST_CASE("No window is overrun", "[properties][stream][SEND-2][RWIN-2]") {
    holds("no window is overrun", [] {
        const auto setting = *any_setting();
        const auto troubles = *rc::gen::container<std::vector<Trouble>>(any_trouble());
        const auto calls = *rc::gen::container<std::vector<Call>>(any_call());
        Conversation conversation{setting, troubles, calls};
        conversation.run();
        RC_ASSERT_FALSE(conversation.overran());
        RC_ASSERT(conversation.largest_window() <= std::uint64_t{65535} << 14);
    });
}

TEST_CASE("Every conversation ends, and leaves no timer behind",
          "[properties][stream][CLOSE-4][RTO-2]") {
    holds("every conversation ends, and leaves no timer behind", [] {
        const auto setting = *any_setting();
        const auto troubles = *rc::gen::container<std::vector<Trouble>>(any_trouble());
        const auto calls = *rc::gen::container<std::vector<Call>>(any_call());
        Conversation conversation{setting, troubles, calls};
        conversation.run();
        for (const Side side : kSides) {
            tcp::Endpoint& endpoint = conversation.pair().endpoint(side);
            RC_ASSERT(endpoint.next_timeout().is_never());
            const tcp::State state = endpoint.state();
            RC_ASSERT(state == tcp::State::Closed || state == tcp::State::TimeWait);
        }
    });
}

TEST_CASE("A connection that rests waits for nothing", "[properties][timer][RTO-2][ACK-7]") {
    holds("a connection that rests waits for nothing", [] {
        const auto setting = *any_setting();
        const auto troubles = *rc::gen::container<std::vector<Trouble>>(any_trouble());
        TcpPair pair{config_of(setting)};
        std::uint16_t number = 0;
        pair.keep_sent = false;
        pair.fate = [&](Time now, Side, const wire::Segment&, std::vector<Time>& arrivals) {
            const std::uint16_t own = number++;
            for (const Trouble& trouble : troubles)
                if (trouble.packet == own && trouble.kind != Trouble::Kind::Twice) return;
            arrivals.push_back(now + Duration::ms(5));
        };
        pair.connect();
        pair.run(Duration::s(400));
        if (!pair.endpoint(Side::Client).may_write()) return;
        pair.send_all(Side::Client, *rc::gen::inRange<std::uint32_t>(0, 200'000));
        pair.run(Duration::s(10'000));
        RC_ASSERT(pair.endpoint(Side::Client).next_timeout().is_never());
        if (tcp::is_synchronized(pair.endpoint(Side::Server).state()))
            RC_ASSERT(pair.endpoint(Side::Server).next_timeout().is_never());
    });
}

TEST_CASE("A window of 2^30 octets can be filled, across the wrap of both numbers",
          "[properties][stream][OPT-10][OPT-11][WIRE-2]") {
    Setting setting;
    setting.receive_buffer = INT32_MAX;
    setting.client_initial = UINT32_MAX - 70'000'000;
    setting.server_initial = UINT32_MAX - 10;
    setting.mtu = 65535;
    PairConfig config = config_of(setting);
    config.client_sysctls.tcp_wmem[1] = config.client_sysctls.tcp_wmem[2] = INT32_MAX;
    TcpPair pair{config};
    pair.keep_sent = false;
    pair.auto_read = false;
    pair.connect();
    pair.run(Duration::s(1));
    constexpr std::uint64_t kBytes = 200'000'000;
    pair.send_all(Side::Client, kBytes, 1 << 20);
    pair.run(Duration::s(100));
    const std::uint32_t waiting = pair.endpoint(Side::Server).readable();
    CHECK(waiting == kBytes);
    CHECK(pair.endpoint(Side::Client).info(pair.now()).snd_wnd <= std::uint32_t{65535} << 14);
    pair.read(Side::Server);
    pair.run(Duration::s(200));
    CHECK(pair.read_bytes(Side::Server) == kBytes);
}
