// PAWS and TS.Recent. RFC 7323 §4.3 and §5.
#include "models/tcp/receive/paws.h"

namespace seedwire::tcp {
namespace {

// A clock of microseconds (which a peer may use) passes half of its range in this time, after which
// an old TS.Recent proves nothing. Linux, `TCP_PAWS_WRAP`; RFC 7323 §5.5 has 24 days, for a clock
// of milliseconds.
constexpr Duration kTimestampLifetime = Duration::s(2147);

// RFC 7323 asks for "older"; one unit of slack for peers whose clock runs backwards by a rounding.
constexpr std::int32_t kSlack = 1;

std::int32_t age(std::uint32_t ts_recent, std::uint32_t ts_value) {
    return static_cast<std::int32_t>(ts_recent - ts_value);
}

}  // namespace

// [PAWS-3]
bool Paws::is_not_older(Time now, std::uint32_t ts_value, std::int32_t slack) const {
    if (age(ts_recent_, ts_value) <= slack) return true;
    if (now - stamp_ >= kTimestampLifetime) return true;
    // Peers exist that send zero in the SYN and real values later.
    return ts_recent_ == 0;
}

// [PAWS-1]
PawsVerdict Paws::check(Time now, const PawsSegment& segment, Duration rto) const {
    if (is_not_older(now, segment.ts_value, kSlack)) return PawsVerdict::Pass;
    if (!segment.pure_ack) return PawsVerdict::Acknowledge;
    if (segment.before_expected) return PawsVerdict::Drop;
    if (!segment.expected || !segment.repeats_ack) return PawsVerdict::Acknowledge;
    // Duplicate ACKs overtaken on the way are normal; 1.2 retransmission timeouts is how long they
    // can still be about. Linux, `tcp_tsval_replay`. [PAWS-2]
    const std::int64_t replay_ms = rto.ms() * 12 / 10;
    const bool recent = age(ts_recent_, segment.ts_value) <= replay_ms;
    return recent ? PawsVerdict::Pass : PawsVerdict::Acknowledge;
}

// [PAWS-4]
void Paws::update(Time now, std::uint32_t ts_value, bool starts_at_or_before_last_ack) {
    if (starts_at_or_before_last_ack && is_not_older(now, ts_value, 0)) set(now, ts_value);
}

}  // namespace seedwire::tcp
