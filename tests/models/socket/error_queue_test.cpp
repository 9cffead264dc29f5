// Messages of the error queue. socket(7), ip(7).
#include "models/socket/error_queue.h"

#include "tests/support/catch.h"

namespace seedwire::socket {
namespace {

constexpr std::uint32_t kAll = timestamping::kAnySend | timestamping::kId;

Time at(std::int64_t ms) { return Time::zero() + Duration::ms(ms); }

TEST_CASE("A write is stamped when it leaves and when its last byte is acknowledged",
          "[socket][errors][ERRQ-2]") {
    ErrorQueue queue;
    queue.count_from(100);
    queue.expect_stamps(1100, kAll, {1100, 100, 100});
    queue.on_progress(at(1), {1100, 1099, 100});
    CHECK(queue.empty());
    queue.on_progress(at(2), {1100, 1100, 100});
    queue.on_progress(at(3), {1100, 1100, 1099});
    queue.on_progress(at(4), {1100, 1100, 1100});
    for (const auto& [kind, ms] : {std::pair{Stamp::Scheduled, 2}, std::pair{Stamp::Sent, 2},
                                   std::pair{Stamp::Acknowledged, 4}}) {
        const auto message = queue.take();
        REQUIRE(message);
        CHECK(message->info == static_cast<std::uint32_t>(kind));
        CHECK(message->data == 999);
        CHECK(message->at == at(ms));
        CHECK(message->error == tcp::Error::NoMessage);
    }
    CHECK_FALSE(queue.take());
}

TEST_CASE("Of writes that share a transmit buffer the last is stamped",
          "[socket][errors][ERRQ-2]") {
    ErrorQueue queue;
    queue.expect_stamps(100, kAll, {100, 0, 0});
    queue.expect_stamps(200, kAll, {200, 0, 0});
    queue.on_progress(at(1), {200, 200, 200});
    int count = 0;
    while (const auto message = queue.take()) {
        CHECK(message->data == 199);
        ++count;
    }
    CHECK(count == 3);
}

TEST_CASE("Buffers come back in order, adjacent ones in one message", "[socket][errors][ERRQ-3]") {
    ErrorQueue queue;
    queue.expect_completion(0, 100'000, {100'000, 100'000, 0});
    queue.expect_completion(100'000, 200'000, {200'000, 200'000, 0});
    queue.expect_completion(200'000, 300'000, {300'000, 300'000, 0});
    queue.on_progress(at(1), {300'000, 300'000, 99'999});
    CHECK(queue.empty());
    queue.on_progress(at(2), {300'000, 300'000, 100'000});
    queue.on_progress(at(3), {300'000, 300'000, 200'000});
    auto message = queue.take();
    REQUIRE(message);
    CHECK(message->info == 0);
    CHECK(message->data == 1);
    queue.on_progress(at(4), {300'000, 300'000, 300'000});
    message = queue.take();
    REQUIRE(message);
    CHECK(message->origin == QueuedError::Origin::ZeroCopy);
    CHECK(message->info == 2);
    CHECK(message->data == 2);
}

}  // namespace
}  // namespace seedwire::socket
