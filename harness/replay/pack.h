// A small copy of a recorded case: what a replay needs, compressed.
#pragma once

#include <string>

namespace seedwire::replay {

/// Writes case.yaml, trace.csv.gz and what a replay reads of summary.json into `target`, a folder
/// that is made. Empty if all went well, else what did not.
std::string pack_case(const std::string& folder, const std::string& target);

}  // namespace seedwire::replay
