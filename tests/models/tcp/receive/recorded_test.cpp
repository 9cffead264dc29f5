// Linux 6.18 on measured links, segment by segment: which arrival was acknowledged, when, and with
// what window. The rows are what was on the wire; times are microseconds since the first SYN.
#include "models/tcp/negotiation.h"
#include "tests/models/tcp/receive/receiver_driver.h"
#include "tests/support/catch.h"

namespace {

using namespace seedwire;
using namespace seedwire::tcp;
using namespace seedwire::tcp::test;

constexpr bool kPush = true, kPlain = false;

/// When Linux answered a segment.
enum Answer : std::uint8_t {
    kNone,  ///< not before the next segment came
    kNow,   ///< within a tenth of a millisecond, by itself or because the program had read
    kLate   ///< by its delayed-ACK timer
};

/// One arriving segment and the ACK that followed it. Timestamps are milliseconds of the receiver.
struct Row {
    std::int64_t at_us;
    std::uint32_t seq, length;
    bool push;
    std::uint32_t echo_ms, clock_ms;
    Answer answer;
    std::uint32_t ack, window;
};

// 200 kB over 20 Mbit/s, round trip 20 ms, default buffers, prompt reader.
constexpr Row kSsRenoRtt20[] = {
    {31068, 1, 1448, kPlain, 0, 21, kNow, 1449, 68608},
    {31669, 1449, 1448, kPush, 0, 21, kNow, 2897, 71680},
    {32269, 2897, 1448, kPlain, 0, 22, kNow, 4345, 74752},
    {32866, 4345, 1448, kPush, 0, 23, kNow, 5793, 76800},
    {33451, 5793, 1448, kPlain, 0, 23, kNow, 7241, 79872},
    {34063, 7241, 1448, kPush, 0, 24, kNow, 8689, 80896},
    {34664, 8689, 1448, kPlain, 0, 24, kNow, 10137, 80896},
    {35256, 10137, 1448, kPush, 0, 25, kNow, 11585, 80896},
    {35881, 11585, 1448, kPlain, 0, 26, kNow, 13033, 80896},
    {36466, 13033, 1448, kPush, 0, 26, kNow, 14481, 80896},
    {51881, 14481, 1448, kPlain, 21, 42, kNow, 15929, 80896},
    {52464, 15929, 1448, kPush, 21, 42, kNow, 17377, 80896},
    {53071, 17377, 1448, kPlain, 21, 43, kNow, 18825, 80896},
    {53667, 18825, 1448, kPush, 21, 43, kNow, 20273, 80896},
    {54267, 20273, 1448, kPlain, 22, 44, kNow, 21721, 80896},
    {54850, 21721, 1448, kPush, 22, 45, kNow, 23169, 80896},
    {55469, 23169, 1448, kPlain, 23, 45, kNow, 24617, 80896},
    {56063, 24617, 1448, kPush, 23, 46, kNow, 26065, 80896},
    {56663, 26065, 1448, kPlain, 23, 46, kNow, 27513, 80896},
    {57263, 27513, 1448, kPush, 23, 47, kNow, 28961, 80896},
    {57862, 28961, 1448, kPlain, 24, 48, kNow, 30409, 80896},
    {58465, 30409, 1448, kPush, 24, 48, kNow, 31857, 80896},
    {59060, 31857, 1448, kPlain, 24, 49, kNone, 0, 0},
    {59666, 33305, 1448, kPush, 24, 49, kNow, 34753, 80896},
    {60269, 34753, 1448, kPlain, 25, 50, kNone, 0, 0},
    {60862, 36201, 1448, kPush, 25, 51, kNow, 37649, 80896},
    {61467, 37649, 1448, kPlain, 26, 51, kNone, 0, 0},
    {62050, 39097, 1448, kPush, 26, 52, kNow, 40545, 80896},
    {62680, 40545, 1448, kPlain, 26, 52, kNone, 0, 0},
    {63250, 41993, 1448, kPush, 26, 53, kNow, 43441, 80896},
    {72660, 43441, 1448, kPlain, 42, 62, kNone, 0, 0},
    {73224, 44889, 1448, kPush, 42, 63, kNow, 46337, 83968},
    {73855, 46337, 1448, kPlain, 42, 64, kNow, 47785, 87040},
    {74435, 47785, 1448, kPush, 42, 64, kNow, 49233, 90112},
    {75031, 49233, 1448, kPlain, 43, 65, kNow, 50681, 92160},
    {75637, 50681, 1448, kPush, 43, 65, kNow, 52129, 95232},
    {76237, 52129, 1448, kPlain, 43, 66, kNow, 53577, 98304},
    {76836, 53577, 1448, kPush, 43, 67, kNow, 55025, 101376},
    {77438, 55025, 1448, kPlain, 44, 67, kNow, 56473, 104448},
    {78030, 56473, 1448, kPush, 44, 68, kNow, 57921, 107520},
    {78626, 57921, 1448, kPlain, 45, 68, kNow, 59369, 109568},
    {79235, 59369, 1448, kPush, 45, 69, kNow, 60817, 112640},
    {79837, 60817, 1448, kPlain, 45, 70, kNow, 62265, 115712},
    {80434, 62265, 1448, kPush, 45, 70, kNow, 63713, 118784},
    {81033, 63713, 1448, kPlain, 46, 71, kNow, 65161, 121856},
};

// SO_RCVBUF 16384, no scale; round trip 100 ms.
constexpr Row kWinRcvbuf16k[] = {
    {151121, 1, 1448, kPlain, 0, 101, kNow, 1449, 18824},
    {151714, 1449, 1448, kPush, 0, 101, kNow, 2897, 18824},
    {152302, 2897, 1448, kPlain, 0, 102, kNow, 4345, 18824},
    {152899, 4345, 1448, kPush, 0, 102, kNow, 5793, 18824},
    {153527, 5793, 1448, kPlain, 0, 103, kNow, 7241, 18824},
    {154096, 7241, 1448, kPush, 0, 104, kNow, 8689, 18824},
    {154692, 8689, 1448, kPush, 0, 104, kNow, 10137, 18824},
    {155303, 10137, 1448, kPlain, 0, 105, kNone, 0, 0},
    {155914, 11585, 1448, kPush, 0, 106, kNow, 13033, 18824},
    {156503, 13033, 1448, kPlain, 0, 106, kLate, 14481, 18824},
    {251908, 14481, 1448, kPlain, 101, 202, kNone, 0, 0},
    {252498, 15929, 1448, kPush, 101, 202, kNow, 17377, 18824},
    {253114, 17377, 1448, kPlain, 101, 203, kNone, 0, 0},
    {253698, 18825, 1448, kPush, 101, 203, kNow, 20273, 18824},
    {254298, 20273, 1448, kPlain, 102, 204, kNone, 0, 0},
    {254899, 21721, 1448, kPush, 102, 204, kNow, 23169, 18824},
    {255498, 23169, 1448, kPlain, 103, 205, kNone, 0, 0},
    {256120, 24617, 1448, kPush, 103, 206, kNow, 26065, 18824},
    {256711, 26065, 1448, kPlain, 104, 206, kNone, 0, 0},
    {257303, 27513, 1448, kPush, 104, 207, kNow, 28961, 18824},
    {257934, 28961, 1448, kPlain, 106, 208, kNone, 0, 0},
    {258498, 30409, 1448, kPush, 106, 208, kNow, 31857, 18824},
    {302633, 31857, 1448, kPlain, 152, 252, kLate, 33305, 18824},
    {353240, 33305, 1448, kPlain, 202, 303, kNone, 0, 0},
    {353829, 34753, 1448, kPush, 202, 303, kNow, 36201, 18824},
    {354429, 36201, 1448, kPlain, 203, 304, kNone, 0, 0},
    {355029, 37649, 1448, kPush, 203, 305, kNow, 39097, 18824},
    {355629, 39097, 1448, kPlain, 205, 305, kNone, 0, 0},
    {356229, 40545, 1448, kPush, 205, 306, kNow, 41993, 18824},
    {356829, 41993, 1448, kPlain, 206, 306, kNone, 0, 0},
};

// 100 bytes every 100 ms that nobody reads.
constexpr Row kDelackNoread100ms[] = {
    {30354, 1, 100, kPush, 0, 20, kNow, 101, 65536},
    {130402, 101, 100, kPush, 20, 120, kNow, 201, 65536},
    {230459, 201, 100, kPush, 120, 220, kNow, 301, 65536},
    {330421, 301, 100, kPush, 220, 320, kNow, 401, 65536},
    {430440, 401, 100, kPush, 320, 420, kNow, 501, 65536},
    {530408, 501, 100, kPush, 420, 520, kNow, 601, 65536},
    {630388, 601, 100, kPush, 520, 620, kNow, 701, 65536},
    {730409, 701, 100, kPush, 620, 720, kNow, 801, 65536},
    {830452, 801, 100, kPush, 720, 820, kNow, 901, 65536},
    {930442, 901, 100, kPush, 820, 920, kNow, 1001, 65536},
    {1030444, 1001, 100, kPush, 920, 1020, kNow, 1101, 65536},
    {1130409, 1101, 100, kPush, 1020, 1120, kNow, 1201, 65536},
    {1230387, 1201, 100, kPush, 1120, 1220, kNow, 1301, 65536},
    {1330429, 1301, 100, kPush, 1220, 1320, kNow, 1401, 65536},
    {1430469, 1401, 100, kPush, 1320, 1420, kNow, 1501, 65536},
    {1530396, 1501, 100, kPush, 1420, 1520, kNow, 1601, 65536},
    {1630440, 1601, 100, kPush, 1520, 1620, kLate, 1701, 65536},
    {1730435, 1701, 100, kPush, 1661, 1720, kLate, 1801, 65536},
    {1830423, 1801, 100, kPush, 1761, 1820, kLate, 1901, 65536},
    {1930459, 1901, 100, kPush, 1865, 1920, kLate, 2001, 65536},
    {2030424, 2001, 100, kPush, 1961, 2020, kLate, 2101, 65536},
    {2130445, 2101, 100, kPush, 2061, 2120, kLate, 2201, 65536},
    {2230420, 2201, 100, kPush, 2165, 2220, kLate, 2301, 65536},
    {2330387, 2301, 100, kPush, 2261, 2320, kLate, 2401, 65536},
};

// 100 bytes every 100 ms, prompt reader.
constexpr Row kDelackOneway100ms[] = {
    {30375, 1, 100, kPush, 0, 20, kNow, 101, 65536},
    {130463, 101, 100, kPush, 20, 120, kNow, 201, 65536},
    {230528, 201, 100, kPush, 120, 220, kNow, 301, 65536},
    {330473, 301, 100, kPush, 220, 320, kNow, 401, 65536},
    {430508, 401, 100, kPush, 320, 420, kNow, 501, 65536},
    {530472, 501, 100, kPush, 420, 520, kNow, 601, 65536},
    {630468, 601, 100, kPush, 520, 620, kNow, 701, 65536},
    {730412, 701, 100, kPush, 620, 720, kNow, 801, 65536},
    {830432, 801, 100, kPush, 720, 820, kNow, 901, 65536},
    {930493, 901, 100, kPush, 820, 920, kNow, 1001, 65536},
    {1030444, 1001, 100, kPush, 920, 1020, kNow, 1101, 65536},
    {1130472, 1101, 100, kPush, 1020, 1120, kNow, 1201, 65536},
    {1230491, 1201, 100, kPush, 1120, 1220, kNow, 1301, 65536},
    {1330488, 1301, 100, kPush, 1220, 1320, kNow, 1401, 65536},
    {1430451, 1401, 100, kPush, 1320, 1420, kNow, 1501, 65536},
    {1530437, 1501, 100, kPush, 1420, 1520, kNow, 1601, 65536},
    {1630438, 1601, 100, kPush, 1520, 1620, kNow, 1701, 65536},
    {1730436, 1701, 100, kPush, 1620, 1720, kNow, 1801, 65536},
    {1830455, 1801, 100, kPush, 1720, 1820, kNow, 1901, 65536},
    {1930471, 1901, 100, kPush, 1820, 1920, kNow, 2001, 65536},
    {2030445, 2001, 100, kPush, 1920, 2020, kNow, 2101, 65536},
    {2130418, 2101, 100, kPush, 2020, 2120, kNow, 2201, 65536},
};

// Neither timestamps nor SACK; round trip 100 ms.
constexpr Row kWinNotsNosack[] = {
    {150968, 1, 1460, kPlain, 0, 0, kNow, 1461, 67584},
    {151543, 1461, 1460, kPush, 0, 0, kNow, 2921, 70656},
    {152141, 2921, 1460, kPlain, 0, 0, kNow, 4381, 73728},
    {152749, 4381, 1460, kPush, 0, 0, kNow, 5841, 76800},
    {153354, 5841, 1460, kPlain, 0, 0, kNow, 7301, 78848},
    {153941, 7301, 1460, kPush, 0, 0, kNow, 8761, 81920},
    {154548, 8761, 1460, kPlain, 0, 0, kNow, 10221, 81920},
    {155151, 10221, 1460, kPush, 0, 0, kNow, 11681, 81920},
    {155741, 11681, 1460, kPlain, 0, 0, kNow, 13141, 81920},
    {156357, 13141, 1460, kPush, 0, 0, kNow, 14601, 81920},
    {251756, 14601, 1460, kPlain, 0, 0, kNow, 16061, 81920},
    {252344, 16061, 1460, kPush, 0, 0, kNow, 17521, 81920},
    {252998, 17521, 1460, kPlain, 0, 0, kNow, 18981, 81920},
    {253546, 18981, 1460, kPush, 0, 0, kNow, 20441, 81920},
    {254155, 20441, 1460, kPlain, 0, 0, kNow, 21901, 81920},
    {254772, 21901, 1460, kPush, 0, 0, kNow, 23361, 81920},
    {255343, 23361, 1460, kPlain, 0, 0, kNow, 24821, 81920},
    {255941, 24821, 1460, kPush, 0, 0, kNow, 26281, 81920},
    {256541, 26281, 1460, kPlain, 0, 0, kNow, 27741, 81920},
    {257142, 27741, 1460, kPush, 0, 0, kNow, 29201, 81920},
    {257741, 29201, 1460, kPlain, 0, 0, kNow, 30661, 81920},
    {258377, 30661, 1460, kPush, 0, 0, kNow, 32121, 81920},
    {258951, 32121, 1460, kPlain, 0, 0, kNone, 0, 0},
    {259541, 33581, 1460, kPush, 0, 0, kNow, 35041, 81920},
    {260141, 35041, 1460, kPlain, 0, 0, kNone, 0, 0},
    {260741, 36501, 1460, kPush, 0, 0, kNow, 37961, 81920},
    {261351, 37961, 1460, kPlain, 0, 0, kNone, 0, 0},
    {261949, 39421, 1460, kPush, 0, 0, kNow, 40881, 81920},
    {262541, 40881, 1460, kPlain, 0, 0, kNone, 0, 0},
    {263142, 42341, 1460, kPush, 0, 0, kNow, 43801, 81920},
    {352524, 43801, 1460, kPlain, 0, 0, kNone, 0, 0},
    {353122, 45261, 1460, kPush, 0, 0, kNow, 46721, 81920},
    {353722, 46721, 1460, kPlain, 0, 0, kNone, 0, 0},
    {354322, 48181, 1460, kPush, 0, 0, kNow, 49641, 81920},
    {354930, 49641, 1460, kPlain, 0, 0, kNone, 0, 0},
    {355521, 51101, 1460, kPush, 0, 0, kNow, 52561, 81920},
    {356123, 52561, 1460, kPlain, 0, 0, kNone, 0, 0},
    {356721, 54021, 1460, kPush, 0, 0, kNow, 55481, 81920},
    {357343, 55481, 1460, kPlain, 0, 0, kNone, 0, 0},
    {357921, 56941, 1460, kPush, 0, 0, kNow, 58401, 81920},
};

constexpr Duration kReadingDelay = Duration::us(45);  // the program's, as measured: 20 to 60
constexpr Duration kTick = Duration::ms(4);

/// What differs from case to case.
struct Setting {
    std::int64_t established_us;
    std::int64_t phase_us = 0;        ///< of the kernel's tick: arbitrary, found by trying
    std::int32_t receive_buffer = 0;  ///< as SO_RCVBUF left it; 0 = default
    bool timestamps = true, sack = true, scaling = true;
    bool reads = true;
    std::int64_t smoothed_rtt_us = 20'000;
};

ReceiverStart start_of(const Setting& setting, const Sysctls& sysctls) {
    SocketOptions options;
    options.receive_buffer = setting.receive_buffer;
    options.receive_buffer_locked = setting.receive_buffer != 0;
    const std::uint32_t mss = setting.timestamps ? 1448 : 1460;
    const InitialWindow initial = initial_receive_window(sysctls, options, mss, setting.scaling);
    ReceiverStart start;
    start.window = {.buffer = receive_buffer_bytes(sysctls, options),
                    .window = initial.window,
                    .clamp = initial.clamp,
                    .advertised_mss = static_cast<std::uint16_t>(mss),
                    .scale = static_cast<std::uint8_t>(initial.scale),
                    .buffer_locked = options.receive_buffer_locked};
    start.send_mss = mss;
    start.sack = setting.sack;
    start.timestamps = setting.timestamps;
    return start;
}

/// Plays the arrivals of `rows` and compares every ACK.
template <std::size_t N>
void replay(const Row (&rows)[N], const Setting& setting) {
    // Stamps of a recorded clock begin near zero, which PAWS would take for "none".
    constexpr std::uint32_t kStampBase = 100'000;
    ReceiverDriver driver;
    driver.sysctls.timer_tick = kTick;
    driver.path = {setting.smoothed_rtt_us, Duration::us(setting.smoothed_rtt_us + 200'000)};
    const auto time = [&](std::int64_t us) {
        return Time::zero() + Duration::us(us + setting.phase_us);
    };
    driver.start(time(setting.established_us), start_of(setting, driver.sysctls));
    for (std::size_t i = 0; i < N; ++i) {
        const Row& row = rows[i];
        CAPTURE(i, row.seq);
        const Time at = time(row.at_us);
        driver.acks.clear();
        Arrival arrival = driver.segment(at, row.seq, row.length);
        if (row.push) arrival.flags |= wire::flag::kPsh;
        arrival.ts_echo = row.echo_ms + kStampBase;
        arrival.ts_now = row.clock_ms + kStampBase;
        driver.arrive(at, arrival);
        const Time read_at = at + kReadingDelay;
        driver.run_until(read_at);
        if (setting.reads) driver.read(read_at);
        const std::size_t prompt = driver.acks.size();
        if (i + 1 < N) {
            driver.run_until(time(rows[i + 1].at_us - 1));
        } else if (row.answer == kLate) {
            driver.run_until(at + Duration::ms(44));
        }
        REQUIRE(driver.acks.size() == (row.answer == kNone ? 0 : 1));
        if (row.answer == kNone) continue;
        CHECK(prompt == (row.answer == kNow ? 1 : 0));
        CHECK(driver.acks[0].ack == row.ack);
        CHECK(driver.acks[0].window == row.window);
        if (row.answer == kLate) {
            CHECK(driver.acks[0].cause == wire::Cause::DelayedAckTimeout);
            // 40 ms in ticks of unknown phase: 40 to 44.
            CHECK(driver.acks[0].at - at >= Duration::ms(40));
            CHECK(driver.acks[0].at - at <= Duration::ms(44));
        }
    }
    CHECK(driver.receiver.is_consistent());
}

}  // namespace

TEST_CASE("Linux 6.18, slow start into default buffers: every ACK and window",
          "[tcp][receive][ACK-4][RWIN-3]") {
    replay(kSsRenoRtt20, {.established_us = 30'341});
}

TEST_CASE("Linux 6.18, a small fixed buffer without scale: every ACK and window",
          "[tcp][receive][RWIN-5]") {
    replay(kWinRcvbuf16k,
           {.established_us = 150'317, .receive_buffer = 32768, .smoothed_rtt_us = 100'203});
}

TEST_CASE("Linux 6.18, nobody reads: sixteen quick ACKs, then the delayed-ACK timer",
          "[tcp][receive][ACK-3][ACK-9]") {
    replay(kDelackNoread100ms, {.established_us = 30'198, .phase_us = 3'300, .reads = false});
}

TEST_CASE("Linux 6.18, small one-way writes are acknowledged when read", "[tcp][receive][ACK-11]") {
    replay(kDelackOneway100ms, {.established_us = 30'235});
}

TEST_CASE("Linux 6.18 without timestamps and SACK: every ACK and window", "[tcp][receive]") {
    replay(kWinNotsNosack, {.established_us = 150'242,
                            .timestamps = false,
                            .sack = false,
                            .smoothed_rtt_us = 100'148});
}
