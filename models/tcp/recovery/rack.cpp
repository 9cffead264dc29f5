#include "models/tcp/recovery/rack.h"

#include <algorithm>

#include "models/tcp/recovery/rtt_estimator.h"

namespace seedwire::tcp {

/// Was the last delivered segment sent before this one? [RACK-9]
bool Rack::is_before(const SentSegment& segment) const {
    return segment.sent > sent_ ||
           (segment.sent == sent_ && segment.end() > end_.near(segment.end()));
}

void Rack::on_delivered(Time now, const SentSegment& segment, std::uint32_t min_rtt_us) {
    const std::int64_t rtt_us = microseconds_between(segment.sent, now);
    // Faster than the path allows: it was an earlier transmission that arrived. RFC 8985 §6.2,
    // step 2. [RACK-6]
    if (rtt_us < min_rtt_us && segment.was_retransmitted()) return;
    advanced_ = true;
    rtt_us_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(rtt_us, 0, UINT32_MAX));
    if (is_before(segment)) {
        sent_ = segment.sent;
        end_ = segment.end();
    }
}

void Rack::update_window(std::uint32_t prior_delivered, std::uint32_t delivered) {
    if (prior_delivered == 0) return;
    // Once a round trip: what was sent before the last step tells nothing about it. [RACK-4]
    if (static_cast<std::int32_t>(prior_delivered - last_delivered_) < 0) dsack_seen_ = false;
    if (dsack_seen_) {
        if (steps_ != UINT8_MAX) ++steps_;
        dsack_seen_ = false;
        last_delivered_ = delivered;
        persist_ = kPersist;
    } else if (persist_ == 0) {
        steps_ = 1;
    }
}

std::int64_t Rack::window_us(const RackContext& context) const {
    // While reordering was never seen: no patience in recovery, nor beyond the duplicate threshold.
    // RFC 8985 §6.2, step 4. [RACK-3]
    if (!context.reordering_seen && (context.in_recovery || context.at_threshold)) return 0;
    // [RACK-2]
    return std::min(std::int64_t{context.min_rtt_us >> 2} * steps_, context.srtt_us);
}

bool Rack::is_recent(Time now, const SentSegment& segment) const {
    return std::int64_t{rtt_us_} - microseconds_between(segment.sent, now) > 0;
}

// [RACK-1]
Duration Rack::detect(Time now, Scoreboard& scoreboard, const RackContext& context, bool forced) {
    if (!advanced_ && !forced) return {};
    advanced_ = advanced_ && forced;  // a forced look leaves the next ACK's to itself
    const std::int64_t patience_us = rtt_us_ + window_us(context);
    std::int64_t longest_us = 0;
    for (SegmentId id = scoreboard.oldest_sent(); id != kNoSegment;) {
        const SentSegment& segment = scoreboard.at(id);
        // Nor the delivered one itself.
        if (is_before(segment) ||
            (segment.sent == sent_ && segment.end() == end_.near(segment.end())))
            break;
        const SegmentId next = segment.next;
        const std::int64_t remaining_us = patience_us - microseconds_between(segment.sent, now);
        if (remaining_us <= 0) {
            scoreboard.mark_lost(id);
            scoreboard.take_from_send_order(id);
        } else {
            longest_us = std::max(longest_us, remaining_us);
        }
        id = next;
    }
    return Duration::us(longest_us);
}

}  // namespace seedwire::tcp
