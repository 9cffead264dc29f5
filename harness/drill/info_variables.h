// tcp_info under the names that code in scripts uses.
#pragma once

#include "harness/drill/evaluator.h"
#include "models/tcp/info.h"

namespace seedwire::drill {

/// Sets the variables tcpi_* .
void set_info_variables(const tcp::Info& info, Variables& variables);
/// TCP_ESTABLISHED, TCP_CA_Open, TCPI_OPT_SACK, ...
void set_constants(Variables& variables);

}  // namespace seedwire::drill
