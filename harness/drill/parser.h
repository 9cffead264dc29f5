// The grammar of packetdrill scripts in its parts; parse_script() (script.h) puts them together.
#pragma once

#include <map>
#include <string>

#include "harness/drill/lexer.h"
#include "harness/drill/script.h"

namespace seedwire::drill {

using Defines = std::map<std::string, std::string>;

/// Blanks what stands between `#ifdef NAME` and `#endif` where NAME is not defined (`#ifndef`,
/// `#else`), and these lines themselves; places stay what they were.
std::string resolve_conditions(std::string_view text, const Defines& defines);

/// "0.1", "+.1", "*", "+0~+.1", "+0...0.2".
EventTime parse_time(Lexer& lexer);
/// What follows '<' or '>'.
PacketText parse_packet(Lexer& lexer, const Defines& defines);
/// What follows "icmp".
IcmpText parse_icmp(Lexer& lexer, const Defines& defines);
/// What stands between '<' and '>' of a packet, up to and including the '>'.
void parse_options(Lexer& lexer, const Defines& defines, PacketText& packet);
/// One argument of a system call.
Value parse_value(Lexer& lexer);
/// From the name to the result.
Syscall parse_syscall(Lexer& lexer);

}  // namespace seedwire::drill
