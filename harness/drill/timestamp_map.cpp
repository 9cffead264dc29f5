// Pairs of timestamps. RFC 7323 §3.
#include "harness/drill/timestamp_map.h"

namespace seedwire::drill {

void TimestampMap::note(std::uint32_t script, std::uint32_t live) {
    if (!first_script_) {
        first_script_ = script;
        first_live_ = live;
    }
    live_[script] = live;
}

std::optional<std::uint32_t> TimestampMap::live(std::uint32_t script) const {
    const auto found = live_.find(script);
    if (found == live_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint32_t> TimestampMap::scaled(std::uint32_t script) const {
    if (!first_script_) return std::nullopt;
    return first_live_ + (script - *first_script_);
}

std::int32_t TimestampMap::ticks_late(std::uint32_t script, std::uint32_t live) const {
    if (!first_script_) return 0;
    return static_cast<std::int32_t>((live - first_live_) - (script - *first_script_));
}

}  // namespace seedwire::drill
