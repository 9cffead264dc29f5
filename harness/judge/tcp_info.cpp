#include "harness/judge/tcp_info.h"

#include <algorithm>
#include <array>

namespace seedwire::judge {
namespace {

using scenario::Metric;
using scenario::Unit;
using scenario::Value;

struct Field {
    std::string_view key;
    Unit unit;
    std::int64_t (*get)(const tcp::Info&);
    std::int64_t scale = 1;  ///< microseconds to ns, bytes/s to bit/s
};

template <auto Member>
constexpr std::int64_t get(const tcp::Info& info) {
    return static_cast<std::int64_t>(info.*Member);
}

constexpr std::int64_t kMicroseconds = 1000, kBytesPerSecond = 8;

using I = tcp::Info;
constexpr std::array kFields{
    Field{"rto", Unit::Nanoseconds, get<&I::rto>, kMicroseconds},
    Field{"ato", Unit::Nanoseconds, get<&I::ato>, kMicroseconds},
    Field{"rttvar", Unit::Nanoseconds, get<&I::rttvar>, kMicroseconds},
    Field{"rcv_rtt", Unit::Nanoseconds, get<&I::rcv_rtt>, kMicroseconds},
    Field{"snd_mss", Unit::Bytes, get<&I::snd_mss>},
    Field{"rcv_mss", Unit::Bytes, get<&I::rcv_mss>},
    Field{"advmss", Unit::Bytes, get<&I::advmss>},
    Field{"pmtu", Unit::Bytes, get<&I::pmtu>},
    Field{"snd_wscale", Unit::Count, get<&I::snd_wscale>},
    Field{"rcv_wscale", Unit::Count, get<&I::rcv_wscale>},
    Field{"snd_cwnd", Unit::Packets, get<&I::snd_cwnd>},
    Field{"snd_ssthresh", Unit::Packets, get<&I::snd_ssthresh>},
    Field{"snd_wnd", Unit::Bytes, get<&I::snd_wnd>},
    Field{"rcv_wnd", Unit::Bytes, get<&I::rcv_wnd>},
    Field{"rcv_ssthresh", Unit::Bytes, get<&I::rcv_ssthresh>},
    Field{"rcv_space", Unit::Bytes, get<&I::rcv_space>},
    Field{"unacked", Unit::Count, get<&I::unacked>},
    Field{"sacked", Unit::Count, get<&I::sacked>},
    Field{"lost", Unit::Count, get<&I::lost>},
    Field{"retrans", Unit::Count, get<&I::retrans>},
    Field{"retransmits", Unit::Count, get<&I::retransmits>},
    Field{"backoff", Unit::Count, get<&I::backoff>},
    Field{"probes", Unit::Count, get<&I::probes>},
    Field{"reordering", Unit::Count, get<&I::reordering>},
    Field{"reord_seen", Unit::Count, get<&I::reord_seen>},
    Field{"dsack_dups", Unit::Count, get<&I::dsack_dups>},
    Field{"delivered_ce", Unit::Count, get<&I::delivered_ce>},
    Field{"rwnd_limited", Unit::Nanoseconds, get<&I::rwnd_limited>, kMicroseconds},
    Field{"sndbuf_limited", Unit::Nanoseconds, get<&I::sndbuf_limited>, kMicroseconds},
    Field{"bytes_acked", Unit::Bytes, get<&I::bytes_acked>},
    Field{"bytes_retrans", Unit::Bytes, get<&I::bytes_retrans>},
    Field{"segs_in", Unit::Count, get<&I::segs_in>},
    Field{"segs_out", Unit::Count, get<&I::segs_out>},
    Field{"data_segs_in", Unit::Count, get<&I::data_segs_in>},
    Field{"data_segs_out", Unit::Count, get<&I::data_segs_out>},
    Field{"rcv_ooopack", Unit::Count, get<&I::rcv_ooopack>},
    Field{"notsent_bytes", Unit::Bytes, get<&I::notsent_bytes>},
    Field{"pacing_rate", Unit::BitsPerSecond, get<&I::pacing_rate>, kBytesPerSecond},
    Field{"delivery_rate", Unit::BitsPerSecond, get<&I::delivery_rate>, kBytesPerSecond},
};

const Field* find(std::string_view key) {
    const auto* it = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const Field& field) { return field.key == key; });
    return it == kFields.end() ? nullptr : it;
}

}  // namespace

std::optional<Value> info_value(const tcp::Info& info, std::string_view key) {
    const Field* field = find(key);
    if (field == nullptr) return std::nullopt;
    std::int64_t value = 0;
    if (__builtin_mul_overflow(field->get(info), field->scale, &value)) return std::nullopt;
    return Value{value, 1, field->unit};
}

bool asks_for_info(const Metric& metric) {
    const std::string_view key = metric.key;
    const bool end = key.starts_with("client.") || key.starts_with("server.");
    return end && find(key.substr(key.find('.') + 1)) != nullptr;
}

}  // namespace seedwire::judge
