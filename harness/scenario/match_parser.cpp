// Recursive descent to postfix steps, with the types of fields checked on the way.
#include "harness/scenario/match_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {
namespace {

using net::Field;
using net::Match;
using Operation = Match::Operation;

/// Parentheses and `!` within each other; the evaluation's stack is bounded as well.
constexpr int kMaximumNesting = 32;
constexpr std::size_t kMaximumSteps = 512;

bool is_node_field(Field field) {
    return field == Field::SourceNode || field == Field::DestinationNode;
}

class MatchParser {
public:
    MatchParser(const Node& node, const Names& names, Reporter& reporter)
        : in_{node, reporter}, names_{names} {}

    std::optional<Match> parse() {
        if (in_.at_end()) {
            in_.expected("a condition", "write for example tcp.syn");
            return std::nullopt;
        }
        if (!parse_or(0) || !in_.finish()) return std::nullopt;
        if (deepest_ > Match::kMaximumDepth || steps_.size() > kMaximumSteps) {
            in_.fail({Token::Kind::Word, in_.node().text, 0}, error_id::kTooComplex,
                     "the condition is too long");
            return std::nullopt;
        }
        return Match{std::move(steps_)};
    }

private:
    bool parse_or(int nesting);
    bool parse_and(int nesting);
    bool parse_not(int nesting);
    bool parse_test();
    bool parse_covers();
    bool parse_comparison(const Token& name, const FieldName& field);
    bool parse_range(const Token& low);
    bool parse_value(const FieldName& field);
    bool parse_node();
    bool parse_flow(Operation relation);
    bool parse_number(std::int64_t& value);
    std::optional<Operation> take_relation();
    Token take_name();
    bool fail_unknown_field(const Token& name);

    void push(Operation operation, Field field = Field::TcpSyn, std::int64_t number = 0) {
        steps_.push_back({operation, field, number});
        switch (operation) {
            case Operation::PushField:
            case Operation::PushNumber:
                ++depth_;
                break;
            case Operation::InRange:
                depth_ -= 2;
                break;
            case Operation::Covers:
            case Operation::Not:
                break;
            default:
                --depth_;
        }
        deepest_ = std::max(deepest_, depth_);
    }

