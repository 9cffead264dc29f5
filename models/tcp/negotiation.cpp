// Options and windows of the SYNs. RFC 9293 §3.7.1, RFC 7323 §2 and §3, RFC 2018 §2.
#include "models/tcp/negotiation.h"

#include <algorithm>
#include <bit>

#include "models/tcp/ecn/accurate_ecn.h"

namespace seedwire::tcp {
namespace {

/// Values of the sysctl `tcp_ecn`. From kAccurate on accurate ECN is accepted where it is offered.
namespace ecn_mode {
constexpr std::int32_t kOff = 0, kAsk = 1, kAccurate = 3, kAskClassic = 4;
}

constexpr std::uint32_t kMaxUnscaledWindow = 65535;
constexpr int kMaxWindowScale = 14;  // RFC 7323 §2.3
// A TCP payload that could not even hold a minimal IP datagram's 68 octets (RFC 791 §3.2) less
// headers is never a useful limit.
constexpr std::uint32_t kMinimumDatagram = 68;

// [OPT-10]
std::uint32_t scaling_candidate(const Sysctls& sysctls, std::uint32_t space, std::uint32_t clamp) {
    space = std::max(space, static_cast<std::uint32_t>(sysctls.tcp_rmem[2]));
    space = std::max(space, static_cast<std::uint32_t>(sysctls.rmem_max));
    return std::min(space, clamp);
}

/// RFC 3168 §6.1.1. A marked SYN is no sign of it, unless AE says that the sender knows better.
/// [ECN-1]
bool asks_for_ecn(const wire::Segment& syn) {
    return syn.has(wire::flag::kEce) && syn.has(wire::flag::kCwr) &&
           (syn.ecn == wire::Ecn::NotEct || syn.has(wire::flag::kAe));
}

}  // namespace

// [OPT-5]
std::uint16_t advertised_mss(const Environment& environment, const SocketOptions& options) {
    const std::uint32_t fits =
        environment.mtu > kIpAndTcpHeaderBytes ? environment.mtu - kIpAndTcpHeaderBytes : 0;
    std::uint32_t mss = std::min<std::uint32_t>(fits, UINT16_MAX);
    if (options.maxseg != 0) mss = std::min<std::uint32_t>(mss, options.maxseg);
    return static_cast<std::uint16_t>(mss);
}

std::uint32_t receive_buffer_bytes(const Sysctls& sysctls, const SocketOptions& options) {
    return static_cast<std::uint32_t>(options.receive_buffer != 0 ? options.receive_buffer
                                                                  : sysctls.tcp_rmem[1]);
}

InitialWindow initial_receive_window(const Sysctls& sysctls, const SocketOptions& options,
                                     std::uint32_t segment_bytes, bool scaling) {
    InitialWindow initial;
    // Before any packet was seen, half of the buffer is taken for overhead: ratio 128 of 256.
    // [RWIN-1]
    std::uint32_t full = receive_buffer_bytes(sysctls, options) / 2;
    std::uint32_t clamp = static_cast<std::uint32_t>(options.window_clamp);
    if (options.receive_buffer_locked && (clamp > full || clamp == 0)) clamp = full;
    const auto initial_segments = static_cast<std::uint32_t>(sysctls.initial_rwnd);
    if (initial_segments != 0) full = std::max(full, initial_segments * segment_bytes);

    if (clamp == 0) clamp = kMaxUnscaledWindow << kMaxWindowScale;
    std::uint32_t space = std::min(clamp, full);
    if (space > segment_bytes && segment_bytes != 0) space -= space % segment_bytes;
    initial.window = space;
    if (initial_segments != 0) {
        initial.window = std::min(initial.window, initial_segments * segment_bytes);
    }
    int scale = 0;
    if (scaling) {
        const std::uint32_t largest = scaling_candidate(sysctls, space, clamp);
        scale = std::clamp(static_cast<int>(std::bit_width(largest)) - 16, 0, kMaxWindowScale);
        initial.scale = static_cast<std::int8_t>(scale);
    }
    initial.clamp = std::min(clamp, kMaxUnscaledWindow << scale);
    return initial;
}

// [OPEN-1]
wire::Segment make_syn(Time now, const Sysctls& sysctls, const SocketOptions& options,
                       const Environment& environment, InitialWindow& initial) {
    wire::Segment syn;
    syn.seq = wire::SeqNum{environment.initial_sequence};
    syn.flags = wire::flag::kSyn;
    syn.cause = wire::Cause::Open;
    syn.syn.mss = advertised_mss(environment, options);
    // Whether timestamps will take 12 bytes of each segment is not known yet: not deducted.
    initial = initial_receive_window(sysctls, options, syn.syn.mss, sysctls.tcp_window_scaling);
    syn.window = initial.field();
    syn.syn.window_scale = initial.scale;
    syn.syn.sack_permitted = sysctls.tcp_sack;
    if (sysctls.tcp_timestamps) {
        syn.has_timestamps = true;
        syn.ts_value = timestamp_value(now, environment.timestamp_offset);
    }
    const bool accurate = sysctls.tcp_ecn == ecn_mode::kAccurate;
    if (accurate || sysctls.tcp_ecn == ecn_mode::kAsk || sysctls.tcp_ecn == ecn_mode::kAskClassic) {
        syn.flags |= wire::flag::kEce | wire::flag::kCwr;
    }
    if (accurate) syn.flags |= wire::flag::kAe;
    return syn;
}

// [OPT-2]
wire::Segment make_syn_ack(Time now, const Sysctls& sysctls, const SocketOptions& options,
                           const Environment& environment, const wire::Segment& syn,
                           InitialWindow& initial) {
    wire::Segment reply;
    reply.seq = wire::SeqNum{environment.initial_sequence};
    reply.ack = syn.seq + 1;
    reply.flags = wire::flag::kSyn | wire::flag::kAck;
    reply.cause = wire::Cause::PassiveOpen;
    reply.syn.mss = advertised_mss(environment, options);
    if (sysctls.tcp_timestamps && syn.has_timestamps) {
        reply.has_timestamps = true;
        reply.ts_value = timestamp_value(now, environment.timestamp_offset);
        reply.ts_echo = syn.ts_value;
    }
    const bool scaling = sysctls.tcp_window_scaling && syn.syn.window_scale >= 0;
    const std::uint32_t deducted = reply.has_timestamps ? kTimestampOptionBytes : 0;
    initial = initial_receive_window(sysctls, options, reply.syn.mss - deducted, scaling);
    reply.window = initial.field();
    reply.syn.window_scale = initial.scale;
    reply.syn.sack_permitted = sysctls.tcp_sack && syn.syn.sack_permitted;
    // [ACCECN-1]
    const bool all_three = (syn.flags & ace::kBits) == ace::kBits;
    if (all_three && sysctls.tcp_ecn >= ecn_mode::kAccurate) {
        ace::put(reply, ace::echo_of(syn.ecn));
        if (sysctls.tcp_ecn_option != ecn_option::kOff)
            reply.accurate_ecn = EcnByteCounters::initial();
    } else if (sysctls.tcp_ecn != ecn_mode::kOff && asks_for_ecn(syn)) {
        reply.flags |= wire::flag::kEce;
    }
    return reply;
}

Agreement agree(const wire::Segment& ours, const wire::Segment& theirs,
                const SocketOptions& options) {
    Agreement agreement;
    agreement.timestamps = ours.has_timestamps && theirs.has_timestamps;
    agreement.sack = ours.syn.sack_permitted && theirs.syn.sack_permitted;
    agreement.scaling = ours.syn.window_scale >= 0 && theirs.syn.window_scale >= 0;
    if (agreement.scaling) {
        // RFC 7323 §2.3: a larger shift count than 14 is taken as 14. [OPT-11]
        agreement.send_scale =
            static_cast<std::uint8_t>(std::min<int>(theirs.syn.window_scale, kMaxWindowScale));
        agreement.receive_scale = static_cast<std::uint8_t>(ours.syn.window_scale);
    }
    // [OPT-6]
    if (theirs.syn.mss != 0) agreement.peer_mss = theirs.syn.mss;
    if (options.maxseg != 0) agreement.peer_mss = std::min(agreement.peer_mss, options.maxseg);
    return agreement;
}

// [OPT-8]
std::uint32_t bound_to_half_window(std::uint32_t size, std::uint32_t max_window,
                                   std::uint32_t option_bytes) {
    const std::uint32_t cutoff = max_window > kDefaultPeerMss ? max_window / 2 : max_window;
    if (cutoff == 0 || size <= cutoff) return size;
    return std::max(cutoff, kMinimumDatagram - (20 + option_bytes));
}

// [OPT-7]
std::uint32_t effective_mss(std::uint32_t path_mtu, std::uint16_t peer_mss, bool timestamps,
                            std::uint32_t max_window) {
    const std::uint32_t options = timestamps ? kTimestampOptionBytes : 0;
    std::uint32_t mss = path_mtu > kIpAndTcpHeaderBytes ? path_mtu - kIpAndTcpHeaderBytes : 0;
    mss = std::max(std::min<std::uint32_t>(mss, peer_mss), kMinimumSendMss);
    return bound_to_half_window(mss - options, max_window, options);
}

}  // namespace seedwire::tcp
