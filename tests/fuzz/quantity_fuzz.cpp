// Any text is a quantity or an error; what a quantity prints parses back to the same value.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/base/assert.h"
#include "sim/base/quantity.h"

namespace {

template <class T>
void check(std::string_view text, seedwire::Parsed<T> (*parse)(std::string_view)) {
    const seedwire::Parsed<T> first = parse(text);
    if (!first) {
        SEEDWIRE_ASSERT(first.error.offset <= text.size());
        SEEDWIRE_ASSERT(first.error.length <= text.size() - first.error.offset);
        SEEDWIRE_ASSERT(!first.error.message.empty());
        return;
    }
    const seedwire::Parsed<T> second = parse(to_string(*first));
    SEEDWIRE_ASSERT(second);
    SEEDWIRE_ASSERT(*second == *first);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check<seedwire::Duration>(text, seedwire::parse_duration);
    check<seedwire::Bytes>(text, seedwire::parse_bytes);
    check<seedwire::Packets>(text, seedwire::parse_packets);
    check<seedwire::Rate>(text, seedwire::parse_rate);
    check<seedwire::Ratio>(text, seedwire::parse_ratio);
    check<seedwire::Probability>(text, seedwire::parse_probability);
    return 0;
}
