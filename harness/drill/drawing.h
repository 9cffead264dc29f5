// A script that has run as a ladder diagram, and as a capture.
#pragma once

#include <cstdio>
#include <string>

#include "harness/drill/recording.h"
#include "harness/observe/ladder_text.h"

namespace seedwire::drill {

/// One ladder a connection: whoever opened it stands at the left.
std::string draw(const Recording& recording, const observe::LadderStyle& style);
/// A pcapng file with one interface, that of the host under test. Payload is zeros.
void write_capture(const Recording& recording, std::FILE* out);

}  // namespace seedwire::drill
