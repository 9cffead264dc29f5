// What RFCs ask and what proves it: as lists, and as docs/rfc-coverage.md.
#pragma once

#include <string>

#include "harness/cli/list_topics.h"

namespace seedwire::cli {

/// A row a requirement of an RFC: the rules that meet it, and their tests and scripts.
Listing rfcs_listing();
/// A row a legal transition between states.
Listing transitions_listing();
/// docs/rfc-coverage.md.
std::string coverage_page();

}  // namespace seedwire::cli
