// From the tree as written to the tree that is validated: templates and parameters put in.
#pragma once

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"

namespace seedwire::scenario {

/// Takes `templates` and `parameters` out of the document. `use: name` (or a list) in a map lays
/// the map over that template; `$name` and `${name}` stand for the value of a parameter, as a whole
/// value or within a text; `$$` is a dollar sign. Keys that begin with `x-` are left alone.
void expand(Node& root, Reporter& reporter);

}  // namespace seedwire::scenario
