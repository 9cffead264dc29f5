// Blocks of written bytes and what they cost.
#include "models/tcp/send/send_buffer.h"

#include "tests/support/catch.h"

using namespace seedwire::tcp;

namespace {
constexpr std::uint32_t kOverhead = SendBuffer::kBlockOverhead;
constexpr StreamOffset at(std::uint64_t n) { return StreamOffset{n}; }
}  // namespace

TEST_CASE("Writes join the last unsent block up to the size goal", "[tcp][send_buffer][SEND-3]") {
    SendBuffer buffer;
    buffer.set_limit(100'000);
    CHECK(buffer.tail_room(2000) == 0);
    buffer.append_block(500);
    buffer.mark_push();
    CHECK(buffer.tail_room(2000) == 1500);
    buffer.append_to_tail(1500, true);
    CHECK(buffer.tail_room(2000) == 0);
    CHECK(buffer.head().length == 2000);
    CHECK_FALSE(buffer.head().push);  // a later write takes the earlier PSH back
    CHECK(buffer.unsent_bytes() == 2000);
    CHECK(buffer.memory() == 2000 + kOverhead);
}

TEST_CASE("MSG_EOR and FIN close a block", "[tcp][send_buffer][NAGLE-5]") {
    SendBuffer buffer;
    buffer.append_block(100);
    SECTION("end of record") { buffer.mark_end_of_record(); }
    SECTION("FIN") { buffer.append_fin(); }
    CHECK(buffer.tail_room(2000) == 0);
}

TEST_CASE("A FIN with nothing unsent gets a block of its own", "[tcp][send_buffer][CLOSE-2]") {
    SendBuffer buffer;
    buffer.append_fin();
    CHECK(buffer.has_unsent());
    CHECK(buffer.head().length == 0);
    const Block taken = buffer.take(0, at(2));
    CHECK(taken.fin);
    CHECK_FALSE(buffer.has_unsent());
    buffer.acknowledge(at(2));
    CHECK(buffer.memory() == 0);
}

TEST_CASE("Only the last piece of a block keeps PSH and FIN", "[tcp][send_buffer][SEND-5]") {
    SendBuffer buffer;
    buffer.append_block(3000);
    buffer.mark_push();
    buffer.append_fin();
    const Block first = buffer.take(2000, at(2001));
    CHECK_FALSE(first.push);
    CHECK_FALSE(first.fin);
    CHECK(buffer.memory() == 3000 + 2 * kOverhead);
    const Block second = buffer.take(1000, at(3002));
    CHECK(second.push);
    CHECK(second.fin);
}

TEST_CASE("Acknowledged blocks are freed whole, a partly acknowledged one is trimmed",
          "[tcp][send_buffer][BUF-5]") {
    SendBuffer buffer;
    buffer.append_block(4000);
    buffer.take(2000, at(2001));
    buffer.take(2000, at(4001));
    buffer.acknowledge(at(1001));
    CHECK(buffer.memory() == 3000 + 2 * kOverhead);
    buffer.acknowledge(at(2001));
    CHECK(buffer.memory() == 2000 + kOverhead);
    buffer.acknowledge(at(4001));
    CHECK(buffer.memory() == 0);
}

TEST_CASE("The next block fills up a head that is too short, marks included",
          "[tcp][send_buffer]") {
    SendBuffer buffer;
    buffer.append_block(500);
    buffer.append_block(1000);
    buffer.mark_push();
    buffer.grow_head(300);
    CHECK(buffer.head().length == 800);
    CHECK_FALSE(buffer.head().push);
    CHECK_FALSE(buffer.head_is_last());
    buffer.grow_head(5000);
    CHECK(buffer.head().length == 1500);
    CHECK(buffer.head().push);
    CHECK(buffer.head_is_last());
    CHECK(buffer.memory() == 1500 + kOverhead);
    CHECK(buffer.unsent_bytes() == 1500);
}

TEST_CASE("A record boundary keeps the next block out", "[tcp][send_buffer][NAGLE-5]") {
    SendBuffer buffer;
    buffer.append_block(500);
    buffer.mark_end_of_record();
    buffer.append_block(500);
    buffer.grow_head(500);
    CHECK(buffer.head().length == 500);
}

TEST_CASE("A block may begin while memory is below the limit; waking needs a third free",
          "[tcp][send_buffer][BUF-1][BUF-2]") {
    SendBuffer buffer;
    buffer.set_limit(3000);
    CHECK(buffer.accepts_block());
    buffer.append_block(2000 - kOverhead);
    CHECK(buffer.accepts_block());
    CHECK(buffer.is_worth_waking());
    buffer.append_to_tail(1, false);
    CHECK_FALSE(buffer.is_worth_waking());
    buffer.append_to_tail(999, false);
    CHECK_FALSE(buffer.accepts_block());
}

TEST_CASE("The autotuned buffer is twice the window with overhead", "[tcp][send_buffer][BUF-3]") {
    // 2 x 10 x (2048 + 256), measured; larger segments take the next power of two.
    CHECK(autotuned_send_buffer(1460, 10, 3) == 46080);
    CHECK(autotuned_send_buffer(1460, 32, 3) == 147456);
    CHECK(autotuned_send_buffer(1460, 1, 3) == 46080);
    CHECK(autotuned_send_buffer(1500, 10, 3) == 20 * (4096 + 256));
}
