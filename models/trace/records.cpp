// The words that records are written with.
#include "models/trace/records.h"

#include <array>

namespace seedwire::trace {
namespace {

constexpr std::array<std::string_view, kDropReasonCount> kDropReasons = {
    "none",      "queue", "loss",     "fault",   "cut",
    "corrupted", "ttl",   "no_route", "too_big", "unreachable"};

constexpr std::array<std::string_view, 15> kAppEvents = {
    "opened",    "accepted",      "connected",         "wrote",         "read",
    "shutdown",  "closed",        "peer_closed",       "failed",        "requested",
    "responded", "datagram_sent", "datagram_received", "echo_received", "finished"};
static_assert(static_cast<std::size_t>(AppEvent::Kind::Finished) + 1 == kAppEvents.size());

}  // namespace

std::string_view to_string(DropReason reason) {
    return kDropReasons[static_cast<std::size_t>(reason)];
}

std::string_view to_string(AppEvent::Kind kind) {
    return kAppEvents[static_cast<std::size_t>(kind)];
}

}  // namespace seedwire::trace
