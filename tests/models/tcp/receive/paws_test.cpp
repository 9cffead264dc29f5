// PAWS and the echo of timestamps, models/tcp/receive/paws.
#include "models/tcp/receive/paws.h"

#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;
using namespace seedwire::literals;

constexpr Duration kRto = Duration::ms(300);

Time at(Duration since_start) { return Time::zero() + since_start; }

Paws seen(std::uint32_t ts_recent) {
    Paws paws;
    paws.set(Time::zero(), ts_recent);
    return paws;
}

}  // namespace

TEST_CASE("PAWS refuses a segment more than one unit older than the last accepted",
          "[tcp][receive][rfc7323][PAWS-1]") {
    const Paws paws = seen(1000);
    CHECK(paws.check(at(1_s), {.ts_value = 1000}, kRto) == PawsVerdict::Pass);
    CHECK(paws.check(at(1_s), {.ts_value = 999}, kRto) == PawsVerdict::Pass);
    CHECK(paws.check(at(1_s), {.ts_value = 998}, kRto) == PawsVerdict::Acknowledge);
    // The clock wraps: 2^31 ahead is still ahead.
    CHECK(paws.check(at(1_s), {.ts_value = 1000 + 0x7fffffffU}, kRto) == PawsVerdict::Pass);
}

TEST_CASE("PAWS forgets what it saw after 2147 s, and never trusts a zero",
          "[tcp][receive][rfc7323][PAWS-3]") {
    const Paws paws = seen(1000);
    CHECK(paws.check(at(2146_s), {.ts_value = 10}, kRto) == PawsVerdict::Acknowledge);
    CHECK(paws.check(at(2147_s), {.ts_value = 10}, kRto) == PawsVerdict::Pass);
    CHECK(seen(0).check(at(1_s), {.ts_value = 0x90000000}, kRto) == PawsVerdict::Pass);
}

TEST_CASE("PAWS lets a slightly old duplicate ACK pass and drops one from before silently",
          "[tcp][receive][rfc7323][PAWS-2]") {
    const Paws paws = seen(1000);
    PawsSegment ack{.ts_value = 990, .pure_ack = true, .expected = true, .repeats_ack = true};
    CHECK(paws.check(at(1_s), ack, kRto) == PawsVerdict::Pass);
    SECTION("but not one older than 1.2 retransmission timeouts") {
        ack.ts_value = 1000 - 360;
        CHECK(paws.check(at(1_s), ack, kRto) == PawsVerdict::Pass);
        ack.ts_value = 1000 - 361;
        CHECK(paws.check(at(1_s), ack, kRto) == PawsVerdict::Acknowledge);
    }
    SECTION("nor one that says something new") {
        ack.repeats_ack = false;
        CHECK(paws.check(at(1_s), ack, kRto) == PawsVerdict::Acknowledge);
    }
    SECTION("one below the expected sequence number is not worth an answer") {
        ack.expected = false;
        ack.before_expected = true;
        CHECK(paws.check(at(1_s), ack, kRto) == PawsVerdict::Drop);
    }
}

TEST_CASE("The echo follows only segments at or before the last ACK sent",
          "[tcp][receive][rfc7323][PAWS-4]") {
    Paws paws = seen(1000);
    paws.update(at(1_s), 1010, false);
    CHECK(paws.ts_recent() == 1000);
    paws.update(at(1_s), 1010, true);
    CHECK(paws.ts_recent() == 1010);
    paws.update(at(2_s), 1009, true);
    CHECK(paws.ts_recent() == 1010);
    CHECK(paws.stamp() == at(1_s));
}
