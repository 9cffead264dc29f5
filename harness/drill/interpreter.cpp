// The order of work: one event after the other, each at its time. The rules are packetdrill's.
#include "harness/drill/interpreter.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/drill/comparison.h"
#include "harness/drill/constants.h"
#include "harness/drill/info_variables.h"
#include "harness/drill/machine.h"
#include "harness/drill/option_list.h"
#include "harness/drill/script_settings.h"
#include "harness/drill/syscalls.h"

namespace seedwire::drill {
namespace {

constexpr Duration kPatience = Duration::s(2);  // for a packet after its time
constexpr std::uint16_t kFirstRemotePort = 50000;
// Between a packet and the moment at which a real runner has seen it and goes on.
constexpr Duration kSniffing = Duration::us(10);

/// What the collections' runners define: cookies for the peer under the key of `defaults.sh` and
/// under a key of zeros, and words that differ with IPv6.
const std::map<std::string, std::string> kDefines = {{"TFO_COOKIE", "3021b9d889017eeb"},
                                                     {"TFO_COOKIE_ZERO", "b7c12350a90dc8f5"},
                                                     {"CODE", "host_unreachable"},
                                                     {"CMSG_LEVEL_IP", "SOL_IP"},
                                                     {"CMSG_TYPE_RECVERR", "IP_RECVERR"}};

std::string seconds_text(Duration time) {
    return fmt::format("{:.6f} s", static_cast<double>(time.ns()) / 1e9);
}

class Interpreter {
public:
    Interpreter(const Script& script, const RunOptions& options)
        : script_{script},
          settings_{read_settings(script, options)},
          machine_{settings_.host.sysctls, settings_.local, settings_.host.ipv4_mtu()},
          syscalls_{machine_, settings_.host, settings_.remote, settings_.tolerance},
          start_{machine_.now()},
          base_{machine_.now()} {}

    void run() {
        for (const Event& event : script_.events) run_event(event);
        if (pending_) await_pending();
        run_all_code();
    }
    /// Null if it is not wanted.
    std::shared_ptr<Recording> record_if(bool wanted) {
        if (!wanted) return nullptr;
        auto recording = std::make_shared<Recording>(start_);
        machine_.record(recording.get());
        return recording;
    }
    std::string history() const { return machine_.history(start_); }
    Duration elapsed() const { return machine_.now() - start_; }

private:
    struct Pending {  // the blocking call in progress
        Syscall call;
        Operation operation;
        Position at;
        Time first, last;
        std::optional<socket::Result> result;
        Time ended;
    };
    struct Snippet {
        std::string text;
        Position at;
        Variables variables;
    };

    /// When an event is due: its time, or the range.
    struct Due {
        Time first, last;
        Duration since;  ///< the script's time since the event before
    };
    Due due(const EventTime& time) const {
        using Kind = EventTime::Kind;
        const bool relative = time.kind == Kind::Relative || time.kind == Kind::RelativeRange;
        const Time from = relative ? base_ : start_;
        const bool range = time.kind == Kind::AbsoluteRange || time.kind == Kind::RelativeRange;
        Due due;
        due.first = from + time.start;
        due.last = from + (range ? time.end : time.start);
        due.since = relative ? (range ? time.end : time.start)
                             : std::max(due.last - nominal_base(), Duration::zero());
        return due;
    }
    Time nominal_base() const { return nominal_ ? *nominal_ : start_; }

    void run_event(const Event& event) {
        if (const auto* outbound = std::get_if<Outbound>(&event.action)) {
            run_outbound(event, outbound->packet);
            return finish_event(event);
        }
        const Due when = due(event.time);
        machine_.advance_to(when.first);
        report_pending();
        if (!is_in_time(when.first, when.last, machine_.now(), when.since, settings_.tolerance))
            fail(event.at,
                 fmt::format("this event is {} late", seconds_text(machine_.now() - when.last)));
        if (const auto* inbound = std::get_if<Inbound>(&event.action)) {
            run_inbound(*inbound, event.at);
        } else if (const auto* call = std::get_if<Syscall>(&event.action)) {
            run_syscall(event, *call, when);
        } else if (const auto* command = std::get_if<Command>(&event.action)) {
            settings_.host.sleep = Duration::zero();
            settings_.host.forgets_paths = false;
            settings_.host.run_command(command->text, event.at);
            machine_.set_mtu(settings_.host.ipv4_mtu());
            if (settings_.host.forgets_paths) machine_.stack().forget_paths();
            machine_.advance_to(machine_.now() + settings_.host.sleep);
        } else if (const auto* code = std::get_if<Code>(&event.action)) {
            note_code(code->text, event.at);
        }
        report_pending();
        finish_event(event);
    }

