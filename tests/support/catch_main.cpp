// main() of every test program. Catch2 3 brings its own in a library.
#ifndef SEEDWIRE_CATCH2_V3
#define CATCH_CONFIG_MAIN
#endif
#include "tests/support/catch.h"
