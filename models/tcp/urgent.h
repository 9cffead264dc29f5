// Urgent data, as BSD and Linux have always read the pointer: past the urgent octet, not at it.
// RFC 9293 §3.8.5, RFC 6093; Linux, `tcp_check_urg`, `tcp_recv_urg`.
#pragma once

#include <cstdint>
#include <optional>

#include "models/tcp/config.h"
#include "models/tcp/parts.h"
#include "models/wire/segment.h"

namespace seedwire::tcp {

/// A write with MSG_OOB has ended: its last octet is urgent.
void mark_urgent(Connection& c);
/// The header of a segment that begins at `seq`: the pointer, if it reaches that far.
void put_urgent_pointer(const Connection& c, StreamOffset seq, wire::Segment& segment);
/// The peer has acknowledged what was urgent.
void on_urgent_acknowledged(Connection& c);

/// An acceptable segment, with its URG flag or one that the urgent octet may come in.
void receive_urgent(Connection& c, const wire::Segment& segment, StreamOffset start, Output& out);
/// How many bytes of the stream one read() takes, and how many octets it skips before them.
struct UrgentStep {
    std::uint32_t skip = 0, take = 0;
    bool stop = false;  ///< the mark: what was read so far is all
};
UrgentStep step_to_mark(const Connection& c, std::uint32_t wanted, std::uint32_t done);
/// The program has read on: beyond the octet it is forgotten.
void pass_urgent_mark(Connection& c);

UrgentRead read_urgent(Connection& c, bool peek);
bool is_at_mark(const Connection& c);                 ///< SIOCATMARK
bool has_urgent_octet(const Connection& c);           ///< POLLPRI
std::uint32_t readable_to_mark(const Connection& c);  ///< SIOCINQ

}  // namespace seedwire::tcp
