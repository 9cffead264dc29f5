// What RFCs ask of a TCP and which rules answer it; and what causes each legal transition. Shown by
// `seedwire list rfcs` and in docs/rfc-coverage.md.
#pragma once

#include <span>
#include <string_view>

#include "models/tcp/state.h"

namespace seedwire::tcp {

struct Requirement {
    std::string_view document;  ///< "RFC 9293"
    std::string_view place;     ///< number of the requirement, or section
    std::string_view level;     ///< MUST, MUST NOT, SHOULD, SHOULD NOT, MAY
    std::string_view what;      ///< in our words
    std::string_view rules;     ///< ids, separated by spaces; empty: it is not met
    std::string_view note;      ///< why not, or how far
};
/// Those of one document stand together.
std::span<const Requirement> requirements();

struct TransitionCause {
    State from, to;
    std::string_view cause;
    std::string_view rules;  ///< as above; empty: nothing here causes it
};
std::span<const TransitionCause> transition_causes();

}  // namespace seedwire::tcp
