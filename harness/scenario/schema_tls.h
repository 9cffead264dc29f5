// The rows of the table of keys that belong to TLS.
#pragma once

#include <span>

#include "harness/scenario/schema.h"

namespace seedwire::scenario {

std::span<const KeyRow> tls_rows();

}  // namespace seedwire::scenario
