// Any sentence of `expect:` and any match of a fault means something or is refused at a place
// within it; what means something can be judged. The input: a sentence, a line feed, a match.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/scenario/scenario.h"
#include "sim/base/assert.h"
#include "tests/fuzz/support/diagnostics.h"

namespace {

/// Double-quoted YAML of any bytes that a text may hold.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f)
            result += c;
    }
    return result + "\"";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace scenario = seedwire::scenario;
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const std::size_t end = input.find('\n');
    const std::string_view sentence = input.substr(0, end);
    const std::string_view match =
        end == std::string_view::npos ? std::string_view{} : input.substr(end + 1);
    std::string text =
        "version: 1\nstop: 30 s\nhosts: [a, b]\nrouters: [r]\nlinks:\n"
        "  - {name: line, between: [a, r], rate: 10 Mbit/s, delay: 5 ms}\n"
        "  - {name: core, between: [r, b], rate: 10 Mbit/s, delay: 5 ms}\n"
        "flows:\n"
        "  f: {app: bulk, from: a, to: b, bytes: 1 MB}\n"
        "  g: {app: request_response, from: a, to: b, count: 3}\n"
        "  u: {app: constant_bitrate, from: b, to: a, rate: 64 kbit/s, packet: 160 B, stop: 9 s}\n"
        "programs:\n"
        "  p: {on: b, script: [listen 80, accept, recv_eof, close]}\n"
        "faults:\n"
        "  - {at: 3 s, cut: line, for: 100 ms}\n";
    if (!match.empty()) text += "  - drop: {on: line.up, match: " + quoted(match) + "}\n";
    text += "expect:\n  - " + quoted(sentence) + "\n";
    scenario::Diagnostics problems;
    const auto loaded = scenario::load("fuzz.yaml", text, {}, problems);
    seedwire::fuzz::check(problems, loaded.has_value());
    if (loaded) SEEDWIRE_ASSERT(loaded->expectations.size() == 1);
    return 0;
}
