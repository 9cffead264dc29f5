#include "sim/base/assert.h"

#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "sim/base/time.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;

TEST_CASE("A failed assertion reports condition, place and context, and exits with 70",
          "[assert]") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        AssertContext& context = assert_context();
        context.scenario = "lossy.yaml";
        context.refresh = [](AssertContext& c, const void*) {
            c.seed = 7;
            c.time_ns = 1234;
            c.event_order = 0x8000000000000002;
            c.entity = "host/a";
        };
        SEEDWIRE_ASSERT(1 + 1 == 2);
        SEEDWIRE_ASSERT(1 + 1 == 3);
        _exit(0);
    }
    close(ends[1]);
    std::string text;
    char buffer[512];
    for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 70);
    for (const char* part : {"1 + 1 == 3", "assert_test.cpp:", "lossy.yaml", "seed 7",
                             "time 1234 ns", "0x8000000000000002", "host/a"}) {
        INFO(text);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("Durations saturate, so that never stays never", "[time]") {
    CHECK(Duration::max() + 1_ns == Duration::max());
    CHECK(Duration::max() * 2 == Duration::max());
    CHECK((Time::never() + 1_s).is_never());
    CHECK(Time::from_ns(5) - Time::from_ns(3) == 2_ns);
    CHECK(1500_us / 1_ms == 1);
}
