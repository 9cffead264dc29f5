// What each exit code means, for people: the one table that help, lists and manual pages show.
#pragma once

#include <array>
#include <string_view>

#include "harness/run/exit_code.h"

namespace seedwire::cli {

struct ExitCodeMeaning {
    run::ExitCode code;
    std::string_view meaning;
};

/// In ascending order.
inline constexpr auto exit_code_meanings() {
    using enum run::ExitCode;
    return std::array{
        ExitCodeMeaning{Holds, "everything that was expected holds"},
        ExitCodeMeaning{ExpectationFailed, "an expectation failed"},
        ExitCodeMeaning{BadInput, "bad usage, or a scenario with errors"},
        ExitCodeMeaning{Differs, "a result differs from the recorded one"},
        ExitCodeMeaning{NotDeterministic, "two runs of the same scenario and seed differ"},
        ExitCodeMeaning{Partial, "results could not be written, or not all of them"},
        ExitCodeMeaning{InternalError, "an internal error: please report it"},
        ExitCodeMeaning{LimitReached, "a limit of events, time or memory was reached"},
        ExitCodeMeaning{Interrupted, "interrupted by Ctrl-C or SIGTERM"},
    };
}

/// Which of several causes is reported.
constexpr std::string_view kExitCodeOrder =
    "Of several causes the first of 130, 70, 2, 4, 1, 3, 75, 5 is the exit code.";

}  // namespace seedwire::cli
