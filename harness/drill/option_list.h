// TCP options as lists in the order of the wire: from bytes, to bytes, to text.
#pragma once

#include <optional>
#include <string>

#include "harness/drill/script.h"

namespace seedwire::drill {

/// The options as they go over the wire. RFC 9293 §3.2. Not padded: that is the author's duty.
std::vector<std::uint8_t> to_bytes(const OptionList& options);
/// What a segment carries, in the order and with the padding of the wire.
OptionList options_of(const wire::Segment& segment);
/// "mss 1460,nop,nop,sackOK"
std::string to_string(const OptionList& options);
std::string_view name_of(Option::Kind kind);
/// The same kinds in the same order, with equal values; those of timestamps are not compared.
/// `expected` may have fewer cookie bytes only if it has none.
bool same_options(const OptionList& expected, const OptionList& real);
const Option* find_option(const OptionList& options, Option::Kind kind);
Option* find_option(OptionList& options, Option::Kind kind);

}  // namespace seedwire::drill
