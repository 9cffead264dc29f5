#include "harness/run/exit_code.h"

#include <vector>

#include "tests/support/catch.h"

using seedwire::run::ExitCode;
using seedwire::run::worse;

TEST_CASE("Of two exit codes the more urgent wins, in either order", "[run][exit]") {
    using enum ExitCode;
    const std::vector<ExitCode> by_urgency = {Interrupted,      InternalError,     BadInput,
                                              NotDeterministic, ExpectationFailed, Differs,
                                              LimitReached,     Partial,           Holds};
    for (std::size_t i = 0; i < by_urgency.size(); ++i)
        for (std::size_t j = i; j < by_urgency.size(); ++j) {
            CHECK(worse(by_urgency[i], by_urgency[j]) == by_urgency[i]);
            CHECK(worse(by_urgency[j], by_urgency[i]) == by_urgency[i]);
        }
}

TEST_CASE("Exit codes have the numbers that scripts rely on", "[run][exit]") {
    using enum ExitCode;
    CHECK(static_cast<int>(Holds) == 0);
    CHECK(static_cast<int>(ExpectationFailed) == 1);
    CHECK(static_cast<int>(BadInput) == 2);
    CHECK(static_cast<int>(Differs) == 3);
    CHECK(static_cast<int>(NotDeterministic) == 4);
    CHECK(static_cast<int>(Partial) == 5);
    CHECK(static_cast<int>(InternalError) == 70);
    CHECK(static_cast<int>(LimitReached) == 75);
    CHECK(static_cast<int>(Interrupted) == 130);
}
