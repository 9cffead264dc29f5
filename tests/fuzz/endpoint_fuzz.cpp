// One end of a connection meets whatever a peer, a program and the clock can do to it: no input
// breaks an invariant, overfills a segment, or leaves a timer that never ends.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "models/tcp/endpoint.h"
#include "sim/base/assert.h"

namespace {

using seedwire::Duration;
using seedwire::Time;
namespace tcp = seedwire::tcp;
namespace wire = seedwire::wire;

constexpr std::uint32_t kPeerInitial = 4'294'967'000;  // wraps early
constexpr std::uint32_t kMtu = 1500;

/// Takes values from the front of the input; zeros when it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_{data}, left_{size} {}
    bool empty() const { return left_ == 0; }
    template <class T>
    T take() {
        T value{};
        const std::size_t count = sizeof(T) < left_ ? sizeof(T) : left_;
        std::memcpy(&value, data_, count);
        data_ += count;
        left_ -= count;
        return value;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

class Session {
public:
    explicit Session(Input input)
        : input_{input},
          choices_{input_.take<std::uint8_t>()},
          endpoint_{sysctls(), {}, {kMtu, 4'294'960'000, 0}} {}

    void run() {
        endpoint_.connect(now_, output_);
        check();
        while (!input_.empty() && !gone_) {
            step(input_.take<std::uint8_t>());
            check();
        }
    }

private:
    const tcp::Sysctls& sysctls() {
        sysctls_.tcp_sack = (choices_ & 1) != 0;
        sysctls_.tcp_timestamps = (choices_ & 2) != 0;
        sysctls_.tcp_window_scaling = (choices_ & 4) != 0;
        if ((choices_ & 8) != 0) sysctls_.profile = tcp::Profile::Rfc;
        return sysctls_;
    }

    void step(std::uint8_t what) {
        switch (what % 8) {
            case 0:
                endpoint_.write(now_, input_.take<std::uint16_t>(), {}, output_);
                break;
            case 1:
                endpoint_.read(now_, input_.take<std::uint16_t>(), output_);
                break;
            case 2:
                pass(Duration::ns(std::int64_t{1} << (input_.take<std::uint8_t>() % 40)));
                break;
            case 3:
                leave(input_.take<std::uint8_t>());
                break;
            default:
                endpoint_.on_segment(now_, segment(what >> 3), output_);
                break;
        }
    }

    void leave(std::uint8_t how) {
        switch (how % 8) {
            case 0:
                endpoint_.shutdown_write(now_, output_);
                break;
            case 1:
                endpoint_.shutdown_read(now_, output_);
                break;
            case 2:
                endpoint_.close(now_, output_);
                break;
            case 3:
                endpoint_.abort(now_, output_);
                break;
            case 4:
                endpoint_.set_quickack(now_, how > 127, output_);
                break;
            default:
                break;
        }
    }

    /// Moves the clock; every timer that is due on the way fires, and none stays due.
    void pass(Duration by) {
        const Time until = now_ + by;
        while (!gone_ && endpoint_.next_timeout() <= until) {
            const Time due = endpoint_.next_timeout();
            SEEDWIRE_ASSERT(due >= now_);
            now_ = due;
            endpoint_.on_timeout(now_, output_);
            check();
            SEEDWIRE_ASSERT(gone_ || endpoint_.next_timeout() > due);
        }
        now_ = until;
    }

    /// A segment near the edges of both windows: that is where decisions are made.
    wire::Segment segment(int kind) {
        const tcp::Remains edges = endpoint_.remains();
        const bool opening = endpoint_.state() == tcp::State::SynSent;
        const wire::SeqNum base = opening ? wire::SeqNum{kPeerInitial} : edges.rcv_nxt;
        wire::Segment s;
        s.flags = wire::flag::kAck;
        s.seq = base;
        s.ack = edges.snd_nxt;
        s.cause = wire::Cause::Script;  // forged: nobody sent this payload
        s.window = input_.take<std::uint16_t>();
        if (opening) s.flags |= wire::flag::kSyn;
        if ((kind & 1) != 0) s.seq = s.seq + offset();
        if ((kind & 2) != 0) s.ack = s.ack + offset();
        if ((kind & 4) != 0) s.payload.length = input_.take<std::uint16_t>() % kMtu;
        if ((kind & 8) != 0) s.flags = input_.take<std::uint16_t>() & 0x1ff;
        if ((kind & 16) != 0) {
            s.sack.add({s.ack + offset(), s.ack + offset()});
            s.has_timestamps = (choices_ & 2) != 0;
            s.ts_value = input_.take<std::uint32_t>();
            s.ts_echo = input_.take<std::uint32_t>();
        }
        if (s.has(wire::flag::kSyn)) {
            s.syn.mss = input_.take<std::uint16_t>();
            s.syn.window_scale = static_cast<std::int8_t>(input_.take<std::uint8_t>() % 16 - 1);
            s.syn.sack_permitted = true;
            s.has_timestamps = (choices_ & 2) != 0;
        }
        s.payload.offset = s.seq.raw() - kPeerInitial - (s.has(wire::flag::kSyn) ? 0U : 1U);
        return s;
    }
    std::uint32_t offset() {
        return static_cast<std::uint32_t>(static_cast<std::int32_t>(input_.take<std::int16_t>()));
    }

    void check() {
        for (const wire::Segment& sent : output_.segments)
            SEEDWIRE_ASSERT(40 + option_bytes(sent) + sent.payload.length <= kMtu);
        if ((output_.events & (tcp::event::kGone | tcp::event::kTimeWait)) != 0) gone_ = true;
        if ((output_.events & tcp::event::kFinWait2Orphan) != 0) gone_ = true;
        output_.clear();
        if (!gone_) SEEDWIRE_ASSERT(endpoint_.next_timeout() >= now_);
    }

    Input input_;
    std::uint8_t choices_;
    tcp::Sysctls sysctls_;
    tcp::Endpoint endpoint_;
    tcp::Output output_;
    Time now_;
    bool gone_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Session{Input{data, size}}.run();
    return 0;
}
