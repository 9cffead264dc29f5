// trace.csv of a recorded case: every packet, one a line.
#pragma once

#include <string>
#include <string_view>

#include "harness/replay/seen_packet.h"

namespace seedwire::replay {

/// Reads the packets; an explanation if the text is no such file.
std::string read_trace(std::string_view text, SeenPackets& packets);

}  // namespace seedwire::replay
