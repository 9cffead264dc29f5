#include "harness/replay/sequences.h"

#include <algorithm>

namespace seedwire::replay {

namespace {

bool takes_part(const SeenPacket& packet, Compared what) {
    return what == Compared::Everything || packet.length > 0 ||
           packet.has(wire::flag::kSyn | wire::flag::kFin | wire::flag::kRst);
}

bool is_equal(const SeenPacket& a, const SeenPacket& b, Compared what) {
    if (what == Compared::Everything) return is_same(a, b);
    // ECE repeats what arrived, as the ACK number does.
    const std::uint16_t ignored = wire::flag::kPsh | wire::flag::kEce;
    return a.flow == b.flow && (a.flags | ignored) == (b.flags | ignored) && a.seq == b.seq &&
           a.length == b.length;
}

using Places = std::vector<std::vector<std::size_t>>;

Places places_of(const SeenPackets& packets, std::size_t directions, Compared what) {
    Places places(directions);
    for (std::size_t i = 0; i < packets.size(); ++i)
        if (takes_part(packets[i], what)) places[packets[i].direction].push_back(i);
    return places;
}

std::size_t direction_count(const SeenPackets& packets) {
    std::size_t count = 0;
    for (const SeenPacket& packet : packets)
        count = std::max<std::size_t>(count, packet.direction + std::size_t{1});
    return count;
}

}  // namespace

Agreement compare(const SeenPackets& left, const SeenPackets& right, Compared what) {
    const std::size_t directions = std::max(direction_count(left), direction_count(right));
    const Places lefts = places_of(left, directions, what);
    const Places rights = places_of(right, directions, what);
    Agreement agreement;
    for (std::uint32_t d = 0; d < directions; ++d) {
        DirectionAgreement& own = agreement.directions.emplace_back();
        own.left = lefts[d].size();
        own.right = rights[d].size();
        const std::size_t common = std::min(own.left, own.right);
        while (own.equal < common &&
               is_equal(left[lefts[d][own.equal]], right[rights[d][own.equal]], what)) {
            const SeenPacket& a = left[lefts[d][own.equal]];
            const SeenPacket& b = right[rights[d][own.equal]];
            ++agreement.compared;
            if (a.window == b.window) ++agreement.equal_windows;
            if (a.has(wire::flag::kPsh) == b.has(wire::flag::kPsh)) ++agreement.equal_push;
            agreement.pairs.emplace_back(lefts[d][own.equal], rights[d][own.equal]);
            ++own.equal;
        }
        if (own.is_whole()) continue;
        Difference difference;
        difference.direction = d;
        difference.place = own.equal;
        difference.at = Time::never();
        if (own.equal < own.left) {
            difference.left = lefts[d][own.equal];
            difference.at = left[*difference.left].at;
        }
        if (own.equal < own.right) {
            difference.right = rights[d][own.equal];
            difference.at = std::min(difference.at, right[*difference.right].at);
        }
        if (!agreement.first || difference.at < agreement.first->at) agreement.first = difference;
    }
    std::sort(agreement.pairs.begin(), agreement.pairs.end());
    return agreement;
}

}  // namespace seedwire::replay
