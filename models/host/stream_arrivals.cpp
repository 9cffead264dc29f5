// A prefix and islands, as in a receiver's reassembly, but written a second time and independently
// of it. RFC 9293 §3.10.7.4.
#include "models/host/stream_arrivals.h"

#include <algorithm>

namespace seedwire::host {

StreamArrivals::Taken StreamArrivals::take(std::uint64_t offset, std::uint32_t length) {
    const std::uint64_t end = offset + length;
    if (end <= prefix_) return {};
    if (offset > prefix_) return {0, insert(offset, end)};
    const std::uint64_t before = prefix_;
    prefix_ = end;
    if (!islands_.empty()) [[unlikely]] {
        auto reached = islands_.begin();
        for (; reached != islands_.end() && reached->begin <= prefix_; ++reached) {
            prefix_ = std::max(prefix_, reached->end);
        }
        islands_.erase(islands_.begin(), reached);
    }
    return {prefix_ - before, true};
}

bool StreamArrivals::insert(std::uint64_t begin, std::uint64_t end) {
    // Mostly the newest data extends the last island.
    if (islands_.empty() || begin > islands_.back().end) {
        islands_.push_back({begin, end});
        return true;
    }
    auto first = std::lower_bound(islands_.begin(), islands_.end(), begin,
                                  [](const Range& range, std::uint64_t at) { return range.end < at; });
    if (first->begin <= begin && end <= first->end) return false;
    auto last = first;
    for (; last != islands_.end() && last->begin <= end; ++last) {
        begin = std::min(begin, last->begin);
        end = std::max(end, last->end);
    }
    if (first == last) {
        islands_.insert(first, {begin, end});
        return true;
    }
    *first = {begin, end};
    islands_.erase(first + 1, last);
    return true;
}

}  // namespace seedwire::host
