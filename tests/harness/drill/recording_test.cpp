// What a script did can be drawn, and written as a capture that others read.
#include "harness/drill/recording.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "harness/drill/drawing.h"
#include "harness/drill/report_markdown.h"
#include "harness/drill/suite.h"
#include "models/wire/ip_codec.h"
#include "tests/support/catch.h"

namespace seedwire::drill {
namespace {

std::string read(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

Outcome run_recorded(const std::string& name) {
    RunOptions options;
    options.record = true;
    return run_script(read(SEEDWIRE_SOURCE_DIR "/scenarios/drill/" + name), options);
}

std::string ladder_of(const std::string& name) {
    const Outcome outcome = run_recorded(name);
    REQUIRE(outcome.recording != nullptr);
    observe::LadderStyle style;
    style.unicode = false;
    return draw(*outcome.recording, style);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Nothing is recorded unless that is wanted", "[drill]") {
    const std::string text = read(SEEDWIRE_SOURCE_DIR "/scenarios/drill/nagle-minshall.pkt");
    CHECK(run_script(text, {}).recording == nullptr);
    CHECK(run_recorded("nagle-minshall.pkt").recording != nullptr);
}

TEST_CASE("A ladder shows packets, causes and the states of the host under test", "[drill]") {
    const std::string text = ladder_of("simultaneous-close.pkt");
    CHECK(has(text, "connection 1: script 192.0.2.1:50000 to host 192.168.0.1:8080"));
    CHECK(has(text, "#1 SYN seq 0 win 32792 mss 1000 sackOK"));
    CHECK(has(text, "| SYN-RECEIVED\n"));
    CHECK(has(text, "#4 FIN+ACK seq 1 ack 1 --+ FIN-WAIT-1\n"));
    CHECK(has(text, "| CLOSING\n"));
    CHECK(has(text, "#9 ACK ack 2 (TIME-WAIT)"));
    CHECK(has(ladder_of("rack-three-sacks-immediate.pkt"), "(fast retransmission)"));
}

TEST_CASE("Who opens stands at the left, with its state from the first SYN on", "[drill]") {
    const std::string text = ladder_of("client-window-after-syn.pkt");
    CHECK(has(text, ": host "));
    CHECK(has(text, "SYN-SENT     +-- #1 SYN"));
    CHECK(has(text, "ESTABLISHED"));
}

TEST_CASE("Every packet that is recorded has right checksums", "[drill]") {
    const FoundScripts found = find_scripts({SEEDWIRE_SOURCE_DIR "/scenarios/drill"});
    RunOptions options;
    options.record = true;
    options.or_linux = true;
    std::size_t errors = 0;
    for (const ScriptResult& result : run_files(found.files, options, 1)) {
        INFO(result.file);
        REQUIRE(result.outcome.recording != nullptr);
        Time before = Time::zero();
        for (const RecordedPacket& packet : result.outcome.recording->packets()) {
            std::vector<std::uint8_t> bytes;
            wire::serialise(packet.packet, packet.extension ? &*packet.extension : nullptr, nullptr,
                            wire::Contents::Whole, bytes);
            const wire::ParsedPacket parsed = wire::parse_packet(bytes);
            CHECK(parsed.problem.empty());
            CHECK(parsed.has_right_checksums);
            CHECK(packet.sent >= before);
            CHECK(packet.arrived > packet.sent);
            before = packet.arrived;
            if (packet.packet.protocol == wire::Protocol::Icmp) ++errors;
        }
    }
    CHECK(errors >= 3);
}

TEST_CASE("A capture has a block for every packet", "[drill]") {
    const Outcome outcome = run_recorded("icmp-frag-needed.pkt");
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    write_capture(*outcome.recording, file);
    std::rewind(file);
    std::size_t packets = 0;
    std::uint32_t head[2];
    while (std::fread(head, sizeof head, 1, file) == 1) {
        if (head[0] == 6) ++packets;  // enhanced packet block
        REQUIRE(std::fseek(file, static_cast<long>(head[1]) - 8, SEEK_CUR) == 0);
    }
    std::fclose(file);
    CHECK(packets == outcome.recording->packets().size());
}

TEST_CASE("A report has a row a folder, and the reason of what did not pass", "[drill]") {
    std::vector<ScriptResult> results(3);
    results[0].file = "/elsewhere/set/a/one.pkt";
    results[1].file = "/elsewhere/set/a/two.pkt";
    results[1].outcome.profile = ProfileName::Linux;
    results[2].file = "/elsewhere/set/b/three.pkt";
    results[2].outcome.status = Status::Failed;
    results[2].outcome.at = {7, 3};
    results[2].outcome.message = "a | b";
    const std::string text = markdown(results, {"/elsewhere/set/"});
    CHECK(has(text, "| `set/a` | 2 | 2 | 1 | 0 | 0 |\n"));
    CHECK(has(text, "| `set/b` | 1 | 0 | 0 | 1 | 0 |\n"));
    CHECK(has(text, "| all | 3 | 2 | 1 | 1 | 0 |\n"));
    CHECK(has(text, "| `set/b/three.pkt` | 7:3 | failed: a \\| b |\n"));
}

TEST_CASE("docs/conformance.md tells the truth of the project's own scripts", "[drill][docs]") {
    const std::string page = read(SEEDWIRE_SOURCE_DIR "/docs/conformance.md");
    const std::string root = SEEDWIRE_SOURCE_DIR "/";
    RunOptions options;
    options.or_linux = true;
    std::vector<ScriptResult> results =
        run_files(find_scripts({root + "scenarios/drill"}).files, options, 1);
    for (ScriptResult& result : results) result.file.erase(0, root.size());
    const std::string table = markdown(results, {"scenarios/drill"});
    for (std::size_t at = table.find("| `scenarios/"); at != std::string::npos;
         at = table.find("| `scenarios/", at + 1)) {
        const std::string row = table.substr(at, table.find('\n', at) - at);
        INFO(row);
        CHECK(has(page, row));
    }
}

}  // namespace seedwire::drill
