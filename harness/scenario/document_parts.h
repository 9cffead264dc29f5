// What a Document holds inside: the tree as written, and the texts its places point into.
#pragma once

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"

namespace seedwire::scenario {

struct DocumentParts {
    Node root;  ///< included files are in it already
    Sources sources;
    bool has_errors = false;  ///< the tree stands, but something in it was refused
};

}  // namespace seedwire::scenario
