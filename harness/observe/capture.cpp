#include "harness/observe/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "models/wire/payload.h"

namespace seedwire::observe {

using trace::DropReason;
using wire::Packet;

namespace {

constexpr std::string_view kSealed =
    "; TLS is synthetic: its keys are invented and stand in this file, key shares, signatures and "
    "Finished are filler";
constexpr std::string_view kOpaque =
    "; protected TLS records are filler and cannot be decrypted: the program that wrote this was "
    "built without libcrypto";

}  // namespace

/// Bytes exist only here: what an application sent is a function of its stream and the offset.
class CaptureWriter::Payload final : public wire::PayloadSource {
public:
    Payload(const trace::Connections& connections, TlsStreams* tls)
        : connections_{connections}, tls_{tls} {}
    void fill(const Packet& packet, std::span<std::uint8_t> out) const override {
        if (packet.flow >= connections_.size() || packet.protocol == wire::Protocol::Icmp) {
            std::fill(out.begin(), out.end(), std::uint8_t{0});
            return;
        }
        // Datagrams start at multiples of 65536; their offset is their number.
        constexpr std::uint64_t kDatagramStep = 65536;
        const bool forward = packet.has(wire::packet_bit::kForward);
        const bool udp = packet.protocol == wire::Protocol::Udp;
        if (tls_ != nullptr && tls_->fill(packet.flow, forward, packet.payload_offset, out)) return;
        wire::fill_payload(wire::stream_key(connections_.key(packet.flow), forward),
                           packet.payload_offset * (udp ? kDatagramStep : 1), out);
        if (udp) write_number(packet.payload_offset, out);
    }

private:
    /// Datagrams begin with their number, big-endian. Random bytes would look like RTCP and other
    /// protocols that Wireshark guesses from the first bytes alone.
    static void write_number(std::uint64_t number, std::span<std::uint8_t> out) {
        for (std::size_t i = 0; i < std::min<std::size_t>(8, out.size()); ++i)
            out[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    }
    const trace::Connections& connections_;
    TlsStreams* tls_;
};

CaptureWriter::CaptureWriter(std::FILE* out, const SegmentNames& names, std::vector<bool> captured,
                             const CaptureLimits& limits, std::optional<TlsStreams> tls)
    : out_{out}, names_{names}, limits_{limits}, tls_{std::move(tls)} {
    std::string comment =
        "simulated; times count from the start of the run; the comment of a packet says what "
        "became "
        "of it";
    if (tls_) comment += can_seal() ? kSealed : kOpaque;
    out_.section_header("seedwire", comment);
    add_interfaces(captured);
}

CaptureWriter::~CaptureWriter() = default;

/// By the name of the node, then of its neighbour, then of the link: as the network numbers them.
void CaptureWriter::add_interfaces(const std::vector<bool>& captured) {
    const net::Network& network = *names_.network;
    const std::uint32_t directions = network.link_count() * 2;
    std::vector<std::uint32_t> outgoing;
    for (std::uint32_t d = 0; d < directions; ++d)
        if (captured[network.direction_from(d)]) outgoing.push_back(d);
    const auto key = [&](std::uint32_t d) {
        return std::tuple{network.node_name(network.direction_from(d)),
                          network.node_name(network.direction_to(d)), network.link_name(d / 2)};
    };
    std::sort(outgoing.begin(), outgoing.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    sender_interface_.assign(directions, trace::kNone);
    receiver_interface_.assign(directions, trace::kNone);
    constexpr std::uint32_t kSnapLength = 262'144;  // what tcpdump writes for "everything"
    std::uint32_t number = 0, of_node = 0, node = trace::kNone;
    for (const std::uint32_t d : outgoing) {
        of_node = network.direction_from(d) == node ? of_node + 1 : 0;
        node = network.direction_from(d);
        sender_interface_[d] = receiver_interface_[d ^ 1U] = number++;
        out_.interface(
            fmt::format("{}/eth{}", network.node_name(node), of_node),
            fmt::format("{}, sends on {} to {}", wire::to_string(network.address(node)),
                        direction_name(network, d), network.node_name(network.direction_to(d))),
            kSnapLength);
    }
}

CaptureWriter::Name CaptureWriter::name_of(const Packet& packet) {
    return {packet.source.value, packet.id, packet.has(wire::packet_bit::kCopy)};
}

CaptureWriter::Block* CaptureWriter::outbound(const Packet& packet) {
    if (packet.has(wire::packet_bit::kCopy)) return nullptr;
    const auto place = sent_.find(name_of(packet));
    return place == sent_.end() ? nullptr : &blocks_.find(place->second)->second;
}

/// A packet counts when it leaves its sender; a copy has the number of its original.
std::uint64_t CaptureWriter::number_of(const trace::Transmission& r) {
    if (r.packet->flow == wire::kNoFlow) return 0;
    Name original = name_of(*r.packet);
    original.copy = false;
    if (const auto place = sent_.find(original); place != sent_.end())
        return blocks_.find(place->second)->second.number;
    if (sender_interface_[r.direction] == trace::kNone) return 0;
    // A copy of the first link is recorded just before its original.
    return r.copied ? packets_of_[r.packet->flow] + 1 : ++packets_of_[r.packet->flow];
}

void CaptureWriter::on_transmission(const trace::Transmission& r) {
    flush(r.at);
    const std::uint64_t number = number_of(r);
    if (sender_interface_[r.direction] != trace::kNone && !r.packet->has(wire::packet_bit::kCopy))
        add_outbound(r, number);
    note_fate(r);
    if (r.drop == DropReason::None && receiver_interface_[r.direction] != trace::kNone)
        add_inbound(r, number);
}

void CaptureWriter::add_outbound(const trace::Transmission& r, std::uint64_t number) {
    Block block;
    block.packet = *r.packet;
    // The record shows the packet as it will arrive; here it has not met the link yet. Hosts send
    // ECT(0), if anything (RFC 3168 §5).
    block.packet.bits =
        static_cast<std::uint8_t>(block.packet.bits & ~wire::packet_bit::kCorrupted);
    if (r.marked_ce) block.packet.ecn = wire::Ecn::Ect0;
    if (r.extension != nullptr) block.extension = *r.extension;
    block.interface = sender_interface_[r.direction];
    block.outbound = true;
    block.number = number;
    const Place place{r.at, order_++};
    sent_[name_of(*r.packet)] = place;
    blocks_.emplace(place, block);
}

void CaptureWriter::add_inbound(const trace::Transmission& r, std::uint64_t number) {
    Block block;
    block.packet = *r.packet;
    if (r.extension != nullptr) block.extension = *r.extension;
    block.interface = receiver_interface_[r.direction];
    block.number = number;
    block.settled = r.arrival;
    Name original = name_of(*r.packet);
    original.copy = false;
    if (const auto sent = sent_.find(original); sent != sent_.end())
        block.other_end = sent->second.at;
    if (r.packet->has(wire::packet_bit::kCorrupted))
        block.loss = {DropReason::Corrupted, r.direction, trace::kNone, r.fault};
    const Place place{r.arrival, order_++};
    arriving_.emplace(name_of(*r.packet), place);
    blocks_.emplace(place, block);
}

/// What this link did to a packet that was captured when it was sent.
void CaptureWriter::note_fate(const trace::Transmission& r) {
    Block* block = outbound(*r.packet);
    if (block == nullptr || r.copied) return;
    block->delayed |= r.delayed;
    block->marked_ce |= r.marked_ce;
    if (r.fault != trace::kNoFault) block->fault = r.fault;
    if (r.packet->has(wire::packet_bit::kCorrupted))
        block->loss = {DropReason::Corrupted, r.direction, trace::kNone, r.fault};
    if (r.drop != DropReason::None) {
        const bool by_fault = r.drop == DropReason::Fault;
        block->loss = {r.drop, r.direction, trace::kNone, by_fault ? r.fault : trace::kNoFault};
        block->settled = r.at;
    } else if (names_.network->direction_to(r.direction) == r.packet->destination_node) {
        block->other_end = block->settled = r.arrival;
    }
}

void CaptureWriter::on_amended(const trace::TransmissionAmended& r) {
    flush(r.at);
    move_inbound(r);
    Block* block = outbound(*r.packet);
    if (block == nullptr) return;
    if (r.drop != DropReason::None) {
        block->loss = {r.drop, r.direction};
        block->settled = r.at;
    } else if (block->settled != Time::never()) {
        block->other_end = block->settled = r.arrival;
    }
}

void CaptureWriter::move_inbound(const trace::TransmissionAmended& r) {
    const auto [first, last] = arriving_.equal_range(name_of(*r.packet));
    const auto it = std::find_if(first, last, [&](const auto& named) {
        const Block& block = blocks_.find(named.second)->second;
        return block.interface == receiver_interface_[r.direction] && block.amended != r.at;
    });
    if (it == last) return;
    auto node = blocks_.extract(it->second);
    if (r.drop != DropReason::None) {
        arriving_.erase(it);
        return;
    }
    node.key().at = it->second.at = r.arrival;
    node.mapped().settled = r.arrival;
    node.mapped().amended = r.at;
    blocks_.insert(std::move(node));
}

void CaptureWriter::on_node_drop(const trace::NodeDrop& r) {
    flush(r.at);
    if (Block* block = outbound(*r.packet)) {
        if (!block->loss) block->loss = {r.drop, trace::kNone, r.node};
        block->settled = r.at;
    }
    const auto [first, last] = arriving_.equal_range(name_of(*r.packet));
    for (auto it = first; it != last; ++it) {
        Block& block = blocks_.find(it->second)->second;
        if (it->second.at != r.at || block.loss) continue;
        block.loss = {r.drop, trace::kNone, r.node};
        return;
    }
}

void CaptureWriter::on_tls(const trace::TlsRecord& r) {
    if (tls_ && !headers_only()) tls_->on_record(r);
}

void CaptureWriter::on_end(Time at) {
    while (!blocks_.empty()) {
        // What had not arrived when the run ended was not seen there.
        auto& [place, block] = *blocks_.begin();
        if (!block.outbound && place.at > at) {
            blocks_.erase(blocks_.begin());
            continue;
        }
        if (block.outbound && block.settled > at) block.settled = Time::never();
        write_front(true);
    }
}

/// Writes what happened before that moment, as far as fates are certain.
void CaptureWriter::flush(Time before) {
    while (!blocks_.empty()) {
        const auto& [place, block] = *blocks_.begin();
        if (place.at >= before) return;
        if (block.settled >= before && blocks_.size() <= limits_.held_packets) return;
        write_front(false);
    }
}

void CaptureWriter::write_front(bool at_the_end) {
    const auto it = blocks_.begin();
    const Block& block = it->second;
    ++packets_;
    buffer_.clear();
    bool whole = packets_ < limits_.whole_packets;
    if (tls_ && whole) write_keys(block.packet);
    if (tls_ && !whole) tls_.reset();
    // Who puts records together from segments takes a second copy of them for a contradiction.
    if (tls_ && !block.outbound && tls_->has(block.packet.flow)) whole = false;
    const Payload payload{*names_.connections, tls_ ? &*tls_ : nullptr};
    wire::serialise(block.packet, block.extension ? &*block.extension : nullptr, &payload,
                    whole ? wire::Contents::Whole : wire::Contents::HeadersOnly, buffer_);
    const std::size_t length =
        whole ? buffer_.size() : buffer_.size() + block.packet.payload_length;
    out_.packet(block.interface, static_cast<std::uint64_t>(it->first.at.ns()), buffer_,
                static_cast<std::uint32_t>(length), block.outbound, comment(block, at_the_end));
    if (block.outbound) {
        sent_.erase(name_of(block.packet));
    } else {
        const auto [first, last] = arriving_.equal_range(name_of(block.packet));
        arriving_.erase(std::find_if(first, last,
                                     [&](const auto& named) { return named.second == it->first; }));
    }
    blocks_.erase(it);
}

/// A reader that goes from front to back needs keys before what they open.
void CaptureWriter::write_keys(const Packet& packet) {
    if (packet.payload_length == 0 || packet.flow == wire::kNoFlow) return;
    const std::string lines =
        tls_->take_key_log(packet.flow, packet.has(wire::packet_bit::kForward));
    if (!lines.empty()) out_.tls_key_log(lines);
}

/// "#3; retransmission: RTO; delivered at 1020.048 ms".
std::string CaptureWriter::comment(const Block& block, bool at_the_end) const {
    std::string text;
    const auto add = [&text](std::string_view part) {
        if (part.empty()) return;
        if (!text.empty()) text += "; ";
        text += part;
    };
    if (block.number != 0) add(fmt::format("#{}", block.number));
    if (block.packet.has(wire::packet_bit::kCopy)) add("a copy");
    add(cause_text(block.packet.cause, std::nullopt));
    const bool is_known = block.other_end != Time::never();
    if (!block.outbound) {
        if (is_known) add(fmt::format("sent at {} ms", milliseconds_text(block.other_end)));
        add(loss_text(block.loss, names_));
        return text;
    }
    if (block.delayed)
        add(block.fault == trace::kNoFault ? "delayed"
                                           : fmt::format("delayed by faults[{}]", block.fault));
    if (block.marked_ce) add("marked CE");
    if (block.settled == Time::never())
        add(at_the_end ? "under way at the end" : "fate unknown when this was written");
    else if (block.loss)
        add(loss_text(block.loss, names_));
    else
        add(fmt::format("delivered at {} ms", milliseconds_text(block.other_end)));
    return text;
}

}  // namespace seedwire::observe
