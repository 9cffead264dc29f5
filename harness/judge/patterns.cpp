#include "harness/judge/patterns.h"

#include <fmt/format.h>

#include <algorithm>

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
    if (s.delayed) text += " delayed";
    if (s.duplicated) text += " duplicated";
    if (s.reordered) text += " reordered";
    if (s.marked) text += " marked";
    if (!s.lost) return text;
    if (s.fault != trace::kNoFault) return fmt::format("{} dropped by faults[{}]", text, s.fault);
    if (s.reason == trace::DropReason::Corrupted) return text + " corrupted";
    if (s.reason != trace::DropReason::None)
        return fmt::format("{} dropped by {}", text, trace::to_string(s.reason));
    return text + " lost";
}

namespace {

bool is_of_side(const Item& item, const SentSegment& s) {
    return item.side == Item::Side::Either || (item.side == Item::Side::Client) == s.from_client;
}

bool fits_fate(const scenario::Segments::Fate& wanted, const SentSegment& s) {
    if (wanted.reason != trace::DropReason::None && wanted.reason != s.reason) return false;
    if (wanted.fault != trace::kNoFault && wanted.fault != s.fault) return false;
    return (!wanted.lost || s.lost) && (!wanted.delayed || s.delayed) &&
           (!wanted.duplicated || s.duplicated) && (!wanted.reordered || s.reordered) &&
           (!wanted.marked || s.marked);
}

/// Which items may come next, closed over ellipses: those may stand for nothing.
class Positions {
public:
    explicit Positions(const std::vector<Item>& items)
        : items_{items}, now_(items.size() + 1), next_(items.size() + 1) {
        now_[0] = true;
        close(now_);
    }
    /// False if nothing fits the segment any more.
    bool advance(const SentSegment& s) {
        std::fill(next_.begin(), next_.end(), false);
        bool any = false;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (!now_[i] || !fits(items_[i], s)) continue;
            next_[items_[i].kind == Item::Kind::AnyNumber ? i : i + 1] = true;
            any = true;
        }
        if (any) close(next_);
        if (any) now_.swap(next_);
        return any;
    }
    bool is_complete() const { return now_.back(); }
    /// The last item that may come next and is no ellipsis; behind the last: nothing more.
    std::size_t furthest() const {
        std::size_t found = 0;
        for (std::size_t i = 0; i < now_.size(); ++i)
            if (now_[i] && (i == items_.size() || items_[i].kind != Item::Kind::AnyNumber))
                found = i;
        return found;
    }

private:
    void close(std::vector<bool>& set) const {
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (set[i] && items_[i].kind == Item::Kind::AnyNumber) set[i + 1] = true;
    }

    const std::vector<Item>& items_;
    std::vector<bool> now_, next_;
};

}  // namespace

bool fits(const Item& item, const SentSegment& s) {
    if (!is_of_side(item, s) || !fits_fate(item.fate, s)) return false;
    if (item.kind != Item::Kind::Segment) return true;
    constexpr std::uint16_t kCompared = kSyn | kFin | kRst | kAck;
    if (item.fate.lost != s.lost) return false;
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
    Positions positions{items};
    Mismatch furthest;
    for (std::size_t s = 0; s < segments.size(); ++s) {
        const std::size_t item = positions.furthest();
        const bool stuck = item == items.size() || !fits(items[item], segments[s]);
        if (stuck && item >= furthest.item) furthest = {item, s};
        if (!positions.advance(segments[s])) return furthest;
    }
    if (positions.is_complete()) return std::nullopt;
    if (positions.furthest() >= furthest.item) furthest = {positions.furthest(), segments.size()};
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