    void finish_event(const Event& event) {
        if (event.time.kind != EventTime::Kind::Any) nominal_ = due(event.time).last;
        const bool sniffed = std::holds_alternative<Outbound>(event.action);
        base_ = machine_.now() + (sniffed ? kSniffing : Duration::zero());
    }

    // --- packets ---

    Connection& connection_for_inbound(Position at) {
        UnderTest& under = syscalls_.under_test();
        if (under.connection != nullptr) return *under.connection;
        if (under.socket == socket::kNoSocket)
            fail(at, "no socket is bound, listening or connecting that this packet could be for");
        const wire::SocketAddress peer{settings_.remote, next_remote_port_++};
        const std::uint16_t port = machine_.stack().local(under.socket).port;
        under.connection = &machine_.connections().add(peer, port);
        return *under.connection;
    }

    Connection& connection_with_ports(const PacketText& packet, Position at) {
        UnderTest& under = syscalls_.under_test();
        Connection* found =
            machine_.connections().find_named(*packet.source_port, *packet.destination_port);
        if (found == nullptr) {
            const socket::SocketId listener = syscalls_.listener_at(*packet.destination_port);
            const socket::SocketId own = listener != socket::kNoSocket ? listener : under.socket;
            if (own == socket::kNoSocket)
                fail(at, "no socket is bound or listening that this packet could be for");
            found = &machine_.connections().add({settings_.remote, *packet.source_port},
                                                machine_.stack().local(own).port);
            found->script_local_port = *packet.destination_port;
        }
        under.connection = found;
        return *found;
    }

    /// Packets with ports say whose they are; the others belong to what the script did last.
    Connection* connection_for_outbound(const PacketText& packet) {
        UnderTest& under = syscalls_.under_test();
        if (!packet.source_port) return under.connection;
        Connection* found =
            machine_.connections().find_named(*packet.destination_port, *packet.source_port);
        if (found != nullptr) under.connection = found;
        return found != nullptr ? found : under.connection;
    }

    void run_inbound(const Inbound& inbound, Position at) {
        const auto* named = std::get_if<PacketText>(&inbound.packet);
        Connection& connection = named != nullptr && named->source_port
                                     ? connection_with_ports(*named, at)
                                     : connection_for_inbound(at);
        if (const auto* packet = std::get_if<PacketText>(&inbound.packet)) {
            translate_echo(connection, *packet);
            machine_.inject(connection, *packet, at);
        } else {
            IcmpText icmp = std::get<IcmpText>(inbound.packet);
            const std::uint32_t longer = settings_.host.longer_header;
            if (icmp.mtu > longer) icmp.mtu = static_cast<std::uint16_t>(icmp.mtu - longer);
            machine_.inject_error(connection, icmp);
        }
    }

    /// --tcp_ts_ecr_scaled: echoes that no packet carried are interpolated.
    void translate_echo(Connection& connection, const PacketText& packet) {
        if (!settings_.scaled_echo) return;
        const Option* option = find_option(packet.options, Option::Kind::Timestamps);
        if (option == nullptr || option->echo == 0 || connection.timestamps.live(option->echo))
            return;
        if (const auto live = connection.timestamps.scaled(option->echo))
            connection.timestamps.note(option->echo, *live);
    }

    void run_outbound(const Event& event, const PacketText& written) {
        const bool any_time = event.time.kind == EventTime::Kind::Any;
        const Due when = any_time ? Due{machine_.now(), machine_.now(), {}} : due(event.time);
        const Time limit = std::max(when.last, machine_.now()) + kPatience +
                           tolerated(when.since, settings_.tolerance);
        Connection* connection = connection_for_outbound(written);
        if (connection == nullptr)
            fail(event.at, "no connection could send this packet: " + to_string(written));
        const PacketText expected = connection->normalised(written);
        const SentPacket real = next_packet(*connection, expected, limit, event.at);
        check_fields(expected, real, event.at);
        if (!any_time &&
            !is_in_time(when.first, when.last, real.at, when.since, settings_.tolerance))
            fail(event.at, time_message(when, real.at), both(expected, real.text));
        note_timestamp(*connection, expected, real, event.at);
        report_pending();
    }

