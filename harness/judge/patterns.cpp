#include "harness/judge/patterns.h"

#include <fmt/format.h>

namespace seedwire::judge {

using Item = scenario::Segments::Item;
using namespace wire::flag;

std::string describe(const SentSegment& s) {
    std::string text = s.from_client ? "client " : "server ";
    std::string flags;
    const auto add = [&flags](std::uint16_t bits, std::uint16_t bit, const char* word) {
        if ((bits & bit) == 0) return;
        if (!flags.empty()) flags += '+';
        flags += word;
    };
    add(s.flags, kSyn, "SYN");
    add(s.flags, kRst, "RST");
    add(s.flags, kFin, "FIN");
    if (s.length > 0 && flags.empty()) {
        text += fmt::format("DATA({})", s.length);
    } else {
        add(s.flags, kAck, "ACK");
        text += flags;
        if (s.length > 0) text += fmt::format("+DATA({})", s.length);
    }
    return s.lost ? text + " lost" : text;
}

bool fits(const Item& item, const SentSegment& s) {
    if (item.kind != Item::Kind::Segment) return true;
    constexpr std::uint16_t kCompared = kSyn | kFin | kRst | kAck;
    if (item.from_client != s.from_client || item.lost != s.lost) return false;
    if (item.length >= 0 && item.length != s.length) return false;
    if (item.data != (s.length > 0)) {
        // FIN may carry the last data: "FIN+ACK" fits with and without.
        if (!(s.length > 0 && (item.flags & (kFin | kSyn)) != 0)) return false;
    }
    const std::uint16_t flags = s.flags & kCompared;
    // A DATA item says nothing about ACK, which every data segment has.
    const std::uint16_t wanted =
        item.data ? static_cast<std::uint16_t>(item.flags | kAck) : item.flags;
    return flags == (wanted & kCompared);
}

std::optional<Mismatch> match(const std::vector<Item>& items,
                              const std::vector<SentSegment>& segments) {
    // Greedy with one point of return: the classic way to match `...`, linear in practice.
    std::size_t i = 0, s = 0;
    std::size_t star = items.size(), star_segment = 0;
    Mismatch furthest;
    while (s < segments.size()) {
        const bool at_star = i < items.size() && items[i].kind == Item::Kind::AnyNumber;
        if (at_star) {
            star = i++;
            star_segment = s;
        } else if (i < items.size() && fits(items[i], segments[s])) {
            ++i;
            ++s;
        } else {
            if (i > furthest.item || (i == furthest.item && s > furthest.segment))
                furthest = {i, s};
            if (star == items.size()) return furthest;
            i = star + 1;
            s = ++star_segment;
        }
    }
    while (i < items.size() && items[i].kind == Item::Kind::AnyNumber) ++i;
    if (i == items.size()) return std::nullopt;
    if (i >= furthest.item) furthest = {i, s};
    return furthest;
}

std::vector<tcp::State> states_of(const std::vector<PassedState>& changes) {
    std::vector<tcp::State> states;
    if (!changes.empty()) states.push_back(changes.front().from);
    for (const PassedState& change : changes) states.push_back(change.to);
    return states;
}

bool passes(const std::vector<tcp::State>& passed, const std::vector<tcp::State>& wanted) {
    const auto begins_at = [&](std::size_t start) {
        if (passed.size() < start + wanted.size()) return false;
        for (std::size_t i = 0; i < wanted.size(); ++i)
            if (passed[start + i] != wanted[i]) return false;
        return true;
    };
    if (begins_at(0)) return true;
    return !passed.empty() && passed.front() == tcp::State::Closed && begins_at(1);
}

}  // namespace seedwire::judge