    TokenReader in_;
    const Names& names_;
    std::vector<Match::Step> steps_;
    std::size_t depth_ = 0, deepest_ = 0;
};

bool MatchParser::parse_or(int nesting) {
    if (!parse_and(nesting)) return false;
    while (in_.take("||")) {
        if (!parse_and(nesting)) return false;
        push(Operation::Or);
    }
    return true;
}

bool MatchParser::parse_and(int nesting) {
    if (!parse_not(nesting)) return false;
    while (in_.take("&&")) {
        if (!parse_not(nesting)) return false;
        push(Operation::And);
    }
    return true;
}

bool MatchParser::parse_not(int nesting) {
    if (nesting > kMaximumNesting)
        return in_.fail(in_.peek(), error_id::kTooComplex,
                        "too many parentheses within each other");
    if (in_.take("!")) {
        if (!parse_not(nesting + 1)) return false;
        push(Operation::Not);
        return true;
    }
    if (in_.take("(")) {
        if (!parse_or(nesting + 1)) return false;
        return in_.take(")") || in_.expected("')'");
    }
    return parse_test();
}

/// `a.b.c` as one token.
Token MatchParser::take_name() {
    const Token first = in_.next();
    std::size_t end = first.end();
    while (in_.peek().is(".") && in_.peek(1).kind == Token::Kind::Word) {
        in_.next();
        end = in_.next().end();
    }
    return {Token::Kind::Word, in_.text_between(first.offset, end), first.offset};
}

bool MatchParser::fail_unknown_field(const Token& name) {
    std::vector<std::string_view> known{"tcp.covers"};
    for (const FieldName& field : field_names()) known.push_back(field.name);
    std::string hint = did_you_mean(name.text, known);
    for (const NameTable* table : {&names_.flows, &names_.programs})
        if (table->find(name.text)) hint = fmt::format("write flow == {}", name.text);
    return in_.fail(name, error_id::kExpression, fmt::format("no field '{}'", name.text),
                    std::move(hint), "fields are " + list_of(known));
}

bool MatchParser::parse_test() {
    if (in_.peek().kind != Token::Kind::Word) {
        if (in_.peek().is("&") || in_.peek().is("|"))
            return in_.expected("a condition", "write && and ||");
        return in_.expected("a condition");
    }
    const Token name = take_name();
    if (name.text == "tcp.covers") return parse_covers();
    const auto& fields = field_names();
    const auto at = std::find_if(fields.begin(), fields.end(),
                                 [&](const FieldName& f) { return f.name == name.text; });
    if (at == fields.end()) return fail_unknown_field(name);
    return parse_comparison(name, *at);
}

bool MatchParser::parse_number(std::int64_t& value) {
    if (in_.peek().is("-")) return in_.expected("a number from 0");
    if (in_.peek().kind != Token::Kind::Number) return in_.expected("a number");
    const Token token = in_.take_quantity({"in", "and", "or"});
    Parsed<std::int64_t> parsed = parse_integer(token.text);
    if (!parsed && token.text.find_first_of("Bi") != std::string_view::npos)
        parsed = parse_base_units(Type::Bytes, token.text);
    if (!parsed) {
        const QuantityError& error = parsed.error;
        return in_.fail({token.kind, token.text.substr(error.offset, error.length),
                         token.offset + error.offset},
                        error_id::kBadValue, error.message, error.hint);
    }
    value = *parsed;
    return true;
}

bool MatchParser::parse_covers() {
    if (!in_.take("(")) return in_.expected("'('", "write tcp.covers(29201)");
    std::int64_t number = 0;
    if (!parse_number(number)) return false;
    push(Operation::PushNumber, Field::TcpSyn, number);
    push(Operation::Covers);
    return in_.take(")") || in_.expected("')'");
}

std::optional<Operation> MatchParser::take_relation() {
    if (in_.take("==")) return Operation::Equal;
    if (in_.take("!=")) return Operation::NotEqual;
    if (in_.take("<=")) return Operation::LessEqual;
    if (in_.take(">=")) return Operation::GreaterEqual;
    if (in_.take("<")) return Operation::Less;
    if (in_.take(">")) return Operation::Greater;
    return std::nullopt;
}

bool MatchParser::parse_node() {
    const Token name = in_.peek();
    if (name.kind != Token::Kind::Word) return in_.expected("the name of a host or router");
    in_.next();
    const auto index = names_.nodes.find(name.text);
    if (!index)
        return in_.fail(name, error_id::kUnknownName,
                        fmt::format("no host or router '{}'", name.text),
                        did_you_mean(name.text, names_.nodes.all()));
    push(Operation::PushNumber, Field::TcpSyn, *index);
    return true;
}

/// `download`, or `load[3]`: the flow, and which of its connections.
bool MatchParser::parse_flow(Operation relation) {
    const Token name = in_.peek();
    if (name.kind != Token::Kind::Word) return in_.expected("the name of a flow");
    in_.next();
    const auto flow = names_.flows.find(name.text);
    const auto program = names_.programs.find(name.text);
    if (!flow && !program) {
        std::vector<std::string_view> known = names_.flows.all();
        for (const std::string_view other : names_.programs.all()) known.push_back(other);
        return in_.fail(name, error_id::kUnknownName,
                        fmt::format("no flow or program '{}'", name.text),
                        did_you_mean(name.text, known));
    }
    const std::size_t index = flow ? *flow : names_.flows.size() + *program;
    push(Operation::PushNumber, Field::TcpSyn, static_cast<std::int64_t>(index));
    push(Operation::Equal);
    if (in_.take("[")) {
        std::int64_t ordinal = 0;
        if (!parse_number(ordinal)) return false;
        if (!in_.take("]")) return in_.expected("']'");
        push(Operation::PushField, Field::FlowIndex);
        push(Operation::PushNumber, Field::TcpSyn, ordinal);
        push(Operation::Equal);
        push(Operation::And);
    }
    if (relation == Operation::NotEqual) push(Operation::Not);
    return true;
}

bool MatchParser::parse_comparison(const Token& name, const FieldName& field) {
    const Token behind = in_.peek();
    const bool compared = behind.is("==") || behind.is("!=") || behind.is("<") || behind.is("<=") ||
                          behind.is(">") || behind.is(">=") || behind.is_word("in");
    if (!compared) {
        if (!field.is_flag && (behind.is("="))) return in_.expected("a comparison", "write ==");
        if (!field.is_flag)
            return in_.fail(name, error_id::kExpression,
                            fmt::format("{} is no condition", name.text),
                            is_node_field(field.field) || field.field == Field::Flow
                                ? fmt::format("write {} == name", name.text)
                                : fmt::format("compare it: {} > 0", name.text));
        push(Operation::PushField, field.field);
        return true;
    }
    // `tcp.ack` by itself is the flag, compared with something it is the number.
    const Field meant = name.text == "tcp.ack" ? Field::TcpAckNumber : field.field;
    push(Operation::PushField, meant);
    const bool named = is_node_field(meant) || meant == Field::Flow;
    if (in_.take_word("in")) {
        if (named) return in_.fail(behind, error_id::kExpression, "names have no order", "use ==");
        return parse_range(behind);
    }
    const Operation relation = *take_relation();
    if (named && relation != Operation::Equal && relation != Operation::NotEqual)
        return in_.fail(behind, error_id::kExpression, "names have no order", "use == or !=");
    if (meant == Field::Flow) return parse_flow(relation);
    if (is_node_field(meant)) {
        if (!parse_node()) return false;
        push(relation);
        return true;
    }
    std::int64_t low = 0;
    if (!parse_number(low)) return false;
    push(Operation::PushNumber, Field::TcpSyn, low);
    if (!in_.peek().is("..")) {
        push(relation);
        return true;
    }
    if (relation != Operation::Equal && relation != Operation::NotEqual)
        return in_.fail(behind, error_id::kExpression, "a range needs == or in");
    in_.next();
    std::int64_t high = 0;
    if (!parse_number(high)) return false;
    push(Operation::PushNumber, Field::TcpSyn, high);
    push(Operation::InRange);
    if (relation == Operation::NotEqual) push(Operation::Not);
    return true;
}

bool MatchParser::parse_range(const Token&) {
    std::int64_t low = 0, high = 0;
    if (!parse_number(low)) return false;
    if (!in_.take("..")) return in_.expected("'..'", "write 1..1000");
    const Token last = in_.peek();
    if (!parse_number(high)) return false;
    if (high < low)
        return in_.fail(last, error_id::kContradiction, "the range is empty",
                        "write the lesser first");
    push(Operation::PushNumber, Field::TcpSyn, low);
    push(Operation::PushNumber, Field::TcpSyn, high);
    push(Operation::InRange);
    return true;
}

}  // namespace