    SentPacket take(Connection& connection, const PacketText& expected, Time limit, Position at,
                    const SentPacket* begun) {
        if (!machine_.wait_for_packet(connection, limit)) {
            std::string details = "    expected  " + to_string(expected) + "\n";
            details += begun != nullptr ? "    only      " + to_string(begun->text) + "\n"
                                        : "    no packet was sent\n";
            fail(at, "timed out: no packet until " + seconds_text(limit - start_), details);
        }
        SentPacket packet = std::move(connection.sent.front());
        connection.sent.pop_front();
        return packet;
    }

    /// The next packet, with those behind it merged into it as far as was expected.
    SentPacket next_packet(Connection& connection, const PacketText& expected, Time limit,
                           Position at) {
        Pieces pieces{take(connection, expected, limit, at, nullptr)};
        if (settings_.strict || pieces.merged.text.length == 0) return pieces.merged;
        while (pieces.merged.text.length < expected.length) {
            // A piece that differs for another reason needs no second one to be wrong.
            if (pieces.merged.text.sequence != expected.sequence) break;
            const SentPacket next = take(connection, expected, limit, at, &pieces.merged);
            if (!pieces.fits(next))
                fail(at, "the packet that follows cannot be a part of the one expected",
                     both(expected, pieces.merged.text) + "    followed by " +
                         to_string(next.text) + "\n");
            pieces.add(next);
        }
        return pieces.merged;
    }

    static std::string both(const PacketText& expected, const PacketText& real) {
        return fmt::format("    expected  {}\n    real      {}\n", to_string(expected),
                           to_string(real));
    }

    static void check_fields(const PacketText& expected, const SentPacket& real, Position at) {
        const std::vector<FieldComparison> fields = compare(expected, real.text);
        if (!differ(fields)) return;
        fail(at, "unexpected packet: " + names_of_different(fields),
             both(expected, real.text) + table(fields));
    }

    std::string time_message(const Due& when, Time real) const {
        std::string expected = seconds_text(when.first - start_);
        if (when.last != when.first) expected += " to " + seconds_text(when.last - start_);
        return fmt::format("expected at {}, sent at {}; {} are tolerated", expected,
                           seconds_text(real - start_),
                           seconds_text(tolerated(when.since, settings_.tolerance)));
    }

    void note_timestamp(Connection& connection, const PacketText& expected, const SentPacket& real,
                        Position at) {
        const Option* option = find_option(expected.options, Option::Kind::Timestamps);
        if (option == nullptr) return;
        connection.timestamps.note(option->value, real.live_timestamp);
        if (settings_.timestamp_tick == Duration::zero()) return;
        const std::int32_t late =
            connection.timestamps.ticks_late(option->value, real.live_timestamp);
        const Duration off = settings_.timestamp_tick * (late < 0 ? -late : late);
        if (off > settings_.tolerance)
            fail(at,
                 fmt::format("TSval is {} ticks {}", late < 0 ? -late : late,
                             late < 0 ? "too small" : "too large"),
                 both(expected, real.text));
    }

    // --- calls ---

    void run_syscall(const Event& event, const Syscall& call, const Due& when) {
        if (pending_) await_pending();
        Operation operation = syscalls_.prepare(call, event.at);
        const auto result = operation.attempt(machine_.now());
        machine_.collect();
        if (!event.time.blocking) {
            if (!result)
                fail(event.at, fmt::format("{}() blocks, but has no end time (t...t)", call.name));
            return check_result(call, operation, *result, event.at);
        }
        const bool relative = event.time.kind == EventTime::Kind::Relative;
        const Time from = relative ? when.first - event.time.start : start_;
        Pending pending{call,          std::move(operation),       event.at,
                        when.first,    from + event.time.call_end, result,
                        machine_.now()};
        pending_ = std::make_unique<Pending>(std::move(pending));
        if (result) return;
        machine_.wait(
            [p = pending_.get()](Time now) {
                p->result = p->operation.attempt(now);
                p->ended = now;
                return p->result.has_value();
            },
            pending_->operation.deadline);
    }

    /// The call in progress must come to its end.
    void await_pending() {
        machine_.wait_for_waiter(std::max(pending_->last, machine_.now()) + kPatience);
        if (!pending_->result)
            fail(pending_->at, fmt::format("{}() is still blocked", pending_->call.name));
        report_pending();
    }

