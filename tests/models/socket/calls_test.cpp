// Blocking calls over a socket whose answers the test decides.
#include "models/socket/calls.h"

#include <vector>

#include "tests/support/catch.h"

namespace seedwire::socket {
namespace {

using tcp::Error;

/// Answers from lists; EAGAIN when they are used up.
struct Answers final : NonBlockingCalls {
    std::vector<Result> to_accept, to_write, to_read;
    std::vector<std::uint32_t> lengths;
    Error error = Error::None;
    bool established = false;
    std::uint32_t outstanding = 0;

    static Result next(std::vector<Result>& answers) {
        if (answers.empty()) return failure(Error::Again);
        const Result result = answers.front();
        answers.erase(answers.begin());
        return result;
    }
    Result accept(Time, SocketId) override { return next(to_accept); }
    Result write(Time, SocketId, std::uint32_t length, tcp::WriteMode) override {
        lengths.push_back(length);
        return next(to_write);
    }
    Result read(Time, SocketId, std::uint32_t at_most) override {
        lengths.push_back(at_most);
        return next(to_read);
    }
    Error take_error(SocketId) override { return std::exchange(error, Error::None); }
    bool is_established(SocketId) const override { return established; }
    std::uint32_t unacknowledged(SocketId) const override { return outstanding; }
};

constexpr Time kNow;

TEST_CASE("A blocking write goes on until everything is accepted", "[socket][calls][SOCK-7]") {
    Answers calls;
    BlockingCall call = BlockingCall::write(100, 64);
    calls.to_write = {success(30)};
    CHECK_FALSE(call.advance(kNow, calls, 0));
    CHECK((call.waits_for() & event::kWritable) != 0);
    CHECK(call.bytes() == 30);
    calls.to_write = {success(34), success(36)};
    CHECK(call.advance(kNow, calls, 0) == success(100));
    // Two calls of 64 and 36 bytes, the first of which had to wait.
    CHECK(calls.lengths == std::vector<std::uint32_t>{64, 34, 34, 36});
    CHECK_FALSE(call.in_progress());
}

TEST_CASE("A write that fails returns the error", "[socket][calls]") {
    Answers calls;
    calls.to_write = {success(10), failure(Error::BrokenPipe)};
    BlockingCall call = BlockingCall::write(100, 100);
    CHECK(call.advance(kNow, calls, 0) == Result{10, Error::BrokenPipe});
    CHECK(call.bytes() == 10);
}

TEST_CASE("A blocked writer looks again when something arrives", "[socket][calls]") {
    Answers calls;
    BlockingCall call = BlockingCall::write(100, 100);
    CHECK_FALSE(call.advance(kNow, calls, 0));
    CHECK((call.waits_for() & event::kReadable) != 0);
    CHECK((call.waits_for() & event::kPeerClosed) != 0);
}

TEST_CASE("A read that fails tells what came before", "[socket][calls][SOCK-7]") {
    Answers calls;
    calls.to_read = {success(40), failure(Error::ConnectionReset)};
    BlockingCall call = BlockingCall::read_to_end(100);
    CHECK(call.advance(kNow, calls, 0) == Result{40, Error::ConnectionReset});
}

TEST_CASE("Reading exactly n bytes ends early at the end of file only", "[socket][calls]") {
    Answers calls;
    BlockingCall call = BlockingCall::read_exactly(100, 60);
    calls.to_read = {success(60), success(10)};
    CHECK_FALSE(call.advance(kNow, calls, 0));
    CHECK((call.waits_for() & event::kReadable) != 0);
    calls.to_read = {success(0)};
    CHECK(call.advance(kNow, calls, 0) == success(70));
    CHECK(calls.lengths == std::vector<std::uint32_t>{60, 40, 30, 30});
}

TEST_CASE("Reading some takes what is there", "[socket][calls][SOCK-7]") {
    Answers calls;
    BlockingCall call = BlockingCall::read_some(1000);
    CHECK_FALSE(call.advance(kNow, calls, 0));
    calls.to_read = {success(5), success(5)};
    CHECK(call.advance(kNow, calls, 0) == success(5));
}

TEST_CASE("connect() returns when the handshake or an error ends it", "[socket][calls]") {
    Answers calls;
    BlockingCall call = BlockingCall::connect();
    CHECK_FALSE(call.advance(kNow, calls, 0));
    CHECK((call.waits_for() & event::kEstablished) != 0);
    SECTION("established") {
        calls.established = true;
        CHECK(call.advance(kNow, calls, 0) == success());
    }
    SECTION("refused") {
        calls.error = Error::ConnectionRefused;
        CHECK(call.advance(kNow, calls, 0) == failure(Error::ConnectionRefused));
    }
}

TEST_CASE("accept() waits for a connection", "[socket][calls]") {
    Answers calls;
    BlockingCall call = BlockingCall::accept();
    CHECK_FALSE(call.advance(kNow, calls, 0));
    CHECK(call.waits_for() == event::kAcceptable);
    calls.to_accept = {success(4)};
    CHECK(call.advance(kNow, calls, 0) == success(4));
}

TEST_CASE("Waiting until all is acknowledged ends with an error if the connection does",
          "[socket][calls]") {
    Answers calls;
    calls.outstanding = 10;
    BlockingCall call = BlockingCall::drain();
    CHECK_FALSE(call.advance(kNow, calls, 0));
    SECTION("acknowledged") {
        calls.outstanding = 0;
        CHECK(call.advance(kNow, calls, 0) == success());
    }
    SECTION("reset") {
        calls.error = Error::ConnectionReset;
        CHECK(call.advance(kNow, calls, 0) == failure(Error::ConnectionReset));
    }
}

}  // namespace
}  // namespace seedwire::socket
