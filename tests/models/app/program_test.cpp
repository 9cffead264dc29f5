// Programs: each operation does what its line says, blocks as a process would, and keeps its
// result.
#include "models/app/program.h"

#include "tests/models/app/operations.h"
#include "tests/models/host/two_hosts.h"
#include "tests/support/catch.h"

namespace seedwire {
namespace {

using namespace seedwire::literals;
using app::Operation;
using app::OperationResult;
using app::ProgramConfig;
using tcp::Error;

Time at(Duration d) { return Time::zero() + d; }

/// A server on b, a client on a, and what became of their operations.
struct Pair {
    ProgramConfig server_config, client_config;
    TwoHosts world;
    std::vector<OperationResult> server, client;

    Pair(std::vector<Operation> server_script, std::vector<Operation> client_script,
         const TwoHosts::Options& options = {})
        : world{options} {
        server_config.script = std::move(server_script);
        client_config.script = std::move(client_script);
    }
    Simulation::End run() {
        world.add_program("server", *world.b, server_config);
        world.add_program("client", *world.a, client_config);
        const Simulation::End end = world.run();
        server = world.applications.results(0);
        client = world.applications.results(1);
        return end;
    }
};

TEST_CASE("send and recv_eof move every byte; close ends both", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::recv_eof(), op::close()},
              {op::connect(1, 80, 40001), op::send(150'000), op::wait_acked(), op::close()}};
    CHECK(pair.run() == Simulation::End::Quiescent);
    CHECK(pair.server[2].result == 150'000);
    CHECK(pair.client[1].result == 150'000);
    CHECK(pair.client[0].end > at(20_ms));
    CHECK(pair.client[0].end < at(21_ms));
    // Acknowledged means acknowledged: a round trip after the last byte was written.
    CHECK(pair.client[2].end >= pair.client[1].end + 20_ms);
    CHECK(pair.world.applications.all_finished());
    CHECK(pair.world.recorder.connections()[0].client.port == 40001);
    CHECK(pair.world.recording.path(0, true) ==
          "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    REQUIRE(pair.world.applications.connections(1).size() == 1);
    CHECK(pair.world.applications.connections(1)[0].client);
    REQUIRE(pair.world.applications.connections(0).size() == 1);
    CHECK_FALSE(pair.world.applications.connections(0)[0].client);
}

TEST_CASE("rr and serve_rr alternate", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::serve_rr(5, 100, 3000), op::close()},
              {op::connect(1, 80), op::rr(5, 100, 3000), op::close()}};
    pair.run();
    CHECK(pair.client[1].result == 5);
    CHECK(pair.server[2].result == 5);
    CHECK(pair.world.figures[0].client.bytes_read == 15'000);
    CHECK(pair.client[1].end - pair.client[1].start > 20_ms * 5);
}

TEST_CASE("writes happen one every interval, chunks are read one every interval",
          "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::recv_chunks(3, 200, 400_ms), op::recv_eof()},
              {op::connect(1, 80), op::writes(10, 100, 50_ms), op::close()}};
    pair.run();
    const OperationResult& writes = pair.client[1];
    CHECK(writes.result == 1000);
    CHECK(writes.end - writes.start == 450_ms);
    CHECK(pair.server[2].result == 600);
    CHECK(pair.server[2].end - pair.server[2].start == 1200_ms);
    CHECK(pair.server[3].result == 400);
}

TEST_CASE("sendfor writes for its time and not much longer", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::recv_eof()},
              {op::connect(1, 80), op::send_for(500_ms), op::close()}};
    pair.run();
    CHECK(pair.client[1].end - pair.client[1].start >= 500_ms);
    CHECK(pair.client[1].end - pair.client[1].start < 700_ms);
    CHECK(pair.client[1].result % 16384 == 0);
    CHECK(pair.server[2].result == pair.client[1].result);
}

TEST_CASE("a write of sendfor that waits 50 ms returns what it has written", "[app][program]") {
    // Nobody reads: the send buffer stays full, and the last write cannot end otherwise.
    Pair pair{{op::listen(80), op::accept(), op::sleep(2_s), op::recv_eof()},
              {op::connect(1, 80), op::send_for(500_ms), op::close()}};
    pair.server_config.options.receive_buffer = 16384;
    pair.server_config.options.receive_buffer_locked = true;
    pair.run();
    const Duration lasted = pair.client[1].end - pair.client[1].start;
    CHECK(lasted >= 500_ms);
    CHECK(lasted <= 550_ms);
    CHECK(pair.client[1].result % 16384 != 0);
}

TEST_CASE("sleep counts from now, at from time zero", "[app][program]") {
    Pair pair{{}, {op::sleep(100_ms), op::sleep(50_ms), op::at(1_s), op::at(10_ms)}};
    pair.client_config.starts_before_all = false;
    pair.client_config.start = at(30_ms);
    pair.run();
    CHECK(pair.client[0].start == at(30_ms));
    CHECK(pair.client[0].end == at(130_ms));
    CHECK(pair.client[1].end == at(180_ms));
    CHECK(pair.client[2].end == at(1_s));
    CHECK(pair.client[3].end == at(1_s));
}

TEST_CASE("shut_wr closes one direction only", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::recv_eof(), op::send(50'000), op::close()},
              {op::connect(1, 80), op::send(100), op::shut_wr(), op::recv_eof(), op::close()}};
    pair.run();
    CHECK(pair.server[2].result == 100);
    CHECK(pair.client[3].result == 50'000);
    CHECK(pair.client[3].error == Error::None);
}

TEST_CASE("abort resets: the peer reads what came before, then ECONNRESET", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::sleep(500_ms), op::recv(100), op::recv(1)},
              {op::connect(1, 80), op::send(100), op::sleep(100_ms), op::abort()}};
    pair.run();
    CHECK(pair.server[3].result == 100);
    CHECK(pair.server[4].result == 0);
    CHECK(pair.server[4].error == Error::ConnectionReset);
    CHECK(pair.world.recording.count(trace::AppEvent::Kind::Failed) == 1);
    CHECK(pair.world.figures[0].server.error == Error::ConnectionReset);
}

TEST_CASE("Turns that an error ends tell how far they came, and the error", "[app][program]") {
    SECTION("recv_chunks") {
        Pair pair{{op::listen(80), op::accept(), op::recv_chunks(10, 50, 1_ms)},
                  {op::connect(1, 80), op::send(120), op::sleep(100_ms), op::abort()}};
        pair.run();
        CHECK(pair.server[2].result == 120);
        CHECK(pair.server[2].error == Error::ConnectionReset);
    }
    SECTION("writes") {
        Pair pair{{op::listen(80), op::accept(), op::sleep(100_ms), op::abort()},
                  {op::connect(1, 80), op::writes(100, 50, 20_ms)}};
        pair.run();
        CHECK(pair.client[1].result > 0);
        CHECK(pair.client[1].result < 5000);
        CHECK(pair.client[1].error == Error::ConnectionReset);
    }
    SECTION("sendfor") {
        Pair pair{{op::listen(80), op::accept(), op::sleep(100_ms), op::abort()},
                  {op::connect(1, 80), op::send_for(10_s)}};
        pair.run();
        CHECK(pair.client[1].result > 0);
        CHECK(pair.client[1].error == Error::ConnectionReset);
    }
    SECTION("rr") {
        Pair pair{{op::listen(80), op::accept(), op::serve_rr(3, 10, 10), op::abort()},
                  {op::connect(1, 80), op::rr(5, 10, 10)}};
        pair.run();
        CHECK(pair.client[1].result == 3);
        CHECK(pair.client[1].error == Error::ConnectionReset);
    }
}

TEST_CASE("A blocked send goes on with less room when something arrives", "[app][program]") {
    const bool peer_talks = GENERATE(false, true);
    const Operation talk = peer_talks ? op::writes(200, 10, 1_ms) : op::sleep(200_ms);
    Pair pair{{op::listen(80), op::accept(), talk, op::recv_eof()},
              {op::connect(1, 80), op::send(200'000), op::close()}};
    pair.client_config.options.send_buffer = 64 * 1024;
    pair.client_config.options.send_buffer_locked = true;
    pair.server_config.options.nodelay = true;
    pair.server_config.options.receive_buffer = 1'000'000;
    pair.server_config.options.receive_buffer_locked = true;
    pair.run();
    std::uint64_t writes = 0;
    for (const trace::AppEvent& event : pair.world.recording.apps)
        writes += event.client && event.kind == trace::AppEvent::Kind::Wrote ? 1U : 0U;
    // Without it a third of the buffer has to be free each time.
    INFO(writes);
    CHECK((writes > 20) == peer_talks);
}

TEST_CASE("What reaches a socket that its program has closed is delivered to nobody",
          "[app][program][host]") {
    Pair pair{{op::listen(80), op::accept(), op::recv(100), op::close()},
              {op::connect(1, 80), op::send(100), op::sleep(200_ms), op::send(500)}};
    pair.run();
    const host::ConnectionFigures& figures = pair.world.figures[0];
    CHECK(figures.client.bytes_written == 600);
    CHECK(figures.server.bytes_delivered == 100);
    CHECK(figures.server.received == 2);
}

TEST_CASE("wait_err returns the error when it comes, or nothing when its time is over",
          "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::sleep(300_ms), op::abort()},
              {op::connect(1, 80), op::wait_err(100_ms), op::wait_err(10_s)}};
    pair.run();
    CHECK(pair.client[1].error == Error::None);
    CHECK(pair.client[1].end - pair.client[1].start == 100_ms);
    CHECK(pair.client[2].error == Error::ConnectionReset);
    CHECK(pair.client[2].end < at(400_ms));
}

TEST_CASE("An urgent byte is read apart from the stream", "[app][program][URG-5][URG-6]") {
    Pair pair{
        {op::listen(80), op::accept(), op::recv(1000), op::recv_oob(), op::recv_oob(),
         op::recv_eof(), op::close()},
        {op::connect(1, 80), op::send_oob(501), op::sleep(100_ms), op::send(700), op::close()}};
    pair.run();
    CHECK(pair.server[2].result == 1000);
    CHECK(pair.server[3].error == Error::InvalidArgument);  // the mark was passed
    CHECK(pair.server[5].result == 200);
    Pair second{
        {op::listen(80), op::accept(), op::recv(500), op::recv_oob(), op::recv_oob(),
         op::recv_eof(), op::close()},
        {op::connect(1, 80), op::send_oob(501), op::sleep(100_ms), op::send(700), op::close()}};
    second.run();
    CHECK(second.server[3].result == 1);
    CHECK(second.server[4].error == Error::InvalidArgument);  // it was taken
    CHECK(second.server[5].result == 700);
}

TEST_CASE("tryread does not wait", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::tryread(), op::sleep(100_ms), op::tryread()},
              {op::connect(1, 80), op::send(10), op::sleep(1_s)}};
    pair.run();
    CHECK(pair.server[2].error == Error::Again);
    CHECK(pair.server[2].start == pair.server[2].end);
    CHECK(pair.server[4].result == 10);
}

TEST_CASE("A server accepts again after closing", "[app][program]") {
    Pair pair{{op::listen(80, 1), op::accept(), op::recv(100), op::close(), op::accept(),
               op::recv(100), op::close()},
              {op::connect(1, 80), op::send(100), op::close(), op::connect(1, 80), op::send(100),
               op::close()}};
    pair.run();
    CHECK(pair.server[5].result == 100);
    CHECK(pair.world.figures.size() == 2);
    CHECK(pair.world.recorder.connections()[1].ordinal == 1);
}

TEST_CASE("Operations without a connection are EBADF, and the script goes on", "[app][program]") {
    Pair pair{{}, {op::send(1), op::close(), op::accept(), op::sleep(1_ms)}};
    pair.run();
    CHECK(pair.client[0].error == Error::BadDescriptor);
    CHECK(pair.client[1].error == Error::BadDescriptor);
    CHECK(pair.client[2].error == Error::InvalidArgument);
    CHECK(pair.client[3].error == Error::None);
}

TEST_CASE("Options apply before connect and in the middle of a script", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::recv_eof()},
              {op::connect(1, 80), op::sockopt(Operation::Option::Cork, 1), op::send(100),
               op::sleep(100_ms), op::sockopt(Operation::Option::Cork, 0), op::close()}};
    pair.server_config.options.receive_buffer = 2 * 16384;
    pair.server_config.options.receive_buffer_locked = true;
    pair.run();
    CHECK(pair.client[1].error == Error::None);
    const host::ConnectionFigures& figures = pair.world.figures[0];
    CHECK(figures.client.first_data_sent >= pair.client[4].start);
    REQUIRE(pair.world.recording.packets.size() > 1);
    CHECK(pair.world.recording.packets[1].window == 15928);  // 11 segments of 1448 bytes
}

