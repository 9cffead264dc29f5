// What every error and warning means: the text behind `seedwire help E0204`.
#pragma once

#include <span>
#include <string_view>

namespace seedwire::scenario {

struct ErrorHelp {
    std::string_view id;           ///< as printed and as in error_ids.h
    std::string_view title;        ///< a few words
    std::string_view explanation;  ///< why it is refused, and what to do; lines of at most 90
    std::string_view wrong;        ///< lines of a scenario that bring it up; empty if no text can
    std::string_view right;        ///< the same, as it should be
};

/// All of them, by id.
std::span<const ErrorHelp> error_help();
/// Null if there is no such id.
const ErrorHelp* find_error_help(std::string_view id);

}  // namespace seedwire::scenario
