// What is kept of an old connection, and what of it a new one uses. Linux, `tcp_update_metrics`,
// `tcp_init_metrics`.
#include "models/tcp/path_memory.h"

#include <algorithm>

#include "models/tcp/info.h"

namespace seedwire::tcp {
namespace {

/// A longer RTT counts at once, a shorter one an eighth.
std::uint32_t merged_rtt(std::uint32_t known, std::uint32_t measured) {
    return measured >= known ? measured : known - ((known - measured) >> 3);
}

// [PATH-2]
std::uint32_t merged_ssthresh(std::uint32_t known, const PathExperience& experience) {
    if (experience.ssthresh >= kInfiniteSsthresh) {
        // Slow start never ended: it can only prove that more was possible.
        return known != 0 ? std::max(known, experience.cwnd >> 1) : 0;
    }
    if (experience.cwnd >= experience.ssthresh && experience.open)
        return std::max(experience.cwnd >> 1, experience.ssthresh);
    return known != 0 ? std::max(known, experience.ssthresh) : 0;
}

/// Only of connections whose last window was no measure of the path. [PATH-2]
bool tells_reordering(const Sysctls& sysctls, const PathExperience& experience) {
    const bool avoided = experience.cwnd >= experience.ssthresh && experience.open;
    return experience.ssthresh < kInfiniteSsthresh && !avoided &&
           experience.reordering != static_cast<std::uint32_t>(sysctls.tcp_reordering);
}

}  // namespace

std::vector<PathMemory::Path>::const_iterator PathMemory::find(wire::Address peer) const {
    return std::lower_bound(
        paths_.begin(), paths_.end(), peer,
        [](const Path& path, wire::Address address) { return path.peer.value < address.value; });
}

// [PATH-1]
void PathMemory::learn(const Sysctls& sysctls, wire::Address peer,
                       const PathExperience& experience) {
    if (sysctls.tcp_no_metrics_save) return;
    const auto found = find(peer);
    const auto at = paths_.begin() + (found - paths_.cbegin());
    const bool is_known = at != paths_.end() && at->peer == peer;
    if (experience.backed_off || experience.srtt8_us == 0) {
        // Perhaps nothing came back in time: what was believed of its length is wrong.
        if (is_known) at->known.srtt8_us = 0;
        return;
    }
    KnownPath& known = is_known ? at->known : paths_.insert(at, Path{peer, {}})->known;
    known.srtt8_us = merged_rtt(known.srtt8_us, experience.srtt8_us);
    if (!sysctls.tcp_no_ssthresh_metrics_save)
        known.ssthresh = merged_ssthresh(known.ssthresh, experience);
    if (tells_reordering(sysctls, experience))
        known.reordering = std::max(known.reordering, experience.reordering);
}

KnownPath PathMemory::recall(const Sysctls& sysctls, wire::Address peer) const {
    const auto at = find(peer);
    if (at == paths_.end() || at->peer != peer) return {};
    KnownPath known = at->known;
    if (sysctls.tcp_no_ssthresh_metrics_save) known.ssthresh = 0;
    return known;
}

}  // namespace seedwire::tcp
