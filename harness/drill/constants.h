// The constants of system calls by name. POSIX.1-2017; numbers of Linux on x86-64.
#pragma once

#include <cstdint>
#include <string_view>

#include "harness/drill/script.h"
#include "models/tcp/info.h"

namespace seedwire::drill {

namespace constant {
constexpr std::int64_t kReadWrite = 2, kNonBlocking = 0x800;
constexpr std::int64_t kPeek = 0x02, kDontWait = 0x40, kEndOfRecord = 0x80, kNoSignal = 0x4000,
                       kMore = 0x8000, kFastOpen = 0x20000000, kOutOfBand = 0x01, kTruncate = 0x20,
                       kWaitAll = 0x100, kErrorQueue = 0x2000, kZeroCopy = 0x4000000;
constexpr std::int64_t kSpliceNonBlocking = 2, kSpliceMore = 4;
constexpr std::int64_t kEdgeTriggered = 0x80000000, kOneShot = 0x40000000;
}  // namespace constant

/// A number, or constants joined by '|'. Throws Stop for anything else.
std::int64_t integer_of(const Value& value);
/// A buffer written as NULL: reading from it or writing to it is EFAULT.
bool is_null(const Value& value);
/// The number inside of "[n]" or of a plain n.
std::int64_t integer_inside(const Value& value);
/// ECONNRESET -> 104; as in integer_of().
std::int64_t error_number(std::string_view name, Position at);

}  // namespace seedwire::drill
