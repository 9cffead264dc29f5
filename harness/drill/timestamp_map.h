// Timestamps of a script and those of a run: which stands for which. RFC 7323 §3.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace seedwire::drill {

/// Each expected packet that was compared pairs the TSval written with the TSval sent.
class TimestampMap {
public:
    void note(std::uint32_t script, std::uint32_t live);
    /// The TSval to echo where the script echoes `script`; nothing if no packet carried it.
    std::optional<std::uint32_t> live(std::uint32_t script) const;
    /// The same for any value, counted in ticks from the first pair.
    std::optional<std::uint32_t> scaled(std::uint32_t script) const;
    /// How many ticks later than the script says `live` is, both counted from the first pair.
    std::int32_t ticks_late(std::uint32_t script, std::uint32_t live) const;

private:
    std::map<std::uint32_t, std::uint32_t> live_;
    std::optional<std::uint32_t> first_script_;
    std::uint32_t first_live_ = 0;
};

}  // namespace seedwire::drill
