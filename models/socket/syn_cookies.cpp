// The layout of cookies is that of Linux, `secure_tcp_syn_cookie`: a hash of the addresses, the
// client's sequence number, eight bits of time, and 24 bits of an index that only the secret shows.
#include "models/socket/syn_cookies.h"

#include <algorithm>
#include <array>

#include "models/tcp/negotiation.h"

namespace seedwire::socket {
namespace {

constexpr int kIndexBits = 24;
constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;
/// Segment sizes that a cookie can tell: the most frequent ones. Linux, `msstab`. [COOKIE-2]
constexpr std::array<std::uint16_t, 4> kSegmentSizes = {536, 1300, 1440, 1460};

// The low bits of TSval: window scale, SACK permitted, ECN. Linux, `cookie_init_timestamp`.
constexpr int kOptionBits = 6;
constexpr std::uint32_t kScaleMask = 0xf, kNoScale = 0xf, kSackBit = 1U << 4, kEcnBit = 1U << 5;
constexpr std::uint32_t kOptionMask = (1U << kOptionBits) - 1;

std::uint32_t size_index(std::uint16_t mss) {
    std::uint32_t index = kSegmentSizes.size() - 1;
    while (index > 0 && mss < kSegmentSizes[index]) --index;
    return index;
}

}  // namespace

std::uint32_t SynCookies::hash(wire::SocketAddress client, wire::SocketAddress server,
                               std::uint32_t count, std::uint32_t which) const {
    std::array<std::uint8_t, 20> message{};
    const std::array<std::uint32_t, 5> words = {
        client.address.value, server.address.value,
        std::uint32_t{client.port} << 16 | std::uint32_t{server.port}, count, which};
    for (std::size_t i = 0; i < message.size(); ++i) {
        message[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    }
    return static_cast<std::uint32_t>(tcp::siphash24(secret_, message));
}

tcp::Environment SynCookies::numbers(Time now, wire::SocketAddress client,
                                     wire::SocketAddress server, const wire::Segment& syn,
                                     std::uint32_t mtu) const {
    const auto count = static_cast<std::uint32_t>(now.ns() / kPeriod.ns());
    const std::uint16_t mss = syn.syn.mss != 0 ? syn.syn.mss : tcp::kDefaultPeerMss;
    const std::uint32_t index = hash(client, server, count, 1) + size_index(mss);
    tcp::Environment environment;
    environment.mtu = mtu;
    environment.initial_sequence =
        hash(client, server, 0, 0) + syn.seq.raw() + (count << kIndexBits) + (index & kIndexMask);
    environment.timestamp_offset = timestamp_offset(client, server);
    return environment;
}

wire::Segment SynCookies::reduced(const wire::Segment& syn) {
    wire::Segment reduced = syn;
    if (syn.has_timestamps) return reduced;
    reduced.syn.window_scale = -1;
    reduced.syn.sack_permitted = false;
    reduced.flags &= static_cast<std::uint16_t>(~(wire::flag::kEce | wire::flag::kCwr));
    return reduced;
}

void SynCookies::encode_options(wire::Segment& syn_ack, const wire::Segment& syn,
                                std::uint32_t timestamp_offset) {
    if (!syn_ack.has_timestamps) return;
    std::uint32_t options = kNoScale;
    if (syn_ack.syn.window_scale >= 0) options = static_cast<std::uint32_t>(syn.syn.window_scale);
    options = std::min(options, kScaleMask);
    if (syn_ack.syn.sack_permitted) options |= kSackBit;
    if (syn_ack.has(wire::flag::kEce)) options |= kEcnBit;
    const std::uint32_t clock = syn_ack.ts_value - timestamp_offset;
    std::uint32_t marked = (clock & ~kOptionMask) | options;
    if (marked > clock) marked -= kOptionMask + 1;  // never ahead of the clock
    syn_ack.ts_value = marked + timestamp_offset;
}

std::optional<RecoveredSyn> SynCookies::recover(Time now, wire::SocketAddress client,
                                                wire::SocketAddress server,
                                                const wire::Segment& segment,
                                                const tcp::Sysctls& sysctls,
                                                std::uint32_t mtu) const {
    const std::uint32_t cookie = segment.ack.raw() - 1, sequence = segment.seq.raw() - 1;
    const std::uint32_t rest = cookie - hash(client, server, 0, 0) - sequence;
    const auto present = static_cast<std::uint32_t>(now.ns() / kPeriod.ns());
    const std::uint32_t age = (present - (rest >> kIndexBits)) & (UINT32_MAX >> kIndexBits);
    // [COOKIE-3]
    if (age >= static_cast<std::uint32_t>(kMaximumAge)) return std::nullopt;
    const std::uint32_t index = (rest - hash(client, server, present - age, 1)) & kIndexMask;
    if (index >= kSegmentSizes.size()) return std::nullopt;

    RecoveredSyn recovered;
    recovered.environment = {mtu, cookie, timestamp_offset(client, server)};
    wire::Segment& syn = recovered.syn;
    syn.seq = wire::SeqNum{sequence};
    syn.flags = wire::flag::kSyn;
    syn.window = segment.window;
    syn.syn.mss = kSegmentSizes[index];
    if (!segment.has_timestamps) return recovered;
    if (!sysctls.tcp_timestamps) return std::nullopt;
    const std::uint32_t options =
        (segment.ts_echo - recovered.environment.timestamp_offset) & kOptionMask;
    syn.has_timestamps = true;
    syn.ts_value = segment.ts_value;
    syn.syn.sack_permitted = (options & kSackBit) != 0;
    if ((options & kScaleMask) != kNoScale) {
        syn.syn.window_scale = static_cast<std::int8_t>(options & kScaleMask);
    }
    if ((options & kEcnBit) != 0) syn.flags |= wire::flag::kEce | wire::flag::kCwr;
    return recovered;
}

}  // namespace seedwire::socket
