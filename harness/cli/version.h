// What this program is: its version, how it was built.
#pragma once

#include <string_view>

namespace seedwire::cli {

constexpr std::string_view kVersion = "0.1.0";

constexpr std::string_view build_type() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return "sanitizer";
#elif defined(NDEBUG)
    return "release";
#else
    return "debug";
#endif
}

constexpr std::string_view compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

}  // namespace seedwire::cli
