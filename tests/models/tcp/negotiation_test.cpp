// Options and windows of SYNs, as values.
#include "models/tcp/negotiation.h"

#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::tcp;

TEST_CASE("The first window is half the buffer in whole segments",
          "[tcp][negotiation][OPT-13][RWIN-1]") {
    struct Row {
        std::int32_t buffer;
        bool locked;
        std::uint32_t segment, window;
        int scale;
    };
    // Measured on Linux 6.18: SYN 64240, SYN-ACK with timestamps 65160; SO_RCVBUF 4096, 16384,
    // 65536.
    const Row row =
        GENERATE(Row{0, false, 1460, 64240, 10}, Row{0, false, 1448, 65160, 10},
                 Row{8192, true, 1448, 2896, 0}, Row{32768, true, 1448, 15928, 0},
                 Row{131072, true, 1448, 65160, 1}, Row{540000, false, 1460, 268640, 10});
    SocketOptions options;
    options.receive_buffer = row.buffer;
    options.receive_buffer_locked = row.locked;
    const InitialWindow initial = initial_receive_window(Sysctls{}, options, row.segment, true);
    CHECK(initial.window == row.window);
    CHECK(initial.scale == row.scale);
    CHECK(initial.field() == (row.window < 65535 ? row.window : 65535));
}

TEST_CASE("The scale follows the largest buffer autotuning may reach",
          "[tcp][negotiation][OPT-10]") {
    Sysctls sysctls;
    sysctls.tcp_rmem[2] = 6291456;
    CHECK(initial_receive_window(sysctls, {}, 1460, true).scale == 7);
    sysctls.tcp_rmem[2] = 15728640;
    CHECK(initial_receive_window(sysctls, {}, 1460, true).scale == 8);
    CHECK(initial_receive_window(sysctls, {}, 1460, false).scale == -1);
}

TEST_CASE("initrwnd bounds the first window", "[tcp][negotiation][RWIN-1]") {
    Sysctls sysctls;
    sysctls.initial_rwnd = 4;
    CHECK(initial_receive_window(sysctls, {}, 1460, true).window == 5840);
}

TEST_CASE("A SYN-ACK answers only what the SYN offered", "[tcp][negotiation][rfc7323][OPT-2]") {
    const bool timestamps = GENERATE(false, true);
    const bool sack = GENERATE(false, true);
    const bool scaling = GENERATE(false, true);
    wire::Segment syn;
    syn.flags = wire::flag::kSyn;
    syn.seq = wire::SeqNum{700};
    syn.has_timestamps = timestamps;
    syn.ts_value = 55;
    syn.syn.sack_permitted = sack;
    syn.syn.window_scale = scaling ? std::int8_t{3} : std::int8_t{-1};
    InitialWindow window;
    const wire::Segment reply = make_syn_ack(Time::from_ns(9'000'000), Sysctls{}, SocketOptions{},
                                             Environment{1500, 10, 1000}, syn, window);
    CHECK(reply.ack == wire::SeqNum{701});
    CHECK(reply.seq == wire::SeqNum{10});
    CHECK(reply.has_timestamps == timestamps);
    if (timestamps) {
        CHECK(reply.ts_value == 1009);
        CHECK(reply.ts_echo == 55);
    }
    CHECK(reply.syn.sack_permitted == sack);
    CHECK((reply.syn.window_scale >= 0) == scaling);
    CHECK(reply.window == (timestamps ? 65160 : 64240));

    const Agreement agreement = agree(reply, syn, SocketOptions{});
    CHECK(agreement.timestamps == timestamps);
    CHECK(agreement.sack == sack);
    CHECK(agreement.scaling == scaling);
    CHECK(agreement.send_scale == (scaling ? 3 : 0));
    CHECK(agreement.receive_scale == (scaling ? 10 : 0));
    CHECK(agreement.peer_mss == 536);
}

TEST_CASE("A shift count above 14 counts as 14", "[tcp][negotiation][rfc7323][OPT-11]") {
    wire::Segment ours;
    wire::Segment theirs;
    ours.syn.window_scale = 2;
    theirs.syn.window_scale = 15;
    CHECK(agree(ours, theirs, {}).send_scale == 14);
}

TEST_CASE("TCP_MAXSEG lowers what we offer and what we send", "[tcp][negotiation][OPT-5]") {
    SocketOptions options;
    options.maxseg = 536;
    CHECK(advertised_mss(Environment{}, options) == 536);
    wire::Segment theirs;
    theirs.syn.mss = 1460;
    CHECK(agree(wire::Segment{}, theirs, options).peer_mss == 536);
}

TEST_CASE("The effective MSS respects path, peer, options and half of the peer's window",
          "[tcp][negotiation][rfc6691][OPT-7][OPT-8]") {
    CHECK(effective_mss(1500, 1460, true, 65535) == 1448);
    CHECK(effective_mss(1500, 1460, false, 65535) == 1460);
    CHECK(effective_mss(1500, 1000, true, 65535) == 988);
    CHECK(effective_mss(576, 1460, false, 65535) == 536);
    CHECK(effective_mss(1500, 1460, false, 2000) == 1000);
    CHECK(effective_mss(1500, 1460, false, 500) == 500);
    CHECK(effective_mss(1500, 10, false, 65535) == 48);
    CHECK(effective_mss(1500, 1460, false, 20) == 48);
    CHECK(effective_mss(1500, 1460, false, 0) == 1460);
}

TEST_CASE("ECN is answered when both bits ask for it, and asked for only on demand",
          "[tcp][negotiation][rfc3168][ECN-1]") {
    wire::Segment syn;
    InitialWindow window;
    Sysctls sysctls;
    syn.flags = wire::flag::kSyn | wire::flag::kEce | wire::flag::kCwr;
    const auto answered = [&] {
        return make_syn_ack(Time{}, sysctls, {}, {}, syn, window).has(wire::flag::kEce);
    };
    CHECK(answered());
    syn.ecn = wire::Ecn::Ect0;
    CHECK_FALSE(answered());
    syn.ecn = wire::Ecn::NotEct;
    sysctls.tcp_ecn = 0;
    CHECK_FALSE(answered());
    CHECK_FALSE(make_syn(Time{}, Sysctls{}, {}, {}, window).has(wire::flag::kEce));
    sysctls.tcp_ecn = 1;
    CHECK(make_syn(Time{}, sysctls, {}, {}, window).has(wire::flag::kEce | wire::flag::kCwr));
}
