// Scripts: options, then events, each a time and an action.
#include "harness/drill/parser.h"

#include <fmt/format.h>

namespace seedwire::drill {
namespace {

ScriptOption parse_option(Lexer& lexer) {
    ScriptOption option;
    option.at = lexer.position();
    lexer.expect("--");
    const std::string line = lexer.rest_of_line();
    const std::size_t equals = line.find('=');
    option.name = line.substr(0, equals);
    if (equals != std::string::npos) option.value = line.substr(equals + 1);
    return option;
}

Command parse_command(Lexer& lexer) {
    lexer.expect("`");
    return Command{lexer.raw_until("`", "command")};
}

Event parse_packet_event(Lexer& lexer, const Defines& defines, Event event) {
    const bool inbound = lexer.peek() == '<';
    lexer.expect(inbound ? "<" : ">");
    if (lexer.looking_at("icmp")) {
        if (!inbound) unsupported(lexer.position(), "ICMP packets can only be injected");
        lexer.word();
        event.action = Inbound{parse_icmp(lexer, defines)};
        return event;
    }
    if (lexer.looking_at("udp") || lexer.looking_at("ipv4") || lexer.looking_at("ipv6") ||
        lexer.looking_at("gre") || lexer.looking_at("mpls"))
        unsupported(lexer.position(), "only TCP and ICMP packets can be written");
    PacketText packet = parse_packet(lexer, defines);
    if (inbound) {
        event.action = Inbound{std::move(packet)};
    } else {
        event.action = Outbound{std::move(packet)};
    }
    return event;
}

Event parse_event(Lexer& lexer, const Defines& defines) {
    Event event;
    event.at = lexer.position();
    event.time = parse_time(lexer);
    event.at = lexer.position();
    const bool outbound = lexer.peek() == '>';
    using Kind = EventTime::Kind;
    const Kind kind = event.time.kind;
    if (!outbound &&
        (kind == Kind::Any || kind == Kind::AbsoluteRange || kind == Kind::RelativeRange))
        fail(event.at, "only packets that are expected may have a range or '*' as their time");
    if (lexer.peek() == '`') {
        event.action = parse_command(lexer);
    } else if (lexer.accept("%{")) {
        event.action = Code{lexer.raw_until("}%", "code")};
    } else if (lexer.peek() == '<' || outbound) {
        event = parse_packet_event(lexer, defines, std::move(event));
    } else if (lexer.at_word()) {
        event.action = parse_syscall(lexer);
    } else {
        fail(event.at, "a packet, a system call, a command or code is missing here");
    }
    if (event.time.blocking && !std::holds_alternative<Syscall>(event.action))
        fail(event.at, "only system calls have an end time");
    return event;
}

}  // namespace

EventTime parse_time(Lexer& lexer) {
    const auto seconds = [&](std::string_view what) {
        const Position at = lexer.position();
        const auto value = lexer.seconds();
        if (!value) fail(at, fmt::format("{} is missing here", what));
        return *value;
    };
    EventTime time;
    if (lexer.accept("*")) {
        time.kind = EventTime::Kind::Any;
        return time;
    }
    const bool relative = lexer.accept("+");
    time.start = seconds("the time of an event");
    time.kind = relative ? EventTime::Kind::Relative : EventTime::Kind::Absolute;
    if (lexer.accept("~")) {
        const Position at = lexer.position();
        if (lexer.accept("+") != relative)
            fail(at, "both ends of a range must be relative, or neither");
        time.end = seconds("the end of the range");
        time.kind = relative ? EventTime::Kind::RelativeRange : EventTime::Kind::AbsoluteRange;
        if (time.end < time.start) fail(at, "this range ends before it starts");
    } else if (lexer.accept("...")) {
        lexer.accept("+");
        time.blocking = true;
        time.call_end = seconds("the end of the system call");
    }
    return time;
}

Script parse_script(std::string_view text, const std::map<std::string, std::string>& defines) {
    const std::string resolved = resolve_conditions(text, defines);
    Lexer lexer{resolved};
    Script script;
    Defines all = defines;
    while (lexer.looking_at("--")) {
        script.options.push_back(parse_option(lexer));
        const ScriptOption& option = script.options.back();
        if (option.name != "define") continue;
        const std::size_t equals = option.value.find('=');
        if (equals != std::string::npos)
            all[option.value.substr(0, equals)] = option.value.substr(equals + 1);
    }
    if (lexer.peek() == '`') {
        Event init;
        init.at = lexer.position();
        init.action = parse_command(lexer);
        script.events.push_back(std::move(init));
    }
    while (!lexer.at_end()) {
        if (lexer.peek() == '`') {  // the cleanup command, at the end
            parse_command(lexer);
            if (!lexer.at_end()) fail(lexer.position(), "the cleanup command must be the last");
            break;
        }
        script.events.push_back(parse_event(lexer, all));
    }
    if (script.events.empty()) fail(lexer.position(), "this script has no events");
    return script;
}

}  // namespace seedwire::drill
