#include "harness/judge/patterns.h"

#include "tests/support/catch.h"

namespace seedwire::judge {

using Item = scenario::Segments::Item;
using namespace wire::flag;
using tcp::State;

namespace {

SentSegment sent(bool client, std::uint16_t flags, std::uint16_t length = 0, bool lost = false) {
    SentSegment s;
    s.from_client = client;
    s.flags = flags;
    s.length = length;
    s.lost = lost;
    return s;
}

Item item(bool client, std::uint16_t flags, bool lost = false) {
    Item i;
    i.side = client ? Item::Side::Client : Item::Side::Server;
    i.flags = flags;
    i.fate.lost = lost;
    return i;
}
Item data(bool client, std::int64_t length = -1) {
    Item i;
    i.side = client ? Item::Side::Client : Item::Side::Server;
    i.data = true;
    i.length = length;
    return i;
}
Item any(Item::Kind kind) {
    Item i;
    i.kind = kind;
    return i;
}
const Item kOne = any(Item::Kind::AnyOne), kMany = any(Item::Kind::AnyNumber);

const std::vector<SentSegment> kHandshake = {sent(true, kSyn), sent(false, kSyn | kAck),
                                             sent(true, kAck), sent(true, kAck | kPsh, 100),
                                             sent(false, kAck)};

}  // namespace

TEST_CASE("A segment fits its item by side, flags, length and loss", "[judge][patterns]") {
    CHECK(fits(item(true, kSyn), sent(true, kSyn)));
    CHECK_FALSE(fits(item(true, kSyn), sent(false, kSyn)));
    CHECK_FALSE(fits(item(true, kSyn), sent(true, kSyn | kAck)));
    CHECK_FALSE(fits(item(true, kSyn), sent(true, kSyn, 0, true)));
    CHECK(fits(item(true, kSyn, true), sent(true, kSyn, 0, true)));
    CHECK(fits(item(true, kAck), sent(true, kAck | kPsh)));         // PSH says nothing
    CHECK(fits(item(true, kSyn), sent(true, kSyn | kEce | kCwr)));  // nor do ECN flags
    CHECK(fits(data(true), sent(true, kAck | kPsh, 100)));
    CHECK(fits(data(true, 100), sent(true, kAck, 100)));
    CHECK_FALSE(fits(data(true, 99), sent(true, kAck, 100)));
    CHECK_FALSE(fits(data(true), sent(true, kAck)));
    CHECK_FALSE(fits(item(true, kAck), sent(true, kAck, 100)));
    CHECK(fits(item(true, kFin | kAck), sent(true, kFin | kAck, 100)));  // FIN may carry data
    CHECK(fits(kOne, sent(false, kRst)));
}

TEST_CASE("A pattern matches the whole sequence", "[judge][patterns]") {
    const auto holds = [](const std::vector<Item>& items) { return !match(items, kHandshake); };
    CHECK(holds({kMany}));
    CHECK(holds({item(true, kSyn), kMany}));
    CHECK(holds({item(true, kSyn), kOne, kOne, kOne, kOne}));
    CHECK(holds({kMany, item(false, kAck)}));
    CHECK(holds({kMany, data(true), kMany}));
    CHECK(holds({item(true, kSyn), kMany, item(true, kAck), kMany, item(false, kAck), kMany}));
    CHECK_FALSE(holds({item(true, kSyn)}));
    CHECK_FALSE(holds({item(true, kSyn), kOne, kOne, kOne}));
    CHECK_FALSE(holds({kMany, data(true)}));
    CHECK_FALSE(holds({item(false, kSyn), kMany}));
    CHECK_FALSE(holds({}));
    CHECK(!match({kMany}, {}));
    CHECK(!match({}, {}));
    CHECK(match({kOne}, {}));
}

TEST_CASE("An ellipsis is tried again when it took too little", "[judge][patterns]") {
    // client ACK, client DATA appears first with something else behind it.
    const std::vector<SentSegment> segments = {sent(true, kAck), sent(false, kAck),
                                               sent(true, kAck), sent(true, kAck, 10)};
    CHECK(!match({kMany, item(true, kAck), data(true)}, segments));
}

TEST_CASE("A mismatch tells where the pattern was left", "[judge][patterns]") {
    const auto wrong = match({item(true, kSyn), item(true, kAck), kMany}, kHandshake);
    REQUIRE(wrong);
    CHECK(wrong->item == 1);
    CHECK(wrong->segment == 1);
    const auto missing = match({item(true, kSyn), item(false, kSyn | kAck), item(true, kAck),
                                data(true), item(false, kAck), item(false, kFin | kAck)},
                               kHandshake);
    REQUIRE(missing);
    CHECK(missing->item == 5);
    CHECK(missing->segment == 5);
}

TEST_CASE("Segments are described in the words of the pattern language", "[judge][patterns]") {
    CHECK(describe(sent(true, kSyn)) == "client SYN");
    CHECK(describe(sent(false, kSyn | kAck, 0, true)) == "server SYN+ACK lost");
    CHECK(describe(sent(true, kAck | kPsh, 100)) == "client DATA(100)");
    CHECK(describe(sent(false, kFin | kAck, 7)) == "server FIN+ACK+DATA(7)");
    CHECK(describe(sent(false, kRst)) == "server RST");
}

TEST_CASE("States pass from the first on; a CLOSED before opening may be left out",
          "[judge][patterns]") {
    const std::vector<State> opener = {State::Closed, State::SynSent, State::Established,
                                       State::FinWait1};
    CHECK(passes(opener, {State::SynSent, State::Established}));
    CHECK(passes(opener, {State::Closed, State::SynSent}));
    CHECK_FALSE(passes(opener, {State::Established}));
    CHECK_FALSE(passes(opener, {State::SynSent, State::FinWait1}));
    const std::vector<State> listener = {State::Listen, State::SynReceived};
    CHECK(passes(listener, {State::Listen, State::SynReceived}));
    CHECK_FALSE(passes(listener, {State::SynReceived}));
    CHECK_FALSE(passes({}, {State::Listen}));
    CHECK(states_of({{Time::zero(), State::Closed, State::SynSent}}) ==
          std::vector<State>{State::Closed, State::SynSent});
}

}  // namespace seedwire::judge
