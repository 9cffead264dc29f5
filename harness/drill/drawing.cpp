#include "harness/drill/drawing.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/observe/packet_words.h"
#include "harness/observe/pcapng_blocks.h"
#include "models/wire/ip_codec.h"

namespace seedwire::drill {
namespace {

namespace flag = wire::flag;

/// One connection of a recording as the ladder code wants it.
class Sketch {
public:
    Sketch(const Recording& recording, std::uint32_t connection) : connection_{connection} {
        find_opener(recording);
        for (const RecordedPacket& packet : recording.packets())
            if (packet.connection == connection) add(packet);
        for (const RecordedState& state : recording.states())
            if (state.connection == connection)
                ladder_.states.push_back({state.at, host_opens_,
                                          static_cast<std::uint8_t>(state.from),
                                          static_cast<std::uint8_t>(state.to)});
        ladder_.total_packets = ladder_.packets.size();
        facts_.server_initial_known = true;
        connections_.add(facts_, 0);
    }

    std::string draw(const observe::LadderStyle& style) const {
        const observe::LadderTitle title{fmt::format("connection {}", connection_ + 1),
                                         host_opens_ ? "host" : "script",
                                         host_opens_ ? "script" : "host"};
        return observe::draw(ladder_, title, {&connections_, nullptr}, style);
    }

private:
    void find_opener(const Recording& recording) {
        for (const RecordedPacket& p : recording.packets()) {
            if (p.connection != connection_ || p.packet.protocol != wire::Protocol::Tcp) continue;
            host_opens_ = !p.inbound;
            const wire::SocketAddress from{p.packet.source, p.packet.source_port};
            const wire::SocketAddress to{p.packet.destination, p.packet.destination_port};
            facts_.client = from;
            facts_.server = to;
            return;
        }
    }

    void add(const RecordedPacket& recorded) {
        const bool forward = recorded.inbound != host_opens_;
        observe::LadderPacket& entry = ladder_.packets.emplace_back();
        entry.number = ladder_.packets.size();
        entry.sent = recorded.sent;
        entry.arrived = recorded.arrived;
        entry.packet = recorded.packet;
        entry.packet.flow = 0;
        if (recorded.inbound) entry.packet.cause = wire::Cause::None;
        if (forward) entry.packet.bits |= wire::packet_bit::kForward;
        entry.extension = recorded.extension;
        entry.rto = recorded.expired_rto;
        const std::size_t side = forward ? 0 : 1;
        const bool syn = (recorded.packet.flags & flag::kSyn) != 0;
        if (syn) {
            (forward ? facts_.client_initial : facts_.server_initial) = recorded.packet.seq;
            scale_[side] = recorded.extension ? recorded.extension->syn.window_scale : -1;
        }
        const bool scaled = !syn && scale_[0] >= 0 && scale_[1] >= 0;
        entry.window = std::uint32_t{recorded.packet.window} << (scaled ? scale_[side] : 0);
    }

    std::uint32_t connection_;
    bool host_opens_ = false;
    int scale_[2] = {-1, -1};
    observe::Ladder ladder_;
    trace::Connection facts_;
    trace::Connections connections_;
};

std::string capture_comment(const RecordedPacket& packet) {
    if (packet.inbound) return "injected by the script";
    const std::string_view cause = wire::describe(packet.packet.cause);
    return std::string{cause};
}

}  // namespace

std::string draw(const Recording& recording, const observe::LadderStyle& style) {
    std::string text;
    for (std::uint32_t i = 0; i < recording.connection_count(); ++i)
        text += (text.empty() ? "" : "\n") + Sketch{recording, i}.draw(style);
    return text;
}

void write_capture(const Recording& recording, std::FILE* out) {
    constexpr std::uint32_t kSnapLength = 262'144;
    observe::PcapngBlocks blocks{out};
    blocks.section_header("seedwire",
                          "a packetdrill script in virtual time; times count from its "
                          "start; comments say why a packet was sent");
    blocks.interface("host/eth0", "the host under test", kSnapLength);
    std::vector<std::uint8_t> bytes;
    for (const RecordedPacket& packet : recording.packets()) {
        bytes.clear();
        wire::serialise(packet.packet, packet.extension ? &*packet.extension : nullptr, nullptr,
                        wire::Contents::Whole, bytes);
        const Time at = packet.inbound ? packet.arrived : packet.sent;
        blocks.packet(0, static_cast<std::uint64_t>(at.ns()), bytes,
                      static_cast<std::uint32_t>(bytes.size()), !packet.inbound,
                      capture_comment(packet));
    }
}

}  // namespace seedwire::drill
