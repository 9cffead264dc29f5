// Values laid over the document tree before it is checked: `--set line.rate=2Mbit/s`.
#pragma once

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

/// Puts the value at its path. A path begins with a key of the scenario (`flows.load.bytes`,
/// `links[0].delay`, `hosts.*.tcp.congestion`) or with the name of a link, flow, program, host or
/// router (`line.up.rate`). Maps that are missing on the way are made; `*` means every entry.
void apply_override(Node& root, const Override& override_, Reporter& reporter);

}  // namespace seedwire::scenario
