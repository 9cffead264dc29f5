// Which models made a result.
#pragma once

#include <string_view>

namespace seedwire::run {

/// "0.1.0-3f2a91c07b5d": the release, and a digest of the sources that decide what a run measures.
std::string_view model_version();

}  // namespace seedwire::run
