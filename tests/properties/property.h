// Properties: statements that hold for whatever rapidcheck comes up with.
#pragma once

#include <rapidcheck.h>

#include <cstdlib>

#include "tests/support/catch.h"

namespace seedwire::test {

/// The same cases on every machine. RC_PARAMS="seed=7 max_success=4000" asks for others; a failure
/// prints what repeats it.
inline const bool kFixedSeed = [] {
    setenv("RC_PARAMS", "seed=1981 max_success=400 max_size=60", 0);
    return true;
}();

/// Holds for every case; Catch2 learns of a failure, rapidcheck tells of the smallest one.
template <class Property>
void holds(const char* what, Property&& property) {
    INFO(what);
    CHECK(rc::check(what, std::forward<Property>(property)));
}

}  // namespace seedwire::test
