// State x segment, exhaustively: where each kind of segment leads and what it draws.
// LISTEN, TIME-WAIT and CLOSED are answered by others (models/socket): here they are silent.
#include <array>
#include <string>

#include "models/tcp/state.h"
#include "tests/support/catch.h"
#include "tests/support/tcp_drive.h"

using namespace seedwire;
using namespace seedwire::literals;
using namespace seedwire::test;
using tcp::State;

namespace {

/// Segments of the peer, relative to what the state expects: `next` is RCV.NXT, `una` and `nxt` are
/// our SND.UNA and SND.NXT.
enum class Kind {
    Ack,     ///< acknowledges everything
    OldAck,  ///< repeats SND.UNA
    AckTooHigh,
    Data,        ///< in order, ACK of SND.UNA
    DataBeyond,  ///< outside the window
    OldData,
    Fin,     ///< in order, ACK of SND.UNA
    FinAck,  ///< in order, ACK of everything
    Syn,
    Rst,
    RstInWindow,
    RstOutside,
    NoFlags,
};
constexpr int kKinds = 13;
constexpr const char* kKindNames[kKinds] = {
    "ACK",           "old ACK",     "ACK too high",   "data", "data beyond",
    "old data",      "FIN",         "FIN+ACK of all", "SYN",  "RST",
    "RST in window", "RST outside", "no flags"};

/// What comes back: nothing, an ACK, a SYN-ACK or a reset.
enum class Answer { None, Ack, SynAck, Rst };

struct Cell {
    State next;
    Answer answer;
};
struct Row {
    State state;
    std::array<Cell, kKinds> cell;
};

constexpr State kClosed = State::Closed;
constexpr State kSynSent = State::SynSent;
constexpr State kSynRcvd = State::SynReceived;
constexpr State kEst = State::Established;
constexpr State kFw1 = State::FinWait1;
constexpr State kFw2 = State::FinWait2;
constexpr State kCw = State::CloseWait;
constexpr State kClosing = State::Closing;
constexpr State kLast = State::LastAck;
constexpr State kTw = State::TimeWait;
constexpr Answer kNone = Answer::None;
constexpr Answer kAck = Answer::Ack;
constexpr Answer kRst = Answer::Rst;

// Columns in the order of Kind. A data ACK may be delayed: it is waited for.
// clang-format off
const Row kTable[] = {
    {kSynSent,
     {{{kSynSent, kNone}, {kSynSent, kRst}, {kSynSent, kRst}, {kSynSent, kRst}, {kSynSent, kRst},
       {kSynSent, kRst}, {kSynSent, kRst}, {kSynSent, kNone}, {kSynRcvd, Answer::SynAck},
       {kSynSent, kNone}, {kSynSent, kNone}, {kSynSent, kNone}, {kSynSent, kNone}}}},
    {kSynRcvd,
     {{{kEst, kNone}, {kSynRcvd, kRst}, {kSynRcvd, kRst}, {kSynRcvd, kRst}, {kSynRcvd, kAck},
       {kSynRcvd, kAck}, {kSynRcvd, kRst}, {kCw, kAck}, {kSynRcvd, kAck}, {kClosed, kNone},
       {kSynRcvd, kAck}, {kSynRcvd, kNone}, {kSynRcvd, kNone}}}},
    {kEst,
     {{{kEst, kNone}, {kEst, kNone}, {kEst, kAck}, {kEst, kAck}, {kEst, kAck}, {kEst, kAck},
       {kCw, kAck}, {kCw, kAck}, {kEst, kAck}, {kClosed, kNone}, {kEst, kAck}, {kEst, kNone},
       {kEst, kNone}}}},
    {kFw1,
     {{{kFw2, kNone}, {kFw1, kNone}, {kFw1, kAck}, {kFw1, kAck}, {kFw1, kAck}, {kFw1, kAck},
       {kClosing, kAck}, {kTw, kAck}, {kFw1, kAck}, {kClosed, kNone}, {kFw1, kAck}, {kFw1, kNone},
       {kFw1, kNone}}}},
    {kFw2,
     {{{kFw2, kNone}, {kFw2, kNone}, {kFw2, kAck}, {kFw2, kAck}, {kFw2, kAck}, {kFw2, kAck},
       {kTw, kAck}, {kTw, kAck}, {kFw2, kAck}, {kClosed, kNone}, {kFw2, kAck}, {kFw2, kNone},
       {kFw2, kNone}}}},
    {kCw,
     {{{kCw, kNone}, {kCw, kNone}, {kCw, kAck}, {kCw, kNone}, {kCw, kAck}, {kCw, kAck},
       {kCw, kNone}, {kCw, kNone}, {kCw, kAck}, {kClosed, kNone}, {kCw, kAck}, {kCw, kNone},
       {kCw, kNone}}}},
    {kClosing,
     {{{kTw, kNone}, {kClosing, kNone}, {kClosing, kAck}, {kClosing, kNone}, {kClosing, kAck},
       {kClosing, kAck}, {kClosing, kNone}, {kTw, kNone}, {kClosing, kAck}, {kClosed, kNone},
       {kClosing, kAck}, {kClosing, kNone}, {kClosing, kNone}}}},
    {kLast,
     {{{kClosed, kNone}, {kLast, kNone}, {kLast, kAck}, {kLast, kNone}, {kLast, kAck},
       {kLast, kAck}, {kLast, kNone}, {kClosed, kNone}, {kLast, kAck}, {kClosed, kNone},
       {kLast, kAck}, {kLast, kNone}, {kLast, kNone}}}},
    {kTw,
     {{{kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone},
       {kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone}, {kTw, kNone},
       {kTw, kNone}}}},
    {kClosed,
     {{{kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone},
       {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone},
       {kClosed, kNone}, {kClosed, kNone}, {kClosed, kNone}}}},
};
// clang-format on

/// ISS 100, the peer's 300; 50 bytes of the peer are received before, so that old data exist.
struct Numbers {
    std::uint32_t next = 301, una = 101, nxt = 101;
};

Numbers bring_to(TcpDrive& d, State state) {
    Numbers n;
    if (state == State::Closed) return n;
    if (state == State::SynSent) {
        d.to_syn_sent();
        return {300, 100, 101};
    }
    if (state == State::SynReceived) {
        d.to_syn_received();
        return {301, 100, 101};
    }
    d.to_established();
    d.in(data(50).seq(301).ack(101));
    d.at(100_ms);
    d.read();
    n.next = 351;
    const bool peer_first = state == State::CloseWait || state == State::LastAck;
    if (peer_first) {
        d.in(fin().seq(351).ack(101));
        d.after(100_ms);
        n.next = 352;
    }
    if (state != State::Established && state != State::CloseWait) {
        d.shutdown_write();
        n.nxt = 102;
    }
    if (state == State::FinWait2 || state == State::TimeWait) {
        d.in(ack_only().seq(351).ack(102));
        n.una = 102;
    }
    if (state == State::Closing || state == State::TimeWait) {
        d.in(fin().seq(351).ack(n.una));
        n.next = 352;
    }
    d.discard();
    return n;
}

SegmentBuilder make(Kind kind, const Numbers& n) {
    switch (kind) {
        case Kind::Ack:
            return ack_only().seq(n.next).ack(n.nxt);
        case Kind::OldAck:
            return ack_only().seq(n.next).ack(n.una);
        case Kind::AckTooHigh:
            return ack_only().seq(n.next).ack(n.nxt + 1);
        case Kind::Data:
            return data(10).seq(n.next).ack(n.una);
        case Kind::DataBeyond:
            return data(10).seq(n.next + 10'000'000).ack(n.una);
        case Kind::OldData:
            return data(10).seq(n.next - 20).ack(n.una).offset(0);
        case Kind::Fin:
            return fin().seq(n.next).ack(n.una);
        case Kind::FinAck:
            return fin().seq(n.next).ack(n.nxt);
        case Kind::Syn:
            return syn().seq(n.next + 5);
        case Kind::Rst:
            return rst().seq(n.next);
        case Kind::RstInWindow:
            return rst().seq(n.next + 5);
        case Kind::RstOutside:
            return rst().seq(n.next + 10'000'000);
        case Kind::NoFlags:
            return SegmentBuilder{0}.seq(n.next);
    }
    return SegmentBuilder{0};
}

Answer classify(const wire::Segment& segment) {
    if (segment.has(wire::flag::kRst)) return Answer::Rst;
    if (segment.has(wire::flag::kSyn)) return Answer::SynAck;
    return Answer::Ack;
}

}  // namespace

TEST_CASE("State x segment", "[tcp][state][rfc9293][SEQ-4]") {
    for (const Row& row : kTable) {
        for (int k = 0; k < kKinds; ++k) {
            const Kind kind = static_cast<Kind>(k);
            TcpDrive d{DriveConfig{}};
            const Numbers numbers = bring_to(d, row.state);
            INFO(tcp::to_string(row.state) << " receives " << kKindNames[k]);
            REQUIRE(d.state() == row.state);
            SegmentBuilder segment = make(kind, numbers);
            if (kind == Kind::OldData) {
                segment.offset(segment.segment().seq.raw() - 301);
            }
            d.in(segment);
            d.after(50_ms);  // a delayed ACK
            const Cell& cell = row.cell[static_cast<std::size_t>(k)];
            CHECK(tcp::to_string(d.state()) == std::string(tcp::to_string(cell.next)));
            if (cell.answer == Answer::None) {
                d.out_nothing();
            } else {
                REQUIRE(d.pending() > 0);
                CHECK(static_cast<int>(classify(d.take())) == static_cast<int>(cell.answer));
            }
        }
    }
}
