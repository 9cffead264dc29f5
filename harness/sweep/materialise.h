// The tables that people read, made from what is kept: in the order of the plan, so that they do
// not depend on the order in which anything was computed.
#pragma once

#include <string>

#include "harness/sweep/executor.h"

namespace seedwire::sweep {

/// Writes the documented tables of results.sqlite, in one transaction, and results.csv beside it.
/// Returns what went wrong, or nothing.
std::string materialise(const study::Plan& plan, const Keys& keys, const Outcome& outcome,
                        Store& store);

/// A field of a CSV file: quoted where it must be (RFC 4180 §2).
std::string csv_field(const std::string& text);

/// The shortest text that reads back as the same number; empty for not a number.
std::string number_text(double value);

}  // namespace seedwire::sweep
