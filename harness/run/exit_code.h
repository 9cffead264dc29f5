// Exit codes of the program, and which one wins when several apply.
#pragma once

#include <algorithm>
#include <initializer_list>

namespace seedwire::run {

enum class ExitCode : int {
    Holds = 0,
    ExpectationFailed = 1,
    BadInput = 2,  ///< bad usage or a bad scenario
    Differs = 3,
    NotDeterministic = 4,
    Partial = 5,
    InternalError = 70,
    LimitReached = 75,
    Interrupted = 130
};

/// Of several causes the first of 130, 70, 2, 4, 1, 3, 75, 5 wins: an interrupted run says nothing
/// about the rest.
inline ExitCode worse(ExitCode a, ExitCode b) {
    using enum ExitCode;
    for (const ExitCode code : {Interrupted, InternalError, BadInput, NotDeterministic,
                                ExpectationFailed, Differs, LimitReached, Partial})
        if (a == code || b == code) return code;
    return Holds;
}

}  // namespace seedwire::run
