// Predicates over packets: one grammar serves faults, filters and explanations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/wire/packet_pool.h"

namespace seedwire::trace {
class Connections;
}

namespace seedwire::net {

/// A field of a packet. TCP sequence and acknowledgement numbers are relative (SYN = 0).
enum class Field : std::uint8_t {
    TcpSyn,
    TcpAck,
    TcpFin,
    TcpRst,
    TcpPsh,
    TcpUrg,
    TcpEce,
    TcpCwr,  // flags: 0 or 1
    TcpSeq,
    TcpAckNumber,
    TcpLength,
    TcpWindow,
    TcpSackBlocks,
    UdpLength,
    UdpNumber,  // number of the datagram, from 0
    IpLength,
    IpTtl,
    IpEcn,
    IpProtocol,
    IsTcp,
    IsUdp,
    IsIcmp,
    SourcePort,
    DestinationPort,
    SourceNode,
    DestinationNode,
    Flow,
    FlowIndex,
    FromClient
};

/// A compiled expression in postfix order, evaluated on a small stack. Built and checked by the
/// loader; an empty one matches every packet.
class Match {
public:
    enum class Operation : std::uint8_t {
        PushField,
        PushNumber,
        Equal,
        NotEqual,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        InRange,  ///< value, low, high -> low <= value <= high
        Covers,   ///< number -> does the payload hold that relative sequence number?
        And,
        Or,
        Not
    };
    struct Step {
        Operation operation = Operation::PushNumber;
        Field field = Field::TcpSyn;
        std::int64_t number = 0;
    };
    static constexpr std::size_t kMaximumDepth = 32;

    Match() = default;
    explicit Match(std::vector<Step> steps);
    bool matches(const wire::Packet& packet, const wire::PacketPool& pool,
                 const trace::Connections& connections) const;
    bool is_always() const { return steps_.empty(); }
    const std::vector<Step>& steps() const { return steps_; }

private:
    /// All of these flags, and perhaps payload: true for TCP packets alone.
    struct Shape {
        std::uint16_t flags = 0;
        bool needs_data = false;
        bool is_valid = false;
    };
    void find_shape();

    std::vector<Step> steps_;
    Shape shape_;
};

}  // namespace seedwire::net
