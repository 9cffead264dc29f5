// The rules of TCP with what proves them: as a list, and as docs/linux-tcp.md.
#pragma once

#include <string>

#include "harness/cli/list_topics.h"

namespace seedwire::cli {

/// A row a rule: id, sentence, origin; causes; places of code, tests and scripts.
Listing rules_listing();
/// docs/linux-tcp.md.
std::string rules_page();

}  // namespace seedwire::cli
