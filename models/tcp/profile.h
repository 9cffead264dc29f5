// Whose rules decide where Linux and the letter of the RFCs differ.
#pragma once

#include <cstdint>

namespace seedwire::tcp {

enum class Profile : std::uint8_t { Linux, Rfc };

/// The rules in which they differ; differences.def says how.
enum class Difference : std::uint8_t {
#define DIFFERENCE(name, what, linux_rule, rfc_rule, citation) name,
#include "models/tcp/differences.def"
#undef DIFFERENCE
};

}  // namespace seedwire::tcp
