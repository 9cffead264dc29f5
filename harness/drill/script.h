// What a packetdrill script says, as values: its options, its events, and where each one stands.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/wire/segment.h"
#include "sim/base/time.h"

namespace seedwire::drill {

/// A place in a script, counted from 1.
struct Position {
    std::uint32_t line = 1, column = 1;
    bool operator==(const Position&) const = default;
};

/// Why a script stops: thrown within this folder only, run_script() catches it.
struct Stop {
    enum class Kind : std::uint8_t { Failed, Unsupported };
    Kind kind = Kind::Failed;
    Position at;
    std::string message;
    std::string details;  ///< further lines, each with its newline
};
[[noreturn]] void fail(Position at, std::string message, std::string details = {});
[[noreturn]] void unsupported(Position at, std::string message);

/// An argument or an out-parameter of a system call.
struct Value {
    enum class Kind : std::uint8_t { Any, Integer, Words, Text, List, Struct, Call };
    struct Field {
        std::string name;  ///< empty where the script gives none
        std::vector<Value> value;
    };
    Kind kind = Kind::Any;
    Position at;
    std::int64_t integer = 0;
    std::vector<std::string> words;  ///< joined by '|' in the script; one for Call
    std::string text;
    std::vector<Value> items;   ///< List; arguments of a Call
    std::vector<Field> fields;  ///< Struct
    const Value* field(std::string_view name) const;
};

struct Syscall {
    std::string name;
    std::vector<Value> arguments;
    bool any_result = false;
    std::int64_t result = 0;
    std::string error;  ///< "EAGAIN"; empty if it succeeds
};

/// One TCP option as written or as sent. Sequence numbers in SACK blocks are the script's.
struct Option {
    enum class Kind : std::uint8_t {
        End,
        Nop,
        Mss,
        WindowScale,
        SackPermitted,
        Sack,
        Timestamps,
        FastOpen,
        FastOpenExperimental,
        AccurateEcn0,  ///< counters of ECT(0), CE, ECT(1)
        AccurateEcn1,  ///< of ECT(1), CE, ECT(0)
        Md5
    };
    Kind kind = Kind::Nop;
    std::uint32_t value = 0, echo = 0;  ///< MSS, shift, TSval; TSecr
    std::vector<wire::SackBlock> blocks;
    std::vector<std::uint8_t> cookie;     ///< or the digest of Md5
    std::vector<std::uint32_t> counters;  ///< of accurate ECN
    bool operator==(const Option&) const = default;
};
using OptionList = std::vector<Option>;

/// A TCP packet as a script writes it, and as it is shown: numbers relative to both first SYNs.
struct PacketText {
    std::uint16_t flags = 0;
    std::uint32_t sequence = 0, end = 0, length = 0;
    std::optional<std::uint32_t> ack, window, urgent, ttl, tos;
    std::optional<wire::Ecn> ecn;
    bool any_ect = false;      ///< [ect01]
    bool any_options = false;  ///< <...>
    OptionList options;
    std::optional<std::uint16_t> source_port, destination_port;
};

struct IcmpText {
    std::uint8_t type = 0, code = 0;
    std::uint16_t mtu = 0;
    bool is_error = false;  ///< of a kind that quotes a packet
    std::uint32_t quoted = 0;
};

struct Inbound {
    std::variant<PacketText, IcmpText> packet;
};
struct Outbound {
    PacketText packet;
};
struct Command {
    std::string text;
};
struct Code {
    std::string text;
};

/// When an event happens. Of relative times the base is when the event before has finished.
struct EventTime {
    enum class Kind : std::uint8_t { Absolute, Relative, Any, AbsoluteRange, RelativeRange };
    Kind kind = Kind::Absolute;
    Duration start, end;    ///< end: of ranges only
    bool blocking = false;  ///< `end` is when a system call returns
    Duration call_end;      ///< with `blocking`, from the same base as `start`
};

struct Event {
    Position at;
    EventTime time;
    std::variant<Inbound, Outbound, Syscall, Command, Code> action;
};

struct ScriptOption {
    Position at;
    std::string name, value;
};

struct Script {
    std::vector<ScriptOption> options;
    std::vector<Event> events;  ///< the init command is one of them, at time 0
};

/// Throws Stop. `defines` are replaced where a word stands for a value.
Script parse_script(std::string_view text, const std::map<std::string, std::string>& defines);

}  // namespace seedwire::drill
