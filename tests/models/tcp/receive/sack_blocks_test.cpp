// Which SACK blocks are sent and in which order, models/tcp/receive/sack_blocks.
#include "models/tcp/receive/sack_blocks.h"

#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;

constexpr wire::SeqNum kPeer{0xfffffff0U};  // so that blocks wrap on the wire

StreamRange range(std::uint64_t left, std::uint64_t right) {
    return {StreamOffset{left}, StreamOffset{right}};
}

std::vector<StreamRange> sent(SackBlockList& list, std::uint8_t room) {
    const wire::SackBlocks blocks = list.take(kPeer, room);
    std::vector<StreamRange> out;
    for (std::uint8_t i = 0; i < blocks.count; ++i) {
        out.push_back({from_wire(blocks.block[i].left, kPeer, StreamOffset{0}),
                       from_wire(blocks.block[i].right, kPeer, StreamOffset{0})});
    }
    return out;
}

using Ranges = std::vector<StreamRange>;

}  // namespace

TEST_CASE("The block of the segment that just arrived comes first, then the most recent changes",
          "[tcp][receive][rfc2018][SACK-1]") {
    SackBlockList list;
    list.add(range(10, 20));
    list.add(range(30, 40));
    list.add(range(50, 60));
    CHECK(sent(list, 3) == Ranges{range(50, 60), range(30, 40), range(10, 20)});
    list.add(range(20, 25));
    CHECK(sent(list, 3) == Ranges{range(10, 25), range(50, 60), range(30, 40)});
}

TEST_CASE("Four blocks are remembered; as many are sent as the header has room for",
          "[tcp][receive][rfc2018][SACK-2]") {
    SackBlockList list;
    for (std::uint64_t i = 1; i <= 5; ++i) list.add(range(20 * i, 20 * i + 10));
    CHECK(list.size() == 4);
    CHECK(sent(list, 4) == Ranges{range(100, 110), range(80, 90), range(60, 70), range(40, 50)});
    CHECK(sent(list, 3).size() == 3);
}

TEST_CASE("Blocks that meet become one", "[tcp][receive][rfc2018]") {
    SackBlockList list;
    list.add(range(10, 20));
    list.add(range(30, 40));
    list.add(range(50, 60));
    list.add(range(20, 30));
    CHECK(sent(list, 4) == Ranges{range(10, 40), range(50, 60)});
}

TEST_CASE("The prefix takes blocks away, and all of them when nothing is left behind it",
          "[tcp][receive][rfc2018]") {
    SackBlockList list;
    list.add(range(10, 20));
    list.add(range(30, 40));
    list.remove_reached(StreamOffset{20}, true);
    CHECK(sent(list, 4) == Ranges{range(30, 40)});
    list.remove_reached(StreamOffset{20}, false);
    CHECK(sent(list, 4).empty());
}

TEST_CASE("A duplicate is reported once, in front", "[tcp][receive][rfc2883][SACK-3]") {
    SackBlockList list;
    list.add(range(30, 40));
    list.set_duplicate(range(5, 8));
    list.extend_duplicate(range(8, 10));
    list.extend_duplicate(range(90, 95));  // does not continue it
    CHECK(sent(list, 3) == Ranges{range(5, 10), range(30, 40)});
    CHECK(sent(list, 3) == Ranges{range(30, 40)});
}

TEST_CASE("Blocks from the third place on must be reported before they change",
          "[tcp][receive][rfc2018][SACK-5]") {
    SackBlockList list;
    CHECK_FALSE(list.prepare(range(10, 20)));
    list.add(range(10, 20));
    CHECK_FALSE(list.prepare(range(30, 40)));
    list.add(range(30, 40));
    CHECK(list.prepare(range(50, 60)));
    list.add(range(50, 60));
    CHECK_FALSE(list.prepare(range(60, 70)));
    CHECK(list.prepare(range(20, 25)));
    // The ACK sent in between shows the block already extended, still in its place.
    CHECK(list.block(2, StreamOffset{1}) == range(10, 25));
}
