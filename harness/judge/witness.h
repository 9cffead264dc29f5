// What expectations ask about that no counter holds: which segments were sent, which states were
// passed, what failed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/scenario/scenario.h"
#include "models/trace/recorder.h"

namespace seedwire::judge {

/// One segment as its sender sent it.
struct SentSegment {
    Time at;
    bool from_client = false;
    bool lost = false, delayed = false, duplicated = false, reordered = false, marked = false;
    std::uint16_t flags = 0;
    std::uint16_t length = 0;
    std::uint32_t id = 0;
    trace::DropReason reason = trace::DropReason::None;
    std::uint32_t fault = trace::kNoFault;
    std::uint32_t direction = trace::kNone;  ///< where it was lost
};

struct PassedState {
    Time at;
    tcp::State from = tcp::State::Closed, to = tcp::State::Closed;
};

/// What one connection showed.
struct Testimony {
    std::vector<SentSegment> segments;    ///< in the order of sending
    std::uint32_t newest_id[2] = {0, 0};  ///< per side, client first
    std::uint32_t copied = 0;             ///< the packet whose copy was recorded last
    std::vector<PassedState> client_states, server_states;
    int client_error = 0, server_error = 0;  ///< first errno a program saw, 0 = none
    Time client_error_at, server_error_at;
};

/// Remembers the connections of those flows that expectations name, and no others.
class Witness final : public trace::Observer {
public:
    Witness(const scenario::Scenario& scenario, const trace::Connections& connections);

    /// False when no expectation needs a witness, so it need not watch.
    bool is_needed() const { return !wanted_.empty(); }

    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;
    void on_state(const trace::StateChange& r) override;
    void on_app(const trace::AppEvent& r) override;

    /// The testimony about the k-th connection of a flow (k = -1: the first); null if it never was.
    const Testimony* about(std::uint32_t flow, std::int32_t ordinal) const;

private:
    struct Wanted {
        bool states = false, segments = false;
    };
    Testimony* testimony(std::uint32_t connection, bool segments);
    SentSegment* find(const wire::Packet& packet);
    void mark_lost(const wire::Packet& packet, trace::DropReason reason, std::uint32_t direction,
                   std::uint32_t fault);

    const trace::Connections& connections_;
    std::map<std::uint32_t, Wanted> wanted_;  ///< by flow
    std::map<std::pair<std::uint32_t, std::uint32_t>, Testimony> by_connection_;
};

}  // namespace seedwire::judge