TEST_CASE("Options that are durations are set in the units of setsockopt()", "[app][program]") {
    using Option = Operation::Option;
    Pair pair{{op::listen(80), op::accept(), op::sleep(9_s), op::close()},
              {op::connect(1, 80), op::sockopt(Option::KeepIdle, (2_s).ns()),
               op::sockopt(Option::KeepInterval, (1_s).ns()), op::sockopt(Option::KeepAlive, 1),
               op::sockopt(Option::UserTimeout, (1500_ms).ns()),
               op::sockopt(Option::Linger2, (3_s).ns()), op::sleep(5_s), op::close()}};
    pair.run();
    for (const OperationResult& result : pair.client) CHECK(result.error == Error::None);
    std::size_t probes = 0;
    for (const auto& packet : pair.world.recording.packets) {
        if (packet.cause == wire::Cause::Keepalive) ++probes;
    }
    CHECK(probes == 2);  // an answer restarts the two seconds
}

TEST_CASE("A program blocked for ever is told as such", "[app][program]") {
    Pair pair{{op::listen(80), op::accept(), op::close()}, {}};
    CHECK(pair.run() == Simulation::End::Quiescent);
    REQUIRE(pair.server.size() == 2);
    CHECK(pair.server[1].end.is_never());
    CHECK_FALSE(pair.world.applications.program_finished(0));
}

}  // namespace
}  // namespace seedwire
