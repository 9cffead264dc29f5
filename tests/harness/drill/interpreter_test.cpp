// Whole scripts: what passes, what fails and how it is told, what is refused.
#include "harness/drill/interpreter.h"

#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::drill;

namespace {

const std::string kServer =
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
    "+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"
    "+0 bind(3, ..., ...) = 0\n"
    "+0 listen(3, 1) = 0\n"
    "+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>\n"
    "+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>\n"
    "+.1 < . 1:1(0) ack 1 win 257\n"
    "+0 accept(3, ..., ...) = 4\n";
constexpr std::uint32_t kNextLine = 9;

Outcome run(const std::string& rest) { return run_script(kServer + rest, {}); }

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A server's script passes, pieces merged", "[drill][interpreter]") {
    const Outcome outcome =
        run("+0 write(4, ..., 2500) = 2500\n"
            "+0 > P. 1:2501(2500) ack 1\n"
            "+.1 < . 1:1(0) ack 2501 win 257\n"
            "+0 %{ assert tcpi_snd_cwnd == 10 and tcpi_state == TCP_ESTABLISHED }%\n");
    CHECK(outcome.message.empty());
    CHECK(outcome.status == Status::Passed);
    CHECK(outcome.simulated == Duration::ms(200) + Duration::us(20));
}

TEST_CASE("A wrong packet is shown beside the expected one", "[drill][interpreter]") {
    const Outcome outcome = run("+0 write(4, ..., 10) = 10\n+0 > . 1:11(10) ack 1\n");
    CHECK(outcome.status == Status::Failed);
    CHECK(outcome.at.line == kNextLine + 1);
    CHECK(outcome.message == "unexpected packet: flags");
    CHECK(contains(outcome.details, "expected  . 1:11(10) ack 1"));
    CHECK(contains(outcome.details, "real      P. 1:11(10) ack 1"));
    CHECK(contains(outcome.details, "last packets:"));
}

TEST_CASE("Packets come in time or fail", "[drill][interpreter]") {
    // The retransmission follows after about 300 ms.
    const std::string write = "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n";
    CHECK(run(write + "+.2~+.4 > P. 1:11(10) ack 1\n").status == Status::Passed);
    CHECK(run(write + "* > P. 1:11(10) ack 1\n").status == Status::Passed);
    const Outcome late = run(write + "+.05 > P. 1:11(10) ack 1\n");
    CHECK(late.status == Status::Failed);
    CHECK(contains(late.message, "expected at"));
    CHECK(contains(run("+0 > . 1:1(0) ack 1\n").message, "timed out"));
}

TEST_CASE("Results of calls and their out-parameters are compared", "[drill][interpreter]") {
    CHECK(run("+0 fcntl(4, F_SETFL, O_NONBLOCK) = 0\n"
              "+0 read(4, ..., 10) = -1 EAGAIN (nothing there)\n")
              .status == Status::Passed);
    CHECK(contains(run("+0 write(4, ..., 10) = 9\n").message, "expected to return 9"));
    CHECK(contains(run("+0 read(4, ..., 10) = 10\n").message, "blocks"));
    CHECK(contains(run("+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0\n").message,
                   "expected 104, the call gave 0"));
}

TEST_CASE("Blocking calls return when they should", "[drill][interpreter]") {
    const std::string data = "+.1 < P. 1:11(10) ack 1 win 257\n+0 > . 1:1(0) ack 11\n";
    CHECK(run("+0...0.1 read(4, ..., 10) = 10\n" + data).status == Status::Passed);
    const Outcome early = run("+0...0.3 read(4, ..., 10) = 10\n" + data);
    CHECK(early.status == Status::Failed);
    CHECK(contains(early.message, "was expected to return at"));
    CHECK(contains(run("+0...0.3 read(4, ..., 10) = 10\n").message, "still blocked"));
}

TEST_CASE("What is not supported is said at its place", "[drill][interpreter]") {
    CHECK(run("+0 mmap(4) = 0\n").status == Status::Unsupported);
    CHECK(run("+0 setsockopt(4, SOL_TCP, TCP_MD5SIG, [1], 4) = 0\n").status == Status::Unsupported);
    CHECK(run("+0 `rm -rf /`\n").status == Status::Unsupported);
    CHECK(run("+0 `sysctl -q net.ipv4.tcp_unheard_of=1`\n").status == Status::Unsupported);
    CHECK(run("+0 `sysctl -q net.ipv4.tcp_limit_output_bytes=4096`\n").status ==
          Status::Unsupported);
    CHECK(run("+0 `sysctl -q net.ipv4.tcp_limit_output_bytes=4194304`\n").status == Status::Passed);
    CHECK(run("+0 `echo 3 > /sys/module/tcp_cubic/parameters/hystart_detect`\n").status ==
          Status::Passed);
    CHECK(run("+0 `echo 512 > /sys/module/tcp_cubic/parameters/beta`\n").status ==
          Status::Unsupported);
    CHECK(run_script("--ip_version=ipv5\n" + kServer, {}).status == Status::Failed);
    const Outcome option = run_script("--frobnicate\n" + kServer, {});
    CHECK(option.status == Status::Unsupported);
    CHECK(option.at == Position{1, 1});
}

TEST_CASE("Echoed timestamps must have been expected before", "[drill][interpreter]") {
    const std::string open =
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 bind(3, ..., ...) = 0\n"
        "+0 listen(3, 1) = 0\n"
        "+0 < S 0:0(0) win 32792 <mss 1012,sackOK,TS val 1000 ecr 0,nop,wscale 7>\n"
        "+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 1000,nop,wscale 8>\n";
    CHECK(run_script(open + "+.1 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1100 ecr 100>\n"
                            "+0 accept(3, ..., ...) = 4\n",
                     {})
              .status == Status::Passed);
    CHECK(contains(
        run_script(open + "+.1 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1100 ecr 7>\n", {}).message,
        "TSecr 7"));
}

TEST_CASE("Commands change the host's settings", "[drill][interpreter]") {
    const std::string defaults = "`../common/defaults.sh`\n";
    const std::string sysctls =
        "0 `sysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0`\n"
        "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
        "+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n"
        "+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 8>\n";
    CHECK(run_script(sysctls, {}).message.empty());
    RunOptions linux_profile;
    linux_profile.profile = ProfileName::Linux;
    // A kernel as it comes has smaller buffers: another window. The script's own settings come
    // later than the profile.
    CHECK(run_script(sysctls, linux_profile).status == Status::Failed);
    CHECK(run_script(defaults + sysctls, linux_profile).message.empty());
}
