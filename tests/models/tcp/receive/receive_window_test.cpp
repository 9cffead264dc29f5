// The offered window, models/tcp/receive/receive_window. The numbers are those of Linux 6.18.
#include "models/tcp/receive/receive_window.h"

#include "tests/support/catch.h"

namespace {

using namespace seedwire::tcp;

constexpr std::uint32_t kFull = 2304;  // memory of a packet with 1448 bytes
constexpr std::int32_t kLargest = 33554432;

/// A passive open with default buffers and timestamps: 65160 in the SYN-ACK, scale 10.
ReceiveWindow default_window() {
    ReceiveWindow window;
    window.start({.buffer = 131072,
                  .window = 65160,
                  .clamp = 65535U << 10,
                  .advertised_mss = 1448,
                  .scale = 10},
                 StreamOffset{1});
    return window;
}

/// The active side of the same: 64240 in the SYN.
ReceiveWindow client_window() {
    ReceiveWindow window;
    window.start({.buffer = 131072,
                  .window = 64240,
                  .clamp = 65535U << 10,
                  .advertised_mss = 1448,
                  .scale = 10},
                 StreamOffset{1});
    return window;
}

ReceiveWindow unscaled(std::uint32_t buffer, std::uint32_t first) {
    ReceiveWindow window;
    window.start({.buffer = buffer,
                  .window = first,
                  .clamp = buffer / 2,
                  .advertised_mss = 1448,
                  .scale = 0,
                  .buffer_locked = true},
                 StreamOffset{1});
    return window;
}

}  // namespace

TEST_CASE("One segment of the buffer stays reserved from the start", "[tcp][receive][RWIN-8]") {
    ReceiveWindow window = default_window();
    CHECK(window.clamp() == 64088);
    CHECK(window.threshold() == 64088);
    CHECK(window.space() == 14480);
    // What the SYN-ACK promised holds, rounded up to the scale.
    window.select(StreamOffset{1}, 0, 536, false);
    CHECK(window.last_offer() == 65536);
    // The client's third ACK: 64088 rounded up.
    ReceiveWindow client = client_window();
    client.select(StreamOffset{1}, 0, 536, false);
    CHECK(client.last_offer() == 64512);
    CHECK(client.field() == 63);
}

TEST_CASE("The window grows by two segments for each that arrives, up to the buffer",
          "[tcp][receive][RWIN-3][RWIN-6]") {
    ReceiveWindow window = default_window();
    StreamOffset rcv_nxt{1};
    std::vector<std::uint32_t> offers;
    for (int i = 0; i < 7; ++i) {
        rcv_nxt += 1448;
        if (i == 0) window.measure_ratio(1448, kFull);
        CHECK(window.grow(1448, kFull, kFull, 1448, kLargest) == (i < 6));
        window.select(rcv_nxt, kFull, 1448, false);
        offers.push_back(window.last_offer());
    }
    CHECK(offers == std::vector<std::uint32_t>{68608, 71680, 74752, 76800, 79872, 80896, 80896});
    CHECK(window.ratio() == 160);
    CHECK(window.threshold() == 80480);
}

TEST_CASE("The memory ratio follows the size of segments and lifts or lowers the limit",
          "[tcp][receive][RWIN-7]") {
    ReceiveWindow window = default_window();
    SECTION("full segments give back what was reserved") {
        window.measure_ratio(1448, kFull);
        CHECK(window.clamp() == 81920);
        CHECK(window.threshold() == 65160);
    }
    SECTION("1000-byte segments waste memory") {
        window.measure_ratio(1000, kFull);
        CHECK(window.ratio() == 111);
        CHECK(window.clamp() == 131072 * 111 / 256);
        CHECK(window.threshold() == 131072 * 111 / 256);
    }
}

TEST_CASE("Wasteful packets open a small window only", "[tcp][receive][RWIN-6]") {
    ReceiveWindow window = default_window();
    window.measure_ratio(1448, kFull);
    // 200 bytes in 1280: 400 of window after one halving fits into no 200; 200 after two does.
    CHECK(window.grow(200, 1280, 1280, 200, kLargest));
    CHECK(window.threshold() == 65160 + 400);
    // With a small largest buffer the halved limit falls below the threshold first.
    CHECK_FALSE(window.grow(200, 1280, 1280, 200, 131072));
}

TEST_CASE("An offered window is never taken back", "[tcp][receive][rfc9293][RWIN-2]") {
    ReceiveWindow window = client_window();
    window.select(StreamOffset{1}, 0, 536, false);
    REQUIRE(window.last_offer() == 64512);
    // A buffer full of unread data: what is left of the old offer stays, rounded up.
    window.select(StreamOffset{1} + 1000, 131072, 1448, false);
    CHECK(window.last_offer() == 64512);
    CHECK(window.offered(StreamOffset{1} + 1000) == 64512);
    window.select(StreamOffset{1} + 10000, 131072, 1448, false);
    CHECK(window.last_offer() == 56320);  // 65512 - 10000 = 55512, rounded up to 1024
    SECTION("unless tcp_shrink_window permits it") {
        window.select(StreamOffset{1} + 10000, 131072, 1448, true);
        CHECK(window.last_offer() == 0);
    }
}

