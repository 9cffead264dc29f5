// What became of each operation of a program.
#pragma once

#include <cstdint>

#include "models/app/config.h"
#include "models/tcp/info.h"
#include "sim/base/time.h"

namespace seedwire::app {

struct OperationResult {
    std::uint32_t operation = 0;  ///< position in the script
    Operation::Kind kind = Operation::Kind::Accept;
    Time start;
    Time end = Time::never();  ///< never: still blocked when the run ended
    /// Bytes or turns, also of a transfer that an error ended; else 0, or negative if it failed.
    std::int64_t result = 0;
    tcp::Error error = tcp::Error::None;
};

struct ProgramConnection {
    std::uint32_t connection = UINT32_MAX;  ///< dense id
    bool client = false;                    ///< the program opened it
};

}  // namespace seedwire::app
