// A prefix and islands, as in a receiver's reassembly, but written a second time and independently
// of it. RFC 9293 §3.10.7.4.
#include "models/host/stream_arrivals.h"

#include <algorithm>

namespace seedwire::host {

StreamArrivals::Taken StreamArrivals::take(std::uint64_t key, std::uint64_t offset,
                                           std::uint32_t length) {
    const std::uint64_t end = offset + length;
    if (end <= prefix_) return {};
    if (offset > prefix_) return {0, insert(key, offset, end)};
    const std::uint64_t before = prefix_;
    std::uint64_t new_from = prefix_;
    prefix_ = end;
    if (islands_ && !islands_->empty()) [[unlikely]] {
        auto reached = islands_->begin();
        for (; reached != islands_->end() && reached->begin <= end; ++reached) {
            hash_ += content_hash(key, new_from, reached->begin);
            new_from = reached->end;
            prefix_ = std::max(prefix_, reached->end);
        }
        islands_->erase(islands_->begin(), reached);
    }
    if (new_from < end) hash_ += content_hash(key, new_from, end);
    return {prefix_ - before, true};
}

bool StreamArrivals::insert(std::uint64_t key, std::uint64_t begin, std::uint64_t end) {
    if (!islands_) islands_ = std::make_unique<Ranges>();
    Ranges& islands = *islands_;
    // Mostly the newest data lies behind or extends the last island.
    if (islands.empty() || begin > islands.back().end) {
        islands.push_back({begin, end});
        hash_ += content_hash(key, begin, end);
        return true;
    }
    const auto first =
        std::lower_bound(islands.begin(), islands.end(), begin,
                         [](const Range& range, std::uint64_t at) { return range.end < at; });
    if (first->begin <= begin && end <= first->end) return false;
    Range whole{begin, end};
    std::uint64_t new_from = begin;
    auto last = first;
    for (; last != islands.end() && last->begin <= end; ++last) {
        if (new_from < last->begin) hash_ += content_hash(key, new_from, last->begin);
        new_from = last->end;
        whole = {std::min(whole.begin, last->begin), std::max(whole.end, last->end)};
    }
    if (new_from < end) hash_ += content_hash(key, new_from, end);
    if (first == last) {
        islands.insert(first, whole);
        return true;
    }
    *first = whole;
    islands.erase(first + 1, last);
    return true;
}

}  // namespace seedwire::host
