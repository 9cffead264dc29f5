// The rules of this TCP, numbered: what docs/linux-tcp.md shows and `seedwire list rules` finds in
// code and tests. Each stands in one of the tables models/tcp/rules/*.def.
#pragma once

#include <span>
#include <string_view>

#include "models/wire/cause.h"

namespace seedwire::tcp {

struct Rule {
    std::string_view id;        ///< "RACK-3": stable; cited in brackets
    std::string_view sentence;  ///< what is done
    std::string_view origin;    ///< sections of RFCs; functions of Linux
};

/// Rules whose with `prefix` stand together, in the order of the tables.
struct RuleTopic {
    std::string_view prefix, title;
};

std::span<const Rule> rules();
std::span<const RuleTopic> rule_topics();
/// Null if there is none.
const Rule* find_rule(std::string_view id);
/// "RACK" of "RACK-3".
std::string_view topic_of(const Rule& rule);
/// The id of the rule behind a cause; empty for what is not TCP.
std::string_view rule_of(wire::Cause cause);

}  // namespace seedwire::tcp
