// What went wrong on the way, connection by connection: packets lost, held back or sent again. Not
// all of it, but enough to tell why an expectation failed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/observe/packet_words.h"
#include "harness/scenario/scenario.h"
#include "models/trace/recorder.h"

namespace seedwire::judge {

/// One packet that met something.
struct Incident {
    Time at;
    std::uint32_t connection = 0;
    std::uint32_t number = 0;  ///< of the packet within its connection, as in ladders
    bool from_client = false;
    std::string word;  ///< "SYN+ACK", "DATA(100)"
    observe::Loss loss;
    wire::Cause cause = wire::Cause::None;  ///< why it was sent, if that tells something
    std::uint32_t delayed_by = trace::kNoFault;
};

/// Of one flow (or the connections that a program opened).
struct FlowIncidents {
    std::vector<Incident> first;  ///< in the order of time, the beginning only
    std::uint64_t lost = 0, again = 0, timeouts = 0;
    std::uint64_t cut = 0;  ///< of those lost, on cut links
};

class IncidentObserver final : public trace::Observer {
public:
    IncidentObserver(const scenario::Scenario& scenario, const net::Network& network,
                     const trace::Connections& connections);

    bool is_needed() const { return needed_; }
    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;

    /// Of flow `flow` (programs behind the flows); null: nothing happened.
    const FlowIncidents* of(std::uint32_t flow) const;
    /// "server SYN+ACK #2 lost: faults[0] on line.down at 20.048 ms".
    std::string text(const Incident& incident) const;

private:
    struct Count {
        std::uint32_t packets = 0;
        std::uint32_t newest_id[2] = {0, 0};  ///< server's, client's
    };
    void lose(const wire::Packet& packet, Time at, const observe::Loss& loss);
    Incident* note(const wire::Packet& packet, Time at);
    std::uint32_t number_of(const wire::Packet& packet) const;

    const net::Network& network_;
    const trace::Connections& connections_;
    bool needed_ = false;
    std::vector<Count> counts_;  ///< by connection
    std::map<std::uint32_t, FlowIncidents> flows_;
};

}  // namespace seedwire::judge
