// All applications of a run, and how flows and programs become applications on hosts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/app/application.h"
#include "models/app/operation_result.h"
#include "models/app/tls_flow.h"
#include "models/host/host.h"

namespace seedwire::app {

class Program;
class TlsSockets;

/// What a world knows about one pair of hosts of a flow besides its configuration.
struct FlowPlace {
    std::uint32_t index = 0;  ///< into the scenario's flows
    std::string name;
    std::vector<Time> starts;  ///< one per connection; their number is the number of connections
    std::uint32_t first_ordinal = 0;  ///< connections of the flow's earlier pairs
    bool serves = true;  ///< false: an earlier pair of the flow has put its server on that host
};

/// Owns them. Everything is added before Network::build(); the hosts start them.
class Applications {
public:
    Applications();
    ~Applications();
    Applications(const Applications&) = delete;
    Applications& operator=(const Applications&) = delete;

    /// Before flows with TLS are added; both outlive the applications.
    void set_tls(const TlsSurroundings& surroundings) { tls_ = surroundings; }
    /// Puts the two ends of a flow, or of one pair of it, on their hosts. Port 0 becomes 5001 +
    /// index.
    void add_flow(const FlowPlace& place, const FlowConfig& config, host::Host& client,
                  host::Host& server);
    /// `index` counts on behind the flows: number of flows + position of the program. Node numbers
    /// inside the script are those of the network. Returns the program's number here, from 0.
    std::uint32_t add_program(std::uint32_t index, const std::string& name,
                              const ProgramConfig& config, host::Host& host);

    /// Every application has done what it was asked to do.
    bool all_finished() const;
    std::uint32_t program_count() const;
    bool program_finished(std::uint32_t program) const;
    /// One entry for each operation begun, in the order of the script. The last one of a program
    /// that is still blocked has no end.
    const std::vector<OperationResult>& results(std::uint32_t program) const;
    /// The connections that the program opened or accepted, in that order.
    const std::vector<ProgramConnection>& connections(std::uint32_t program) const;

private:
    /// The host as an application of this flow sees it: itself, or with TLS in between.
    host::SocketApi& door(host::Host& host, const FlowConfig& config, const std::string& peer);

    TlsSurroundings tls_;
    std::vector<std::unique_ptr<TlsSockets>> tls_sockets_;
    std::vector<std::unique_ptr<Application>> applications_;
    std::vector<Program*> programs_;
};

}  // namespace seedwire::app
