// A progress line for long runs, on a terminal only: simulated time, events per second, time to go.
#pragma once

#include <chrono>

#include "harness/run/run.h"

namespace seedwire::cli {

class ProgressLine {
public:
    explicit ProgressLine(bool enabled);
    void show(const run::Progress& progress);
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    bool enabled_, shown_ = false;
    Clock::time_point start_, last_;
};

}  // namespace seedwire::cli
