// The grammar of predicates over packets: faults, filters and explanations share it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "models/net/match.h"

namespace seedwire::scenario {

struct Names;
struct Scenario;

/// match      := and {`||` and};  and := not {`&&` not};  not := `!` not | `(` match `)` | test
/// test       := flag | protocol | `tcp.covers` `(` number `)` | comparison
/// comparison := field relation value | field `in` a `..` b | field `==` a `..` b
/// Flows (or programs) and hosts are compared by name. Nothing after a report.
std::optional<net::Match> parse_match(const Node& node, const Names& names, Reporter& reporter);

/// The same predicate in the grammar above, with all parentheses.
std::string print_match(const net::Match& match, const Scenario& scenario);

/// One field as people write it, for lists and help.
struct FieldName {
    std::string_view name;
    net::Field field;
    bool is_flag = false;  ///< true or false by itself
    std::string_view help;
};
const std::vector<FieldName>& field_names();

}  // namespace seedwire::scenario