    /// Judges the call in progress if it has ended.
    void report_pending() {
        if (!pending_ || !pending_->result) return;
        const std::unique_ptr<Pending> done = std::move(pending_);
        if (!is_in_time(done->last, done->last, done->ended, done->last - done->first,
                        settings_.tolerance))
            fail(done->at, fmt::format("{}() was expected to return at {}, it returned at {}",
                                       done->call.name, seconds_text(done->last - start_),
                                       seconds_text(done->ended - start_)));
        check_result(done->call, done->operation, *done->result, done->at);
    }

    static std::string result_text(std::int64_t value, std::string_view error) {
        return error.empty() ? fmt::format("{}", value) : fmt::format("-1 {}", error);
    }

    static void check_result(const Syscall& call, const Operation& operation,
                             const socket::Result& real, Position at) {
        if (call.any_result) return;
        if (call.result == -1 && call.error.empty() && !real.ok()) return;  // any error will do
        const std::int64_t expected = call.error.empty() ? 0 : error_number(call.error, at);
        const std::int64_t value = real.ok() ? real.value : -1;
        if (tcp::number(real.error) != expected || (real.ok() && value != call.result))
            fail(at, fmt::format("{}() was expected to return {}, it returned {}", call.name,
                                 result_text(call.result, call.error),
                                 result_text(value, real.ok() ? std::string_view{}
                                                              : tcp::to_string(real.error))));
        if (real.ok()) operation.verify();
    }

    // --- code ---

    tcp::Info info_of(socket::SocketId id) {
        tcp::Info info = machine_.stack().info(machine_.now(), id);
        if (info.pmtu != 0) info.pmtu += settings_.host.longer_header;
        return info;
    }

    void note_code(const std::string& text, Position at) {
        Snippet snippet{text, at, {}};
        const socket::SocketId id = syscalls_.observed();
        if (id != socket::kNoSocket) set_info_variables(info_of(id), snippet.variables);
        snippets_.push_back(std::move(snippet));
    }

    /// All code runs at the end, as one program in which tcp_info changes from snippet to snippet.
    void run_all_code() {
        Variables variables;
        set_constants(variables);
        for (const Snippet& snippet : snippets_) {
            for (const auto& [name, value] : snippet.variables) variables[name] = value;
            const Position inside{snippet.at.line, snippet.at.column + 2};
            run_code(snippet.text, inside, variables);
        }
    }

    const Script& script_;
    ScriptSettings settings_;
    Machine machine_;
    Syscalls syscalls_;
    Time start_, base_;
    std::optional<Time> nominal_;
    std::uint16_t next_remote_port_ = kFirstRemotePort;
    std::unique_ptr<Pending> pending_;
    std::vector<Snippet> snippets_;
};

Outcome outcome_of(const Stop& stop) {
    Outcome outcome;
    outcome.status = stop.kind == Stop::Kind::Failed ? Status::Failed : Status::Unsupported;
    outcome.at = stop.at;
    outcome.message = stop.message;
    outcome.details = stop.details;
    return outcome;
}

}  // namespace

std::string_view to_string(Status status) {
    switch (status) {
        case Status::Passed:
            return "passed";
        case Status::Failed:
            return "failed";
        case Status::Unsupported:
            return "unsupported";
    }
    return "";
}

namespace {

Outcome run_parsed(std::string_view text, const RunOptions& options) {
    try {
        std::map<std::string, std::string> defines = kDefines;
        for (const auto& [name, value] : options.defines) defines[name] = value;
        const Script script = parse_script(text, defines);
        Interpreter interpreter{script, options};
        Outcome outcome;
        std::shared_ptr<Recording> recording = interpreter.record_if(options.record);
        try {
            interpreter.run();
        } catch (const Stop& stop) {
            outcome = outcome_of(stop);
            const std::string history = interpreter.history();
            if (!history.empty()) outcome.details += "  last packets:\n" + history;
        }
        outcome.simulated = interpreter.elapsed();
        outcome.recording = std::move(recording);
        return outcome;
    } catch (const Stop& stop) {
        return outcome_of(stop);
    }
}

}  // namespace

Outcome run_script(std::string_view text, const RunOptions& options) {
    Outcome outcome = run_parsed(text, options);
    outcome.profile = options.profile;
    return outcome;
}

}  // namespace seedwire::drill
