// Socket options by their names: `nodelay 1`, `rcvbuf 64 KiB`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "harness/scenario/document.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/schema.h"
#include "models/app/config.h"

namespace seedwire::scenario {

/// One option, how its value is written and what it may be.
struct OptionRow {
    std::string_view name;
    app::Operation::Option option;
    Type type;  ///< Boolean is 0 or 1
    std::int64_t minimum, maximum;
    std::string_view help;
};
std::span<const OptionRow> option_rows();

/// `number` in the unit of setsockopt(): bytes, 0 or 1, probes; durations in nanoseconds;
/// the congestion control's enumerator.
struct OptionValue {
    app::Operation::Option option = app::Operation::Option::None;
    std::int64_t number = 0;
};
/// Reads `NAME VALUE` at the reader's place; nothing after a report.
std::optional<OptionValue> read_option(TokenReader& in);

/// A list of options, laid over `options`. What has no field there (quickack) is returned.
std::vector<OptionValue> read_options(const Node& list, const tcp::Sysctls& sysctls,
                                      tcp::SocketOptions& options, Reporter& reporter);

}  // namespace seedwire::scenario
