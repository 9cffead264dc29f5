// What must hold afterwards, as values. Grammar in expectation_parser.cpp, meaning in
// harness/judge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/scenario/diagnostics.h"
#include "models/tcp/info.h"
#include "models/trace/records.h"
#include "sim/base/time.h"

namespace seedwire::scenario {

enum class Relation : std::uint8_t { Less, AtMost, Equal, NotEqual, AtLeast, Greater };

/// Units of values in expectations; comparisons need the same on both sides.
enum class Unit : std::uint8_t {
    Count,
    Nanoseconds,
    Bytes,
    BitsPerSecond,
    Ratio,
    Packets,
    RoundTrips
};

/// A fraction of integers, so that no value is rounded before it is compared.
struct Value {
    std::int64_t numerator = 0;
    std::int64_t denominator = 1;
    Unit unit = Unit::Count;
};

/// A part of the run: what happens behind `from` (or at the start), up to and at `until`.
struct Window {
    Duration from = Duration::zero(), until = Duration::max();
    bool is_whole() const { return from == Duration::zero() && until == Duration::max(); }
    bool contains(Time at) const {
        const Duration since = at.since_start();
        return (since > from || from == Duration::zero()) && since <= until;
    }
    bool operator==(const Window&) const = default;
};

/// A measured thing by its path, e.g. {"download", -1, "goodput"}, {"line", "down.queue.sojourn"}
/// with function "p99". The loader has checked that subject and key exist.
struct Metric {
    enum class Subject : std::uint8_t { Flow, Program, Link, Node, Fault };
    std::uint32_t id = 0;  ///< among all metrics of a scenario's expectations
    Subject subject = Subject::Flow;
    std::uint32_t index = 0;    ///< into the scenario's flows, programs, links, nodes, faults
    std::int32_t ordinal = -1;  ///< `flow[k]`; -1 = all connections together
    std::string key;            ///< "goodput", "up.queue.sojourn", "client.cwnd"
    std::string function;       ///< "", "min", "max", "mean", "p50", "p95", "p99", "last", "at"
    std::string text;           ///< as written, for messages
    Window window;              ///< measured over this part of the run
    Duration moment;            ///< of the function "at"
    /// The function is over the connections of a flow, each of which has one value.
    bool of_connections = false;
};
using Operand = std::variant<Metric, Value>;

/// One end of one connection.
struct End {
    std::uint32_t flow = 0;  ///< index of the flow; programs follow behind the flows
    std::int32_t ordinal = -1;
    bool client = true;
    std::string text;
};

struct Comparison {
    Operand left, right;
    Relation relation = Relation::Equal;
    /// `+- 2 %` (Unit::Ratio, of the right side) or `+- 5 ms`: how far the bound moves outwards.
    std::optional<Value> tolerance = {};
};
/// `download completes within 10 s`; `after 5 s everything completes within 10 s`: what is not
/// complete at `after` is so at `after` + `within`. Moments of the run, not of the flow.
struct Completes {
    std::optional<std::uint32_t> flow;  ///< none: all flows and programs
    Duration after, within = Duration::max();
};
/// `hello.client reaches ESTABLISHED within 41 ms`
struct Reaches {
    End end;
    tcp::State state = tcp::State::Established;
    Duration within = Duration::max();
    Duration after = Duration::zero();  ///< no sooner; both from the opening of the connection
};
/// `hello.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED]`: exactly these, in this order, at the
/// start of the connection's life; TIME-WAIT and CLOSED at its end may be left out.
struct Passes {
    End end;
    std::vector<tcp::State> states;
};
/// `hello.segments == [client SYN, server SYN+ACK lost, ...]`; `*` and `...` may be of one side
/// (`client ...`), and `*` may have a fate (`server * dropped by queue`).
struct Segments {
    /// What must have happened to a segment. Nothing asked for: it was not lost.
    struct Fate {
        bool lost = false;
        trace::DropReason reason = trace::DropReason::None;  ///< None: for whatever reason
        std::uint32_t fault = trace::kNoFault;               ///< by this entry of `faults`
        bool delayed = false, duplicated = false, reordered = false, marked = false;
        bool operator==(const Fate&) const = default;
    };
    struct Item {
        enum class Kind : std::uint8_t { Segment, AnyOne, AnyNumber };
        enum class Side : std::uint8_t { Client, Server, Either };
        Kind kind = Kind::Segment;
        Side side = Side::Either;
        std::uint16_t flags = 0;   ///< wire::flag bits, PSH ignored
        bool data = false;         ///< `DATA`: carries payload
        std::int64_t length = -1;  ///< `DATA(100)`; -1 = any
        Fate fate;
        std::string text;
    };
    std::uint32_t flow = 0;
    std::int32_t ordinal = -1;
    std::vector<Item> items;
};
/// `client never fails`, `client fails with ECONNRESET`
struct Fails {
    End end;
    bool never = true;
    tcp::Error error = tcp::Error::None;
};

struct Expectation {
    std::variant<Comparison, Reaches, Passes, Segments, Fails, Completes> what;
    SourceSpan where;
    std::string text;  ///< as written
};

}  // namespace seedwire::scenario
