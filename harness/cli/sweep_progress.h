// How far a study is: one line that changes on a terminal, plain lines every ten seconds elsewhere.
#pragma once

#include <cstdint>

#include "harness/sweep/executor.h"

namespace seedwire::cli {

/// Nanoseconds of a clock that never goes back.
std::int64_t steady_ns();

class SweepProgressLine {
public:
    /// Nothing is shown when `quiet`.
    SweepProgressLine(bool is_terminal, bool quiet);
    void show(const sweep::SweepProgress& progress);
    void clear();

private:
    bool is_terminal_, quiet_, shown_ = false;
    std::int64_t start_, last_;
};

/// "1 h 12 min", "34 s", "0.4 s".
std::string time_text(double seconds);

}  // namespace seedwire::cli
