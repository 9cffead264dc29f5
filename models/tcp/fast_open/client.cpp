// Memory of servers and pauses. RFC 7413 §4.1.3; Linux, `tcp_fastopen_cache_get`,
// `tcp_fastopen_cache_set`, `tcp_fastopen_active_should_disable`.
#include "models/tcp/fast_open/client.h"

#include <algorithm>

namespace seedwire::tcp {
namespace {

constexpr std::uint32_t kLongestPauseDoublings = 6;

bool is_cookie(const wire::FastOpenOption& option) { return option.length > 0; }

}  // namespace

const FastOpenClient::Path* FastOpenClient::find(wire::Address server) const {
    const auto at = std::lower_bound(
        paths_.begin(), paths_.end(), server,
        [](const Path& path, wire::Address address) { return path.server.value < address.value; });
    return at != paths_.end() && at->server == server ? &*at : nullptr;
}

FastOpenClient::Path& FastOpenClient::find_or_add(wire::Address server) {
    const auto at = std::lower_bound(
        paths_.begin(), paths_.end(), server,
        [](const Path& path, wire::Address address) { return path.server.value < address.value; });
    if (at != paths_.end() && at->server == server) return *at;
    Path path;
    path.server = server;
    path.cookie.length = 0;  // as an option: a request
    return *paths_.insert(at, path);
}

// [TFO-10]
bool FastOpenClient::is_paused(Time now, const Sysctls& sysctls) const {
    const Duration unit = sysctls.tcp_fastopen_blackhole_timeout;
    if (unit == Duration::zero() || pauses_ == 0) return false;
    const std::uint32_t doublings = std::min(pauses_ - 1, kLongestPauseDoublings);
    return now < paused_since_ + unit * (std::int64_t{1} << doublings);
}

// [TFO-2]
FastOpenRequest FastOpenClient::prepare(Time now, const Sysctls& sysctls, bool no_cookie,
                                        wire::Address server, std::uint32_t bytes) const {
    FastOpenRequest request;
    const Path* path = find(server);
    if (path != nullptr) request.mss = path->mss;
    if (is_paused(now, sysctls)) return request;  // an ordinary SYN, data after the handshake
    request.watched = sysctls.tcp_fastopen_blackhole_timeout != Duration::zero() && pauses_ != 0;
    if (no_cookie || (sysctls.tcp_fastopen & fast_open::kDataWithoutCookie) != 0) {
        request.bytes = bytes;
        return request;
    }
    request.option.length = 0;
    if (path != nullptr) {
        request.option = path->cookie;
        if (!is_cookie(path->cookie) && path->other_format == 1) {
            request.option.experimental = true;
        }
    }
    if (is_cookie(request.option)) {
        request.bytes = bytes;
    } else {
        request.failure = FastOpenFailure::CookieUnavailable;
    }
    return request;
}

void FastOpenClient::learn(Time now, const Sysctls& sysctls, wire::Address server,
                           const FastOpenNews& news) {
    if (news.answered) {
        Path& path = find_or_add(server);
        if (news.mss != 0) path.mss = news.mss;
        if (is_cookie(news.cookie)) {
            path.cookie = news.cookie;
            // [TFO-9]
        } else if (news.other_format > path.other_format && !is_cookie(path.cookie) &&
                   !path.cookie.experimental) {
            path.other_format = news.other_format;
        }
    }
    if (news.blackhole && sysctls.tcp_fastopen_blackhole_timeout != Duration::zero()) {
        paused_since_ = now;
        ++pauses_;
    }
    if (news.works) pauses_ = 0;
}

}  // namespace seedwire::tcp
