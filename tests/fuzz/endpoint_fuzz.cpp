// See support/endpoint_session.h; tests/properties tries inputs of its own on the same session.
#include "tests/fuzz/support/endpoint_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    seedwire::fuzz::Session{seedwire::fuzz::Input{data, size}}.run();
    return 0;
}
