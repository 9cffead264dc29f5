// How many bytes the options of a segment take: the sum of what tcp_options.cpp writes.
#include "models/wire/segment.h"

namespace seedwire::wire {
namespace {

std::uint32_t accurate_ecn_bytes(const Segment& segment) {
    return segment.accurate_ecn.is_present() ? (segment.accurate_ecn.bytes() + 3) & ~3U : 0;
}

std::uint32_t syn_option_bytes(const Segment& segment) {
    const SynOptions& syn = segment.syn;
    std::uint32_t bytes = 0;
    if (syn.mss != 0) bytes += 4;
    // SACK permitted takes the place of the padding before timestamps.
    if (segment.has_timestamps) {
        bytes += 12;
    } else if (syn.sack_permitted) {
        bytes += 4;
    }
    if (syn.window_scale >= 0) bytes += 4;
    bytes += accurate_ecn_bytes(segment);
    if (syn.fast_open.length != FastOpenOption::kAbsent) {
        const std::uint32_t head = syn.fast_open.experimental ? 4 : 2;
        bytes += (head + static_cast<std::uint32_t>(syn.fast_open.length) + 3) & ~3U;
    }
    return bytes;
}

}  // namespace

std::uint32_t option_bytes(const Segment& segment) {
    if (segment.has(flag::kSyn)) return syn_option_bytes(segment);
    std::uint32_t bytes = segment.has_timestamps ? 12 : 0;
    if (segment.sack.count > 0) bytes += 4 + 8U * segment.sack.count;
    if (segment.accurate_ecn.is_present()) [[unlikely]]
        bytes += accurate_ecn_bytes(segment);
    return bytes;
}

}  // namespace seedwire::wire
