// What the option lines of a script settle before its first event.
#pragma once

#include "harness/drill/interpreter.h"
#include "harness/drill/profile.h"
#include "harness/drill/script.h"
#include "models/wire/address.h"

namespace seedwire::drill {

struct ScriptSettings {
    HostSettings host;
    Duration tolerance = Duration::us(4000);
    Duration timestamp_tick;  ///< zero: timestamps are not compared
    bool scaled_echo = false, strict = false;
    wire::Address local{0xC0A80001};   // 192.168.0.1
    wire::Address remote{0xC0000201};  // 192.0.2.1
};

/// Throws Stop for an option that is not known.
ScriptSettings read_settings(const Script& script, const RunOptions& options);

}  // namespace seedwire::drill
