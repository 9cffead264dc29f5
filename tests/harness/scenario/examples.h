// The example scenarios of the language's description, as people find them.
#pragma once

namespace seedwire::scenario::examples {

extern const char* const kHandshake;
extern const char* const kLossy;
extern const char* const kTwoRoutes;
extern const char* const kPrograms;

}  // namespace seedwire::scenario::examples
