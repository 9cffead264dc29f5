// Judging SYNs. RFC 7413 §4.2.2; Linux, `tcp_try_fastopen`.
#include "models/tcp/fast_open/server.h"

#include "models/tcp/fast_open/client.h"
#include "models/tcp/fast_open/cookie.h"

namespace seedwire::tcp {
namespace {

constexpr Duration kBlockade = Duration::s(60);

}  // namespace

// [TFO-8]
bool FastOpenQueue::has_room(Time now) {
    if (limit_ == 0) return false;
    if (pending_ < limit_) return true;
    if (blocked_until_.empty() || blocked_until_.front() > now) return false;
    blocked_until_.take_front();
    --pending_;
    return true;
}

void FastOpenQueue::block(Time now) {
    blocked_until_.push_back(now + kBlockade);
    ++pending_;
}

FastOpenVerdict judge_syn(Time now, const Sysctls& sysctls, bool no_cookie,
                          const FastOpenKeys& keys, FastOpenQueue& queue, const wire::Segment& syn,
                          wire::Address client, wire::Address server) {
    FastOpenVerdict verdict;
    const wire::FastOpenOption asked = fast_open_option(syn);
    const bool concerns = syn.payload.length > 0 || asked.length != wire::FastOpenOption::kAbsent;
    const bool enabled = (sysctls.tcp_fastopen & fast_open::kServer) != 0;
    if (!enabled || !concerns || !queue.has_room(now)) return verdict;
    if (no_cookie || (sysctls.tcp_fastopen & fast_open::kCookieNotRequired) != 0) {
        verdict.open = true;
        return verdict;
    }
    if (asked.length == wire::FastOpenOption::kAbsent) return verdict;
    const int key = asked.length > 0 ? find_key(keys, asked, client, server) : -1;
    verdict.open = key >= 0;
    // Who holds a cookie of the key in use needs no other one. [TFO-5]
    if (key == 0) return verdict;
    verdict.answer = make_cookie(keys.key[0], client, server);
    verdict.answer.experimental = asked.experimental;
    return verdict;
}

}  // namespace seedwire::tcp
