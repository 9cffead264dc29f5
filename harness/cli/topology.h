// What a scenario describes, drawn before anything is run: as text, for Graphviz, for Mermaid.
#pragma once

#include <string>

#include "harness/scenario/scenario.h"
#include "models/net/network.h"

namespace seedwire::cli {

/// Hosts, links, flows with their routes, what happens when, what is expected.
std::string topology_text(const scenario::Scenario& scenario, const net::Network& network);
/// The graph in the language of Graphviz.
std::string topology_dot(const scenario::Scenario& scenario);
/// The graph as a Mermaid flowchart.
std::string topology_mermaid(const scenario::Scenario& scenario);

}  // namespace seedwire::cli
