// The grammar of expectations; their meaning is in harness/judge.
#pragma once

#include <optional>

#include "harness/scenario/document.h"
#include "harness/scenario/expectation.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/scenario.h"

namespace seedwire::scenario {

struct Names;

/// expectation := end `reaches` STATE [`within` duration]
///              | end `passes` `[` STATE {`,` STATE} `]`
///              | end `never` `fails` | end `fails` `with` ERRNO
///              | flow [`[` k `]`] `.` `segments` `==` `[` item {`,` item} `]`
///              | operand relation operand
/// end         := flow [`[` k `]`] `.` (`client` | `server`)
///              | program [`[` k `]`] [`.` (`connection` | `client` | `server`)]
/// item        := (`client` | `server`) what [`lost`] | `*` | `...`
/// what        := flag {`+` flag} | `DATA` [`(` bytes `)`]
/// operand     := metric | function `(` metric `)` | quantity
/// Nothing after a report. `scenario` has its nodes, links, flows, programs and faults.
std::optional<Expectation> parse_expectation(const Node& node, const Names& names,
                                             const Scenario& scenario, Reporter& reporter);

}  // namespace seedwire::scenario
