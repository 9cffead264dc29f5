// What packets cost, models/tcp/receive/receive_buffer.
#include "models/tcp/receive/receive_buffer.h"

#include "tests/support/catch.h"

namespace {
using namespace seedwire::tcp;
}

TEST_CASE("A packet costs a power of two and 256 bytes", "[tcp][receive][RWIN-12]") {
    CHECK(packet_memory(52) == 1280);  // bare FIN
    CHECK(packet_memory(52 + 100) == 1280);
    CHECK(packet_memory(52 + 524) == 1280);
    CHECK(packet_memory(640) == 1280);
    CHECK(packet_memory(641) == 2304);
    CHECK(packet_memory(52 + 1448) == 2304);
    CHECK(packet_memory(9000) == 16384 + 256);
}

TEST_CASE("A packet is freed when its last byte was read", "[tcp][receive][RWIN-12]") {
    ReceiveBuffer buffer;
    buffer.add(StreamOffset{1449}, 1448, 1500);
    buffer.add(StreamOffset{2897}, 1448, 1500);
    CHECK(buffer.charged() == 2 * 2304);
    CHECK(buffer.first_end() == StreamOffset{1449});
    buffer.release_before(StreamOffset{1448});
    CHECK(buffer.charged() == 2 * 2304);
    buffer.release_before(StreamOffset{1449});
    CHECK(buffer.charged() == 2304);
    buffer.release_before(StreamOffset{2897});
    CHECK(buffer.charged() == 0);
    CHECK(buffer.empty());
}

TEST_CASE("Small packets share the room behind an unread one", "[tcp][receive]") {
    ReceiveBuffer buffer;
    buffer.add(StreamOffset{1449}, 1448, 1500);
    buffer.add(StreamOffset{1501}, 52, 104);
    CHECK(buffer.charged() == 2304);
    CHECK(buffer.packets() == 1);
    buffer.add(StreamOffset{1701}, 200, 252);
    CHECK(buffer.charged() == 2304 + 1280);
}

TEST_CASE("A filled hole is charged packet by packet", "[tcp][receive]") {
    ReceiveBuffer buffer;
    buffer.add_run(StreamOffset{1}, StreamOffset{1 + 3 * 1448}, 3, 3 * 2304);
    CHECK(buffer.charged() == 3 * 2304);
    buffer.release_before(StreamOffset{1 + 1448});
    CHECK(buffer.charged() == 2 * 2304);
    buffer.release_before(StreamOffset{1 + 3 * 1448});
    CHECK(buffer.charged() == 0);
}

TEST_CASE("Collapsing squeezes wasteful packets and spares full ones", "[tcp][receive][RWIN-13]") {
    ReceiveBuffer buffer;
    buffer.add(StreamOffset{1449}, 1448, 1500);
    for (std::uint64_t i = 1; i <= 4; ++i) buffer.add(StreamOffset{1449 + 300 * i}, 300, 352);
    CHECK(buffer.charged() == 2304 + 4 * 1280);
    buffer.collapse(StreamOffset{1}, 128);
    CHECK(buffer.charged() == 2 * 2304);  // 1200 bytes fit into one 2 KiB buffer
    CHECK(buffer.first_end() == StreamOffset{1449});
    buffer.release_before(StreamOffset{1449 + 1200});
    CHECK(buffer.charged() == 0);
}
