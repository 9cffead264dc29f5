// The table of keys for people and for editors: Markdown and JSON Schema.
#pragma once

#include <string>

namespace seedwire::scenario {

/// docs/scenario-reference.md: every key, metric and error, generated from their tables.
std::string reference_markdown();

/// A JSON Schema (draft 7) of scenarios, for editors: completion, descriptions, and what can be
/// told without understanding: unknown keys and wrong kinds of values.
std::string schema_json();

}  // namespace seedwire::scenario
