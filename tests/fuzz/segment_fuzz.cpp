// Arbitrary bytes to the packet parser: whatever it accepts must come back the same after it was
// written and read again.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/wire/ip_codec.h"
#include "models/wire/tcp_codec.h"
#include "sim/base/assert.h"

namespace {

using seedwire::wire::ParsedPacket;
using seedwire::wire::Protocol;

/// The payload of the packet that was parsed, as it was.
class SamePayload final : public seedwire::wire::PayloadSource {
public:
    explicit SamePayload(std::span<const std::uint8_t> payload) : payload_{payload} {}
    void fill(const seedwire::wire::Packet&, std::span<std::uint8_t> out) const override {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = payload_[i];
    }

private:
    std::span<const std::uint8_t> payload_;
};

/// Lists of options that need more than 40 bytes in the order we write cannot be written again.
bool can_be_written(const ParsedPacket& parsed) {
    if (parsed.packet.protocol != Protocol::Tcp) return true;
    const auto* extension = parsed.has_extension ? &parsed.extension : nullptr;
    return seedwire::wire::option_bytes(to_segment(parsed.packet, extension)) <= 40;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    seedwire::wire::parse_tcp({data, size});
    ParsedPacket first = seedwire::wire::parse_packet({data, size});
    if (!first.problem.empty() || !can_be_written(first)) return 0;
    const auto* extension = first.has_extension ? &first.extension : nullptr;
    const SamePayload payload{first.payload};
    std::vector<std::uint8_t> bytes;
    serialise(first.packet, extension, &payload, seedwire::wire::Contents::Whole, bytes);
    const ParsedPacket second = seedwire::wire::parse_packet(bytes);
    SEEDWIRE_ASSERT(second.problem.empty());
    SEEDWIRE_ASSERT(second.has_right_checksums);
    SEEDWIRE_ASSERT(second.packet.source == first.packet.source);
    SEEDWIRE_ASSERT(second.packet.destination == first.packet.destination);
    // Signatures are recognised and not written: there are no keys.
    const int written = first.packet.flags & ~seedwire::wire::flag::kSigned;
    SEEDWIRE_ASSERT(second.packet.flags == written);
    SEEDWIRE_ASSERT(second.packet.seq == first.packet.seq);
    SEEDWIRE_ASSERT(second.packet.payload_length == first.packet.payload_length);
    // Each option has its segments: we write no SACK blocks into a SYN, whatever others do.
    const bool is_syn = (first.packet.flags & seedwire::wire::flag::kSyn) != 0;
    SEEDWIRE_ASSERT(is_syn || second.extension.sack.count == first.extension.sack.count);
    SEEDWIRE_ASSERT(!is_syn || second.extension.syn.mss == first.extension.syn.mss);
    SEEDWIRE_ASSERT(second.extension.quote.source == first.extension.quote.source);
    return 0;
}
