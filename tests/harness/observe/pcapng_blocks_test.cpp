#include "harness/observe/pcapng_blocks.h"

#include <array>
#include <vector>

#include "tests/support/catch.h"

using seedwire::observe::PcapngBlocks;

namespace {

using Bytes = std::vector<std::uint8_t>;

template <class Write>
Bytes written(Write write) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    PcapngBlocks blocks{file};
    write(blocks);
    std::rewind(file);
    Bytes bytes(65536);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
    std::fclose(file);
    return bytes;
}

}  // namespace

TEST_CASE("A section header says byte order, version and who wrote it", "[observe][pcapng]") {
    const Bytes bytes = written([](PcapngBlocks& b) { b.section_header("app", ""); });
    const Bytes expected = {0x0A, 0x0D, 0x0D, 0x0A, 40,   0,    0,    0,     // type, length
                            0x4D, 0x3C, 0x2B, 0x1A, 1,    0,    0,    0,     // order, version 1.0
                            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,  // section length
                            4,    0,    3,    0,    'a',  'p',  'p',  0,     // application, padded
                            0,    0,    0,    0,    40,   0,    0,    0};
    CHECK(bytes == expected);
}

TEST_CASE("An interface has a name, a description and nanoseconds", "[observe][pcapng]") {
    const Bytes bytes = written([](PcapngBlocks& b) { b.interface("a/e0", "d", 96); });
    const Bytes expected = {1,   0, 0, 0, 48,  0,   0,   0,    //
                            101, 0, 0, 0, 96,  0,   0,   0,    // RAW, snap length
                            2,   0, 4, 0, 'a', '/', 'e', '0',  // name
                            3,   0, 1, 0, 'd', 0,   0,   0,    // description
                            9,   0, 1, 0, 9,   0,   0,   0,    // resolution 10^-9
                            0,   0, 0, 0, 48,  0,   0,   0};
    CHECK(bytes == expected);
}

TEST_CASE("A packet carries time, lengths, comment and direction", "[observe][pcapng]") {
    const std::array<std::uint8_t, 5> data = {0x45, 1, 2, 3, 4};
    const Bytes bytes = written(
        [&](PcapngBlocks& b) { b.packet(7, 0x0000'0001'0000'0002U, data, 1500, true, "hi"); });
    const Bytes expected = {6,    0,   0, 0, 60,   0, 0, 0,  //
                            7,    0,   0, 0, 1,    0, 0, 0,  // interface, time high
                            2,    0,   0, 0, 5,    0, 0, 0,  // time low, captured
                            0xDC, 5,   0, 0, 0x45, 1, 2, 3,  // original, data
                            4,    0,   0, 0, 1,    0, 2, 0,  // padded; comment
                            'h',  'i', 0, 0, 2,    0, 4, 0,  // flags
                            2,    0,   0, 0, 0,    0, 0, 0,  // outbound; end of options
                            60,   0,   0, 0};
    CHECK(bytes == expected);
}

TEST_CASE("Keys travel in a decryption secrets block", "[observe][pcapng]") {
    const Bytes bytes = written([](PcapngBlocks& b) { b.tls_key_log("A b\n!"); });
    const Bytes expected = {10,   0,    0,    0,    28,  0, 0, 0,  // type, length
                            0x4B, 0x53, 0x4C, 0x54, 5,   0, 0, 0,  // TLS key log, length
                            'A',  ' ',  'b',  '\n', '!', 0, 0, 0, 28, 0, 0, 0};
    CHECK(bytes == expected);
}
