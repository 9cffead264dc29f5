// What a program asks of its connection. RFC 9293 §3.9.1 and §3.10.1 to §3.10.5.
#pragma once

#include "models/tcp/parts.h"

namespace seedwire::tcp {

std::uint32_t write_bytes(Connection& c, Time now, std::uint32_t length, WriteMode mode,
                          Output& out);
std::uint32_t read_bytes(Connection& c, Time now, std::uint32_t at_most, Output& out);
void shut_write(Connection& c, Time now, Output& out);
void change_options(Connection& c, Time now, const SocketOptions& options, Output& out);
void change_quick_ack(Connection& c, bool on, Time now, Output& out);

/// Bytes that a write would take now, as POLLOUT sees it: none unless a third of the buffer is
/// free.
std::uint32_t writable_bytes(const Connection& c);
bool may_write(const Connection& c);

/// ICMP errors. RFC 9293 §3.9.2.2, RFC 5461, RFC 1191 §6.3.
void icmp_error(Connection& c, Time now, Error error, bool hard, wire::SeqNum quoted, Output& out);
void packet_too_big(Connection& c, Time now, std::uint32_t mtu, wire::SeqNum quoted, Output& out);

}  // namespace seedwire::tcp