const std::vector<FieldName>& field_names() {
    static const std::vector<FieldName> names{
        {"tcp", Field::IsTcp, true, "a TCP segment"},
        {"udp", Field::IsUdp, true, "a UDP datagram"},
        {"icmp", Field::IsIcmp, true, "an ICMP message"},
        {"tcp.syn", Field::TcpSyn, true, "the flag SYN"},
        {"tcp.ack", Field::TcpAck, true,
         "the flag ACK; compared: the number acknowledged, SYN = 0"},
        {"tcp.fin", Field::TcpFin, true, "the flag FIN"},
        {"tcp.rst", Field::TcpRst, true, "the flag RST"},
        {"tcp.psh", Field::TcpPsh, true, "the flag PSH"},
        {"tcp.urg", Field::TcpUrg, true, "the flag URG"},
        {"tcp.ece", Field::TcpEce, true, "the flag ECE"},
        {"tcp.cwr", Field::TcpCwr, true, "the flag CWR"},
        {"tcp.seq", Field::TcpSeq, false, "sequence number, SYN = 0"},
        {"tcp.len", Field::TcpLength, false, "bytes of payload"},
        {"tcp.window", Field::TcpWindow, false, "window field as on the wire"},
        {"tcp.sack", Field::TcpSackBlocks, false, "number of SACK blocks"},
        {"udp.len", Field::UdpLength, false, "bytes of payload"},
        {"udp.number", Field::UdpNumber, false, "number of the datagram, from 0"},
        {"ip.len", Field::IpLength, false, "bytes of the packet"},
        {"ip.ttl", Field::IpTtl, false, "time to live"},
        {"ip.ecn", Field::IpEcn, false, "0 not ECT, 1 ECT(1), 2 ECT(0), 3 CE"},
        {"ip.protocol", Field::IpProtocol, false, "1 ICMP, 6 TCP, 17 UDP"},
        {"from", Field::SourceNode, false, "the host that sent it"},
        {"to", Field::DestinationNode, false, "the host it is for"},
        {"from.port", Field::SourcePort, false, "source port"},
        {"to.port", Field::DestinationPort, false, "destination port"},
        {"flow", Field::Flow, false, "the flow or program, or one connection: load[3]"},
        {"from_client", Field::FromClient, true, "sent by the end that opened"}};
    return names;
}

