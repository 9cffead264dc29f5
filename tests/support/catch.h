// The only file that includes Catch2, so that version 2 (Debian 12) and version 3 both serve.
#pragma once

#ifdef SEEDWIRE_CATCH2_V3
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
