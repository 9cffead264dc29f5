// Assertions of scripts: Python's expressions and what is not supported.
#include "harness/drill/evaluator.h"

#include "harness/drill/info_variables.h"
#include "tests/support/catch.h"

using namespace seedwire::drill;

namespace {

void run(std::string_view text) {
    Variables variables{{"tcpi_snd_cwnd", {std::int64_t{10}}}, {"tcpi_rtt", {std::int64_t{99}}}};
    set_constants(variables);
    run_code(text, {}, variables);
}
Stop stop_of(std::string_view text) {
    try {
        run(text);
    } catch (const Stop& stop) {
        return stop;
    }
    FAIL("it held");
    return {};
}

}  // namespace

TEST_CASE("Assertions that hold say nothing", "[drill][evaluator]") {
    CHECK_NOTHROW(run("assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd"));
    CHECK_NOTHROW(run("\nassert 98 <= tcpi_rtt <= 110, 'rtt=%d' % tcpi_rtt;\\\n assert True\n"));
    CHECK_NOTHROW(run("assert (0x21 & TCPI_OPT_SYN_DATA) != 0 and not 1 == 2  # remark"));
    CHECK_NOTHROW(run("assert (tcpi_snd_cwnd == 10 or\n  tcpi_rtt == 1), (1, 'a')"));
    CHECK_NOTHROW(run("x = tcpi_snd_cwnd * 2 + 1\nassert x == 21 and x // 2 == 10 and x / 2 > 10"));
    CHECK_NOTHROW(run("assert tcpi_snd_cwnd in (9, 10) and 3 not in [1, 2]"));
    CHECK_NOTHROW(run("assert 1 == 1, 'cwnd; {}'.format(\n unknown[0])\nassert 2 == 2"));
    CHECK_NOTHROW(run("print(f'{unknown}')\nprint \"x\", unknown.y"));
    CHECK_NOTHROW(run("assert -7 // 2 == -4 and -7 % 2 == 1 and 1 << 4 | 1 == 17"));
    CHECK_NOTHROW(run("assert abs(-3) == 3 and min(2, 1) == 1 and 5 - 2 - 1 == 2"));
    CHECK_NOTHROW(run("print(tcpi_rtt)\nimport sys"));
}

TEST_CASE("A false assertion shows itself and its message", "[drill][evaluator]") {
    const Stop stop = stop_of("\nassert tcpi_snd_cwnd == 11, (tcpi_snd_cwnd, tcpi_rtt)");
    CHECK(stop.kind == Stop::Kind::Failed);
    CHECK(stop.at.line == 2);
    CHECK(stop.message.find("tcpi_snd_cwnd == 11") != std::string::npos);
    CHECK(stop.message.find("10, 99") != std::string::npos);
}

TEST_CASE("Other Python is refused, never passed over", "[drill][evaluator]") {
    CHECK(stop_of("assert 1 in (2, 3), 'not there'").message.find("not there") !=
          std::string::npos);
    CHECK(stop_of("assert 1 in tcpi_rtt").kind == Stop::Kind::Unsupported);
    CHECK(stop_of("assert unknown == 1").kind == Stop::Kind::Unsupported);
    CHECK(stop_of("for i in x: pass").kind == Stop::Kind::Unsupported);
    CHECK(stop_of("assert open('x')").kind == Stop::Kind::Unsupported);
    CHECK(stop_of("assert 1 == 1 if 1 else 2").kind == Stop::Kind::Unsupported);
}
