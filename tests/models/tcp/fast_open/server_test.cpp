// Which SYNs open a connection at once. RFC 7413 §4.2.2, §5.1.
#include "models/tcp/fast_open/server.h"

#include "models/tcp/fast_open/client.h"
#include "models/tcp/fast_open/cookie.h"
#include "tests/support/catch.h"

namespace seedwire::tcp {
namespace {

constexpr wire::Address kClient{1}, kServer{2};

struct Fixture {
    Sysctls sysctls;
    FastOpenKeys keys = *parse_fast_open_keys("1-1-1-1,2-2-2-2");
    FastOpenQueue queue;
    wire::Segment syn;
    Time now;

    Fixture() {
        sysctls.tcp_fastopen = fast_open::kServer;
        queue.set_limit(1);
        syn.flags = wire::flag::kSyn;
        syn.payload.length = 10;
    }
    FastOpenVerdict judge(bool no_cookie = false) {
        return judge_syn(now, sysctls, no_cookie, keys, queue, syn, kClient, kServer);
    }
    void bring(const wire::FastOpenOption& cookie) { syn.syn.fast_open = cookie; }
};

TEST_CASE("A good cookie opens, and needs no answer", "[fast_open][rfc7413][TFO-4]") {
    Fixture f;
    f.bring(make_cookie(f.keys.key[0], kClient, kServer));
    CHECK(f.judge().open);
    CHECK(f.judge().answer.length == wire::FastOpenOption::kAbsent);
    f.syn.payload.length = 0;  // no data beside it: the server may send before the last ACK
    CHECK(f.judge().open);
}

TEST_CASE("A cookie of the former key opens and is replaced", "[fast_open][linux][TFO-5]") {
    Fixture f;
    f.bring(make_cookie(f.keys.key[1], kClient, kServer));
    CHECK(f.judge().open);
    CHECK(f.judge().answer.cookie == make_cookie(f.keys.key[0], kClient, kServer).cookie);
}

TEST_CASE("A wrong cookie, or a request, brings the right one", "[fast_open][rfc7413][TFO-5]") {
    Fixture f;
    for (const int length : {0, 8}) {
        wire::FastOpenOption option;
        option.length = static_cast<std::int8_t>(length);
        option.experimental = true;
        f.bring(option);
        CHECK_FALSE(f.judge().open);
        CHECK(f.judge().answer.length == 8);
        CHECK(f.judge().answer.experimental);  // in the form in which it was asked for
    }
}

TEST_CASE("Data without an option open nothing, unless no cookie is required",
          "[fast_open][linux]") {
    Fixture f;
    CHECK_FALSE(f.judge().open);
    CHECK(f.judge().answer.length == wire::FastOpenOption::kAbsent);
    CHECK(f.judge(true).open);
    f.sysctls.tcp_fastopen |= fast_open::kCookieNotRequired;
    CHECK(f.judge().open);
    f.syn.payload.length = 0;
    CHECK_FALSE(f.judge().open);  // an ordinary SYN
    f.syn.payload.length = 10;
    f.sysctls.tcp_fastopen = fast_open::kCookieNotRequired;
    CHECK_FALSE(f.judge().open);  // no server at all
}

TEST_CASE("The queue bounds what is opened early", "[fast_open][rfc7413][TFO-8]") {
    Fixture f;
    f.bring(make_cookie(f.keys.key[0], kClient, kServer));
    f.queue.open();
    CHECK_FALSE(f.judge().open);
    f.queue.close();
    CHECK(f.judge().open);
    f.queue.block(f.now);  // reset after it was accepted: the place is blocked
    f.now += Duration::s(59);
    CHECK_FALSE(f.judge().open);
    f.now += Duration::s(1);
    CHECK(f.judge().open);
    CHECK(f.queue.pending() == 0);
    f.queue.set_limit(0);
    CHECK_FALSE(f.judge().open);
}

}  // namespace
}  // namespace seedwire::tcp