TEST_CASE("Below half of the space quick ACKs end, below one segment the window closes",
          "[tcp][receive][ACK-18][RWIN-4]") {
    ReceiveWindow window = default_window();
    window.measure_ratio(1448, kFull);  // limit 81920
    CHECK_FALSE(window.compute(65536, 1448, false).scarce);
    CHECK(window.compute(65537, 1448, false).scarce);
    // Scarce memory is rounded down: 160/256 of what is left is 40625.
    CHECK(window.compute(66072, 1448, false).window == 39936);
    CHECK(window.compute(131072 - 8192, 1448, false).window == 5120);
    CHECK(window.compute(131072 - 8190, 1448, false).window == 0);  // below 1/16 once rounded
    CHECK(window.compute(200000, 1448, false).window == 0);
}

TEST_CASE("Without a scale the window moves in whole segments", "[tcp][receive][RWIN-5]") {
    ReceiveWindow window = unscaled(32768, 15928);
    CHECK(window.clamp() == 14936);
    window.measure_ratio(1448, kFull);
    CHECK(window.grow(1448, kFull, kFull, 1448, kLargest));
    window.select(StreamOffset{1449}, kFull, 1448, false);
    CHECK(window.last_offer() == 18824);  // 13 segments
    CHECK(window.field() == 18824);
    // A little less free memory does not change it.
    CHECK(window.compute(kFull, 1448, false).window == 18824);
    CHECK(window.compute(2 * kFull, 1448, false).window == 17376);
}

TEST_CASE("Memory run out means window zero", "[tcp][receive]") {
    ReceiveWindow window = default_window();
    window.select_zero(StreamOffset{5000});
    CHECK(window.field() == 0);
    CHECK(window.offered(StreamOffset{5000}) == 0);
    CHECK(window.last_ack({5000}) == StreamOffset{5000});
}

TEST_CASE("The buffer grows to six times what a doubling sender sent in a round trip",
          "[tcp][receive][RWIN-9]") {
    ReceiveWindow window = default_window();
    window.measure_ratio(1448, kFull);
    window.autotune(15928, 0, true, kLargest);
    CHECK(window.buffer() == 131072);  // 61161 would do
    window.autotune(30408, 0, true, kLargest);
    CHECK(window.buffer() == 274224);
    CHECK(window.clamp() == 171390);
    window.autotune(57920, 0, true, kLargest);
    CHECK(window.buffer() == 520726);
    CHECK(window.clamp() == 325453);
    SECTION("never beyond tcp_rmem[2]") {
        window.autotune(1000000, 0, true, 600000);
        CHECK(window.buffer() == 600000);
    }
    SECTION("never when switched off") {
        window.autotune(1000000, 0, false, kLargest);
        CHECK(window.buffer() == 520726);
        CHECK(window.space() == 1000000);
    }
}

TEST_CASE("Out-of-order data alone may enlarge the buffer; SO_RCVBUF forbids it",
          "[tcp][receive][RWIN-9][RWIN-16]") {
    ReceiveWindow window = default_window();
    window.measure_ratio(1448, kFull);
    window.autotune(window.space(), 80000, true, kLargest);
    CHECK(window.buffer() == (2 * 14480 + 80000) * 256 / 160);
    ReceiveWindow locked = unscaled(32768, 15928);
    locked.autotune(locked.space(), 80000, true, kLargest);
    CHECK(locked.buffer() == 32768);
}

TEST_CASE("Overcommitted memory enlarges the buffer or closes the window to two segments",
          "[tcp][receive]") {
    ReceiveWindow window = default_window();
    window.clamp_to_memory(140000, kLargest);
    CHECK(window.buffer() == 140000);
    ReceiveWindow locked = unscaled(32768, 15928);
    locked.clamp_to_memory(40000, kLargest);
    CHECK(locked.buffer() == 32768);
    CHECK(locked.threshold() == 2 * 1448);
}

TEST_CASE("TCP_WINDOW_CLAMP lowers the threshold at once and lifts it to the last offer",
          "[tcp][receive][RWIN-16]") {
    ReceiveWindow window = default_window();
    window.set_clamp(20000);
    CHECK(window.threshold() == 20000);
    window.set_clamp(70000);
    CHECK(window.threshold() == 65160);
    window.set_clamp(1);
    CHECK(window.clamp() == 1152);
}
