// Any text is a scenario or a list of problems, and every problem has a place and words. Seeds are
// the scenarios of the project.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness/scenario/scenario.h"
#include "sim/base/assert.h"
#include "tests/fuzz/support/diagnostics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace scenario = seedwire::scenario;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    scenario::Diagnostics problems;
    const auto loaded = scenario::load("fuzz.yaml", text, {}, problems);
    seedwire::fuzz::check(problems, loaded.has_value());
    const std::string written = render(problems, text, false);
    SEEDWIRE_ASSERT(problems.list().empty() == written.empty());
    return 0;
}
