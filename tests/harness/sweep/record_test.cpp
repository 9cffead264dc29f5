#include "harness/sweep/record.h"

#include <cmath>
#include <limits>

#include "tests/support/catch.h"

using namespace seedwire::sweep;

TEST_CASE("a record is the same after it was written and read", "[sweep][record]") {
    Record record;
    record.status = Status::EventLimit;
    record.holds = false;
    record.events = 12345678901;
    record.digest = 0xfedcba9876543210;
    record.figures = {1.5, -0.0, std::numeric_limits<double>::quiet_NaN()};
    record.series = {{}, {1, 2, 3}};
    record.reason = "event limit reached";
    const std::string bytes = encode(record);
    const auto read = decode(bytes);
    REQUIRE(read);
    CHECK(encode(*read) == bytes);
    CHECK(read->events == record.events);
    CHECK(std::isnan(read->figures[2]));
    CHECK(read->series == record.series);
    CHECK(read->reason == record.reason);
}

TEST_CASE("what is cut off or longer is no record", "[sweep][record]") {
    Record record;
    record.figures = {1, 2};
    record.reason = "why";
    const std::string bytes = encode(record);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode(std::string_view{bytes}.substr(0, size)));
    CHECK_FALSE(decode(bytes + "x"));
    std::string large = bytes;
    large[18] = '\x7f', large[19] = '\x7f', large[20] = '\x7f', large[21] = '\x7f';
    CHECK_FALSE(decode(large));
}

TEST_CASE("what is measured is the same after it was written and read", "[sweep][record]") {
    Measured measured;
    measured.warm_up_ns = 5;
    measured.figures = {{"load.goodput", "bit/s"}, {"p95(line.up.queue.sojourn)", "s"}};
    measured.series = {{"load.cwnd", "packets", 100}};
    CHECK(Measured::parse(measured.text()) == measured);
    Measured other = measured;
    other.warm_up_ns = 6;
    CHECK(other.id() != measured.id());
}
