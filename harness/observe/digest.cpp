#include "harness/observe/digest.h"

#include <fmt/format.h>

#include "harness/observe/wide_hash.h"

// Compiled here at our level of optimisation, the same function takes half the instructions.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

namespace seedwire::observe {

static_assert(std::endian::native == std::endian::little, "records are folded as little-endian");

/// Collects canonical bytes and hashes them a block at a time: hashing in large pieces costs a
/// fraction of hashing record by record.
class DigestObserver::Folder {
public:
    Folder() : state_{XXH3_createState()}, wide_{wide_hash_update()} { XXH3_128bits_reset(state_); }
    ~Folder() { XXH3_freeState(state_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    template <class T>
    Folder& operator<<(T value) {
        static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
        std::memcpy(buffer_ + used_, &value, sizeof value);
        used_ += sizeof value;
        return *this;
    }
    /// Room for a part of a record, which the caller fills.
    std::uint8_t* append(std::size_t size) {
        std::uint8_t* place = buffer_ + used_;
        used_ += size;
        return place;
    }
    /// Call after each record.
    void end_record() {
        if (used_ > kBlock) flush();
    }
    /// Of everything so far; more may follow.
    Digest128 result() {
        flush();
        const XXH128_hash_t hash = XXH3_128bits_digest(state_);
        return {hash.high64, hash.low64};
    }

private:
    // Large enough for XXH3's long loop, small enough to stay in the cache next to the core.
    static constexpr std::size_t kBlock = 4096, kLargestRecord = 512;
    void flush() {
        if (wide_ != nullptr) {
            wide_(state_, buffer_, used_);
        } else {
            XXH3_128bits_update(state_, buffer_, used_);
        }
        used_ = 0;
    }
    XXH3_state_t* state_;
    HashUpdate wide_;
    std::size_t used_ = 0;
    std::uint8_t buffer_[kBlock + kLargestRecord];
};

std::string to_string(const Digest128& digest) {
    return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

DigestObserver::DigestObserver(const net::Network& network, const trace::Connections& connections)
    : network_{network},
      connections_{connections},
      packets_{std::make_unique<Folder>()},
      tcp_{std::make_unique<Folder>()},
      app_{std::make_unique<Folder>()} {
    for (std::uint32_t d = 0; d < network.link_count() * 2; ++d)
        direction_keys_.push_back(network.direction_key(d));
}

DigestObserver::~DigestObserver() = default;

std::uint64_t DigestObserver::connection_key(std::uint32_t connection) const {
    return connections_.key(connection);
}

std::uint64_t DigestObserver::end_key(std::uint32_t connection, bool client) const {
    return connection_key(connection) ^ (client ? 1U : 0U);
}

namespace {

/// The kind of record, first in each, so that no two records can be confused.
enum class Tag : std::uint8_t {
    Transmission = 1,
    Amended,
    NodeDrop,
    State,
    Window,
    Timeout,
    App,
    TlsRecord,
    TlsEvent,
    TlsWork
};

// A transmission is folded as three times and a key, then its packet as it lies in memory
// (little-endian, without padding). Where the packet holds addresses, which follow from the ranks
// of names, and dense numbers of this run, the folded one holds what observers were told about it
// instead.
static_assert(std::has_unique_object_representations_v<wire::Packet>);
constexpr std::size_t kTimesSize = 32;
/// In place of the extension's number.
struct FoldedFate {
    Tag tag;
    trace::DropReason drop;
    std::uint8_t has_extension, reserved;
};
constexpr std::size_t kDirectionAt = offsetof(wire::Packet, source);
constexpr std::size_t kQueueAt = offsetof(wire::Packet, destination_node);
constexpr std::size_t kFaultAt = offsetof(wire::Packet, flow);
constexpr std::size_t kFateAt = offsetof(wire::Packet, extension);
static_assert(offsetof(wire::Packet, destination) == kDirectionAt + 4);
static_assert(sizeof(FoldedFate) == sizeof(wire::ExtensionRef));

template <class T>
void overwrite(std::uint8_t* place, const T& value) {
    std::memcpy(place, &value, sizeof value);
}

}  // namespace

void DigestObserver::on_transmission(const trace::Transmission& r) {
    const wire::Packet& p = *r.packet;
    Folder& out = *packets_;
    std::uint8_t* const times = out.append(kTimesSize + sizeof p);
    overwrite(times, r.at.ns());
    overwrite(times + 8, r.departure.ns());
    overwrite(times + 16, r.arrival.ns());
    overwrite(times + 24, connection_key(p.flow));
    std::uint8_t* const packet = times + kTimesSize;
    std::memcpy(packet, &p, sizeof p);
    overwrite(packet + kDirectionAt, direction_keys_[r.direction]);
    overwrite(packet + kQueueAt, r.queue_packets);
    overwrite(packet + kFaultAt, r.fault);
    const std::uint8_t has_extension = r.extension != nullptr ? 1 : 0;
    overwrite(packet + kFateAt, FoldedFate{Tag::Transmission, r.drop, has_extension, 0});
    if (r.extension != nullptr) {
        const wire::Extension& e = *r.extension;
        out << e.syn.mss << e.syn.window_scale << static_cast<std::uint8_t>(e.syn.sack_permitted)
            << e.syn.fast_open.length << e.urgent_pointer << e.sack.count;
        for (std::uint8_t i = 0; i < e.sack.count; ++i)
            out << e.sack.block[i].left.raw() << e.sack.block[i].right.raw();
    }
    out.end_record();
}

void DigestObserver::on_amended(const trace::TransmissionAmended& r) {
    *packets_ << Tag::Amended << r.at.ns() << direction_keys_[r.direction]
              << connection_key(r.packet->flow) << r.packet->id << r.departure.ns()
              << r.arrival.ns() << r.drop;
    packets_->end_record();
}

void DigestObserver::on_node_drop(const trace::NodeDrop& r) {
    *packets_ << Tag::NodeDrop << r.at.ns() << network_.node_key(r.node)
              << connection_key(r.packet->flow) << r.packet->id << r.drop;
    packets_->end_record();
}

void DigestObserver::on_state(const trace::StateChange& r) {
    *tcp_ << Tag::State << r.at.ns() << end_key(r.connection, r.client) << r.from << r.to;
    tcp_->end_record();
}

void DigestObserver::on_window(const trace::WindowChange& r) {
    *tcp_ << Tag::Window << r.at.ns() << end_key(r.connection, r.client) << r.recovery << r.cwnd
          << r.ssthresh << r.in_flight;
    tcp_->end_record();
}

void DigestObserver::on_timeout(const trace::TimeoutFired& r) {
    *tcp_ << Tag::Timeout << r.at.ns() << end_key(r.connection, r.client) << r.timer;
    tcp_->end_record();
}

void DigestObserver::on_app(const trace::AppEvent& r) {
    *app_ << Tag::App << r.at.ns() << end_key(r.connection, r.client) << r.kind << r.amount;
    app_->end_record();
}

DigestObserver::Folder& DigestObserver::tls() {
    if (!tls_) tls_ = std::make_unique<Folder>();
    return *tls_;
}

void DigestObserver::on_tls(const trace::TlsRecord& r) {
    Folder& out = tls();
    out << Tag::TlsRecord << r.at.ns() << end_key(r.connection, r.client) << r.begin << r.end
        << r.type << r.epoch << r.alert << r.messages << r.content;
    for (std::uint8_t i = 0; i < r.messages; ++i)
        out << r.message[i].type << static_cast<std::uint8_t>(r.message[i].continues)
            << r.message[i].length;
    out.end_record();
}

void DigestObserver::on_tls(const trace::TlsEvent& r) {
    tls() << Tag::TlsEvent << r.at.ns() << end_key(r.connection, r.client) << r.kind << r.message
          << r.alert << r.epoch << r.from << r.to << static_cast<std::uint8_t>(r.is_peer)
          << r.amount << r.version << r.suite << r.group << static_cast<std::uint8_t>(r.is_resumed);
    tls_->end_record();
}

void DigestObserver::on_tls(const trace::TlsWork& r) {
    tls() << Tag::TlsWork << r.at.ns() << r.begin.ns() << r.end.ns()
          << end_key(r.connection, r.client);
    tls_->end_record();
}

RunDigest DigestObserver::result() const {
    RunDigest digest{packets_->result(), tcp_->result(), app_->result(), {}, {}, false};
    if (tls_) {
        digest.tls = tls_->result();
        digest.has_tls = true;
    }
    // A run without TLS has the total of its three ingredients, as if there were no fourth.
    const std::uint64_t parts[] = {digest.packets.high, digest.packets.low, digest.tcp.high,
                                   digest.tcp.low,      digest.app.high,    digest.app.low,
                                   digest.tls.high,     digest.tls.low};
    const std::size_t size = tls_ ? sizeof parts : sizeof parts - sizeof(Digest128);
    const XXH128_hash_t total = XXH3_128bits(parts, size);
    digest.total = {total.high64, total.low64};
    return digest;
}

}  // namespace seedwire::observe
