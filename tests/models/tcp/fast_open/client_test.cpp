// What a client remembers of servers, and its pauses. RFC 7413 §4.1.3.
#include "models/tcp/fast_open/client.h"

#include "tests/support/catch.h"

namespace seedwire::tcp {
namespace {

constexpr wire::Address kServer{1}, kOther{2};

struct Fixture {
    Sysctls sysctls;
    FastOpenClient client;
    Time now;

    FastOpenRequest prepare(wire::Address server = kServer, bool no_cookie = false) {
        return client.prepare(now, sysctls, no_cookie, server, 1000);
    }
    void learn(const FastOpenNews& news) { client.learn(now, sysctls, kServer, news); }
    void learn_cookie(std::int8_t length, std::uint16_t mss = 1460) {
        FastOpenNews news;
        news.answered = true;
        news.mss = mss;
        news.cookie.length = length;
        news.cookie.cookie[0] = 7;
        learn(news);
    }
};

TEST_CASE("Without a cookie the SYN asks for one and carries no data",
          "[fast_open][rfc7413][TFO-2]") {
    Fixture f;
    CHECK(f.prepare().option.length == 0);
    CHECK(f.prepare().bytes == 0);
    CHECK(f.prepare().failure == FastOpenFailure::CookieUnavailable);
}

TEST_CASE("A cookie is kept for its server, with the segment size", "[fast_open][rfc7413][TFO-2]") {
    Fixture f;
    f.learn_cookie(8, 940);
    CHECK(f.prepare().option.length == 8);
    CHECK(f.prepare().option.cookie[0] == 7);
    CHECK(f.prepare().bytes == 1000);
    CHECK(f.prepare().mss == 940);
    CHECK(f.prepare(kOther).option.length == 0);
    f.learn_cookie(wire::FastOpenOption::kAbsent, 1460);  // no new cookie: the old one stays
    CHECK(f.prepare().option.length == 8);
    CHECK(f.prepare().mss == 1460);
    f.client.forget_paths();
    CHECK(f.prepare().option.length == 0);
}

TEST_CASE("An unanswered request changes the form of the option once",
          "[fast_open][linux][TFO-9]") {
    Fixture f;
    FastOpenNews news;
    news.answered = true;
    news.other_format = 1;
    f.learn(news);
    CHECK(f.prepare().option.experimental);
    news.other_format = 2;
    f.learn(news);
    CHECK_FALSE(f.prepare().option.experimental);
    news.other_format = 1;  // and never again
    f.learn(news);
    CHECK_FALSE(f.prepare().option.experimental);
}

TEST_CASE("Data go without a cookie where that was asked for", "[fast_open][linux]") {
    Fixture f;
    CHECK(f.prepare(kServer, true).bytes == 1000);
    CHECK(f.prepare(kServer, true).option.length == wire::FastOpenOption::kAbsent);
    f.sysctls.tcp_fastopen = fast_open::kClient | fast_open::kDataWithoutCookie;
    CHECK(f.prepare().bytes == 1000);
}

TEST_CASE("A black hole pauses Fast Open, each time for longer", "[fast_open][linux][TFO-10]") {
    Fixture f;
    f.learn_cookie(8);
    FastOpenNews hole;
    hole.blackhole = true;
    f.learn(hole);
    CHECK(f.prepare().bytes == 1000);  // the default: never paused
    f.sysctls.tcp_fastopen_blackhole_timeout = Duration::s(10);
    f.learn(hole);
    CHECK(f.client.is_paused(f.now, f.sysctls));
    CHECK(f.prepare().bytes == 0);
    CHECK(f.prepare().option.length == wire::FastOpenOption::kAbsent);
    f.now += Duration::s(10);
    CHECK(f.prepare().bytes == 1000);
    CHECK(f.prepare().watched);
    f.learn(hole);
    f.now += Duration::s(19);
    CHECK(f.client.is_paused(f.now, f.sysctls));
    f.now += Duration::s(1);
    CHECK_FALSE(f.client.is_paused(f.now, f.sysctls));
    FastOpenNews good;
    good.works = true;
    f.learn(good);
    f.learn(hole);
    f.now += Duration::s(10);
    CHECK_FALSE(f.client.is_paused(f.now, f.sysctls));
}

}  // namespace
}  // namespace seedwire::tcp
