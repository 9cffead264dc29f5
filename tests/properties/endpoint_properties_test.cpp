// What the fuzzer looks for over hours, tried for a moment in every run: no input breaks one end of
// a connection, and when its program has gone it ends. [RTO-12] [PERSIST-5] [CLOSE-9]
#include <cstdint>
#include <vector>

#include "sim/base/random.h"
#include "tests/fuzz/support/endpoint_session.h"
#include "tests/support/catch.h"

namespace seedwire {

TEST_CASE("No input breaks an endpoint, and without its program it ends", "[properties][fuzz]") {
    RandomStream draw{1981, "inputs of an endpoint"};
    for (int i = 0; i < 4000; ++i) {
        std::vector<std::uint8_t> input(16 + draw.below(400));
        for (std::uint8_t& octet : input) octet = static_cast<std::uint8_t>(draw.next());
        fuzz::Session{fuzz::Input{input.data(), input.size()}}.run();
    }
    SUCCEED("an assertion would have ended the program");
}

}  // namespace seedwire
