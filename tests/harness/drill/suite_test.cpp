#include "harness/drill/suite.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.h"

using namespace seedwire;
using drill::ProfileName;
using drill::Status;

namespace {

/// A script that holds only where buffers are those of a kernel as it comes.
constexpr const char* kPlainBuffers =
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
    "+0 getsockopt(3, SOL_SOCKET, SO_RCVBUF, [131072], [4]) = 0\n";

drill::Outcome run(const std::string& text, ProfileName profile, bool or_linux) {
    const auto file = std::filesystem::temp_directory_path() / "seedwire-suite-test.pkt";
    std::ofstream{file} << text;
    drill::RunOptions options;
    options.profile = profile;
    options.or_linux = or_linux;
    const auto results = drill::run_files({file.string()}, options, 1);
    std::filesystem::remove(file);
    return results.front().outcome;
}

}  // namespace

TEST_CASE("A script that names no surroundings may pass in either", "[drill][suite]") {
    CHECK(run(kPlainBuffers, ProfileName::Packetdrill, false).status == Status::Failed);
    const drill::Outcome outcome = run(kPlainBuffers, ProfileName::Packetdrill, true);
    CHECK(outcome.status == Status::Passed);
    CHECK(outcome.profile == ProfileName::Linux);
}

TEST_CASE("A script that calls defaults.sh has named them", "[drill][suite]") {
    const std::string text = std::string{"`../common/defaults.sh`\n"} + kPlainBuffers;
    CHECK(run(text, ProfileName::Packetdrill, true).status == Status::Failed);
}

TEST_CASE("A script that fails in both shows its first failure", "[drill][suite]") {
    const std::string text = std::string{kPlainBuffers} + "+0 close(9) = 0\n";
    const drill::Outcome outcome = run(text, ProfileName::Packetdrill, true);
    CHECK(outcome.status == Status::Failed);
    CHECK(outcome.profile == ProfileName::Packetdrill);
    CHECK(outcome.at.line == 2);
}
