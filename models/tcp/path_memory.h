// What a host remembers of its connections to a destination, for the next one. Linux,
// `tcp_metrics.c`.
#pragma once

#include <cstdint>
#include <vector>

#include "models/tcp/config.h"
#include "models/wire/address.h"

namespace seedwire::tcp {

/// How a connection left its path.
struct PathExperience {
    std::uint32_t srtt8_us = 0;  ///< eight times the smoothed RTT; 0: never measured
    std::uint32_t cwnd = 0, ssthresh = 0, reordering = 0;
    bool backed_off = false;  ///< the last RTO had not been answered
    bool open = false;        ///< no loss was being repaired
};

/// What a new connection is told. Zero: not known.
struct KnownPath {
    std::uint32_t srtt8_us = 0, ssthresh = 0, reordering = 0;
    bool operator==(const KnownPath&) const = default;
};

/// By the peer's address. Grows with the number of peers only while `tcp_no_metrics_save` is 0.
class PathMemory {
public:
    void learn(const Sysctls& sysctls, wire::Address peer, const PathExperience& experience);
    KnownPath recall(const Sysctls& sysctls, wire::Address peer) const;
    void forget() { paths_.clear(); }  ///< `ip tcp_metrics flush`
    bool empty() const { return paths_.empty(); }

private:
    struct Path {
        wire::Address peer;
        KnownPath known;
    };
    std::vector<Path>::const_iterator find(wire::Address peer) const;

    std::vector<Path> paths_;  // by address
};

}  // namespace seedwire::tcp