std::optional<net::Match> parse_match(const Node& node, const Names& names, Reporter& reporter) {
    if (!require_scalar(node, "match", "condition", reporter)) return std::nullopt;
    return MatchParser{node, names, reporter}.parse();
}

std::string print_match(const net::Match& match, const Scenario& scenario) {
    std::vector<std::string> stack;
    const auto pop = [&stack] {
        std::string text = std::move(stack.back());
        stack.pop_back();
        return text;
    };
    const auto name_of = [](Field field) {
        if (field == Field::TcpAckNumber) return std::string{"tcp.ack"};
        if (field == Field::FlowIndex) return std::string{"[]"};
        for (const FieldName& row : field_names())
            if (row.field == field) return std::string{row.name};
        return std::string{};
    };
    for (const Match::Step& step : match.steps()) {
        static constexpr std::string_view kRelations[] = {"==", "!=", "<", "<=", ">", ">="};
        switch (step.operation) {
            case Operation::PushField:
                stack.push_back(name_of(step.field));
                break;
            case Operation::PushNumber:
                stack.push_back(std::to_string(step.number));
                break;
            case Operation::InRange: {
                const std::string high = pop(), low = pop(), value = pop();
                stack.push_back(fmt::format("({} in {}..{})", value, low, high));
                break;
            }
            case Operation::Covers:
                stack.push_back(fmt::format("tcp.covers({})", pop()));
                break;
            case Operation::Not:
                stack.push_back(fmt::format("!{}", pop()));
                break;
            case Operation::And:
            case Operation::Or: {
                const std::string right = pop(), left = pop();
                const bool ordinal = right.starts_with("([] == ");
                if (ordinal)  // flow == name && its connection
                    stack.push_back(fmt::format("{}[{}])", left.substr(0, left.size() - 1),
                                                right.substr(7, right.size() - 8)));
                else
                    stack.push_back(fmt::format(
                        "({} {} {})", left, step.operation == Operation::And ? "&&" : "||", right));
                break;
            }
            default: {
                std::string right = pop();
                const std::string left = pop();
                const auto index =
                    static_cast<std::size_t>(std::strtoull(right.c_str(), nullptr, 10));
                if (left == "from" || left == "to") right = scenario.nodes[index].name;
                if (left == "flow")
                    right = index < scenario.flows.size()
                                ? scenario.flows[index].name
                                : scenario.programs[index - scenario.flows.size()].name;
                const auto relation = static_cast<std::size_t>(step.operation) -
                                      static_cast<std::size_t>(Operation::Equal);
                stack.push_back(fmt::format("({} {} {})", left, kRelations[relation], right));
            }
        }
    }
    return stack.empty() ? std::string{} : stack.back();
}

}  // namespace seedwire::scenario
