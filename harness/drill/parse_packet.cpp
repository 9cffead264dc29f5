// Packets as scripts write them: "[ect0] P. 1:1001(1000) ack 1 win 257 <nop,nop,TS val 1 ecr 2>".
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/drill/option_list.h"
#include "harness/drill/parser.h"
#include "models/wire/tcp_options.h"

namespace seedwire::drill {
namespace {

namespace flag = wire::flag;

void parse_ip_item(Lexer& lexer, PacketText& packet) {
    const Position at = lexer.position();
    const std::string word = lexer.expect_word("a property of the IP header");
    if (word == "noecn") {
        packet.ecn = wire::Ecn::NotEct;
    } else if (word == "ect0") {
        packet.ecn = wire::Ecn::Ect0;
    } else if (word == "ect1") {
        packet.ecn = wire::Ecn::Ect1;
    } else if (word == "ce") {
        packet.ecn = wire::Ecn::Ce;
    } else if (word == "ect01") {
        packet.any_ect = true;
    } else if (word == "tos") {
        const auto tos = static_cast<std::uint32_t>(lexer.expect_integer("the TOS byte"));
        if (tos > UINT8_MAX) fail(at, "the TOS byte is at most 255");
        packet.ecn = static_cast<wire::Ecn>(tos & 3);
        packet.tos = tos & ~3U;
    } else if (word == "flowlabel") {
        lexer.expect_integer("the flow label");  // of IPv6: nothing here depends on it
    } else if (word == "ttl") {
        packet.ttl = static_cast<std::uint32_t>(lexer.expect_integer("the TTL"));
    } else {
        unsupported(at, fmt::format("'{}' in the IP header is not known here", word));
    }
}

std::uint16_t parse_port(Lexer& lexer) {
    const Position at = lexer.position();
    const std::int64_t port = lexer.expect_integer("a port");
    if (port < 1 || port > UINT16_MAX) fail(at, fmt::format("{} is no port", port));
    return static_cast<std::uint16_t>(port);
}

std::uint16_t parse_flags(Lexer& lexer) {
    const Position at = lexer.position();
    const std::string text = lexer.blob();
    if (text.empty()) fail(at, "the flags of the packet are missing here");
    if (text == "-") return 0;
    std::uint32_t flags = 0;
    for (const char c : text) {
        constexpr std::string_view kLetters = "FSRP.UEWA";
        const std::size_t index = kLetters.find(c);
        if (index != std::string_view::npos) {
            flags |= 1U << index;
        } else if (c >= '0' && c <= '7') {
            // RFC 9768 §3.2.2: a counter in AE, CWR and ECE, in this order.
            const auto count = static_cast<std::uint32_t>(c - '0');
            if ((count & 4) != 0) flags |= flag::kAe;
            if ((count & 2) != 0) flags |= flag::kCwr;
            if ((count & 1) != 0) flags |= flag::kEce;
        } else {
            fail(at, fmt::format("'{}' is no flag; they are F S R P . U E W A and -", c));
        }
    }
    return static_cast<std::uint16_t>(flags);
}

std::vector<std::uint8_t> parse_cookie(Lexer& lexer, const Defines& defines) {
    const Position at = lexer.position();
    std::string digits;
    if (lexer.looking_at(",") || lexer.looking_at(">")) return {};
    digits = lexer.hexadecimal();
    const std::string word = lexer.word();
    if (!word.empty()) {
        const auto found = defines.find(digits + word);
        if (found == defines.end())
            fail(at, fmt::format("'{}' is neither a cookie nor defined", digits + word));
        digits = found->second;
    }
    if (digits.size() % 2 != 0) fail(at, "a cookie has two hexadecimal digits for each byte");
    std::vector<std::uint8_t> cookie;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        cookie.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return cookie;
}

/// "ECN e1b 1 ceb 0 e0b 1": which counter comes first tells the kind; later ones may be missing.
void parse_counters(Lexer& lexer, Option& option) {
    const Position at = lexer.position();
    const bool ect1_first = lexer.looking_at("e1b");
    option.kind = ect1_first ? Option::Kind::AccurateEcn1 : Option::Kind::AccurateEcn0;
    for (const std::string_view name :
         {ect1_first ? "e1b" : "e0b", "ceb", ect1_first ? "e0b" : "e1b"}) {
        if (!lexer.accept(name)) break;
        option.counters.push_back(
            static_cast<std::uint32_t>(lexer.expect_integer("a number of bytes")) & 0xFFFFFF);
    }
    if (option.counters.empty()) fail(at, "this option begins with e0b or e1b");
}

Option parse_option(Lexer& lexer, const Defines& defines) {
    using Kind = Option::Kind;
    const Position at = lexer.position();
    const std::string word = lexer.expect_word("a TCP option");
    const auto number = [&](std::string_view purpose) {
        return static_cast<std::uint32_t>(lexer.expect_integer(purpose));
    };
    Option option;
    if (word == "nop") {
        option.kind = Kind::Nop;
    } else if (word == "eol") {
        option.kind = Kind::End;
    } else if (word == "mss") {
        option.kind = Kind::Mss;
        option.value = number("the MSS");
    } else if (word == "wscale") {
        option.kind = Kind::WindowScale;
        option.value = number("the shift");
    } else if (word == "sackOK") {
        option.kind = Kind::SackPermitted;
    } else if (word == "sack") {
        option.kind = Kind::Sack;
        while (lexer.peek() >= '0' && lexer.peek() <= '9') {
            const std::uint32_t left = number("a sequence number");
            lexer.expect(":");
            option.blocks.push_back(
                {wire::SeqNum{left}, wire::SeqNum{number("a sequence number")}});
        }
        if (option.blocks.empty() || option.blocks.size() > 4)
            fail(at, "an option has one to four SACK blocks");
    } else if (word == "TS") {
        option.kind = Kind::Timestamps;
        lexer.expect("val");
        option.value = number("the timestamp");
        lexer.expect("ecr");
        option.echo = number("the echoed timestamp");
    } else if (word == "md5") {
        constexpr std::size_t kDigest = 16;
        option.kind = Kind::Md5;
        option.cookie = parse_cookie(lexer, defines);
        if (option.cookie.size() != kDigest) fail(at, "an MD5 digest has 16 bytes");
    } else if (word == "ECN") {
        parse_counters(lexer, option);
    } else if (word == "FO" || word == "FOEXP") {
        option.kind = word == "FO" ? Kind::FastOpen : Kind::FastOpenExperimental;
        option.cookie = parse_cookie(lexer, defines);
    } else {
        unsupported(at, fmt::format("TCP option '{}' is not known here", word));
    }
    return option;
}

struct NamedNumber {
    std::string_view name;
    std::uint8_t number;
};
constexpr std::array kTypes = {
    NamedNumber{"packet_too_big", 3},  // of ICMPv6: what frag_needed is
    NamedNumber{"echo_reply", 0},          NamedNumber{"unreachable", 3},
    NamedNumber{"source_quench", 4},       NamedNumber{"redirect", 5},
    NamedNumber{"echo_request", 8},        NamedNumber{"time_exceeded", 11},
    NamedNumber{"parameter_problem", 12},  NamedNumber{"timestamp_request", 13},
    NamedNumber{"timestamp_reply", 14},    NamedNumber{"information_request", 15},
    NamedNumber{"information_reply", 16},  NamedNumber{"address_mask_request", 17},
    NamedNumber{"address_mask_reply", 18},
};
constexpr std::array kUnreachableCodes = {
    NamedNumber{"net_unreachable", 0},
    NamedNumber{"host_unreachable", 1},
    NamedNumber{"protocol_unreachable", 2},
    NamedNumber{"port_unreachable", 3},
    NamedNumber{"frag_needed", 4},
    NamedNumber{"source_route_failed", 5},
    NamedNumber{"net_unknown", 6},
    NamedNumber{"host_unknown", 7},
    NamedNumber{"source_host_isolated", 8},
    NamedNumber{"net_prohibited", 9},
    NamedNumber{"host_prohibited", 10},
    NamedNumber{"net_unreachable_for_tos", 11},
    NamedNumber{"host_unreachable_for_tos", 12},
    NamedNumber{"packet_filtered", 13},
    NamedNumber{"precedence_violation", 14},
    NamedNumber{"precedence_cutoff", 15},
    // ICMPv6 has fewer and calls them otherwise. RFC 4443 §3.1.
    NamedNumber{"no_route", 0},
    NamedNumber{"noroute", 0},
    NamedNumber{"address_unreachable", 1},
};

template <typename Table>
std::uint8_t icmp_number(Position at, const std::string& word, std::string_view prefix,
                         const Table& table) {
    for (const NamedNumber& row : table)
        if (row.name == word) return row.number;
    if (word.starts_with(prefix) && word.size() > prefix.size() &&
        std::all_of(word.begin() + static_cast<std::ptrdiff_t>(prefix.size()), word.end(),
                    [](char c) { return c >= '0' && c <= '9'; }))
        return static_cast<std::uint8_t>(std::stoul(word.substr(prefix.size())));
    unsupported(at, fmt::format("'{}' is no ICMP type or code known here", word));
}

}  // namespace

void parse_options(Lexer& lexer, const Defines& defines, PacketText& packet) {
    const Position at = lexer.position();
    if (lexer.accept("...")) {
        packet.any_options = true;
        return lexer.expect(">");
    }
    while (!lexer.looking_at(">")) {
        packet.options.push_back(parse_option(lexer, defines));
        if (!lexer.accept(",")) break;
    }
    lexer.expect(">");
    const std::size_t bytes = to_bytes(packet.options).size();
    if (bytes % 4 != 0 || bytes > wire::kMaximumOptionBytes)
        fail(at, fmt::format("these options take {} bytes; it must be a multiple of 4 up to 40",
                             bytes));
}

PacketText parse_packet(Lexer& lexer, const Defines& defines) {
    PacketText packet;
    if (lexer.accept("[")) {
        do parse_ip_item(lexer, packet);
        while (lexer.accept(","));
        lexer.expect("]");
    }
    if (lexer.integer_then(">")) {
        packet.source_port = parse_port(lexer);
        lexer.expect(">");
        packet.destination_port = parse_port(lexer);
    }
    packet.flags = parse_flags(lexer);
    const Position at = lexer.position();
    const auto number = [&](std::string_view purpose) {
        return static_cast<std::uint32_t>(lexer.expect_integer(purpose));
    };
    packet.sequence = number("the sequence number");
    lexer.expect(":");
    packet.end = number("the end of the sequence");
    lexer.expect("(");
    packet.length = number("the payload length");
    lexer.expect(")");
    if (packet.sequence + packet.length != packet.end)
        fail(at, "the numbers before ':' and '(' must differ by the payload length");
    if (lexer.accept("ack")) packet.ack = number("the acknowledgement number");
    if (lexer.accept("win")) packet.window = number("the window");
    if (lexer.accept("urg")) packet.urgent = number("the urgent pointer");
    // The number is there in any case; the flag says whether it means something.
    if ((packet.flags & flag::kAck) != 0 && !packet.ack) packet.ack = 0;
    if (lexer.accept("<")) parse_options(lexer, defines, packet);
    return packet;
}

namespace {

std::string defined(const std::string& word, const Defines& defines) {
    const auto found = defines.find(word);
    return found == defines.end() ? word : found->second;
}

}  // namespace

IcmpText parse_icmp(Lexer& lexer, const Defines& defines) {
    IcmpText icmp;
    Position at = lexer.position();
    constexpr std::uint8_t kFragmentationNeeded = 4;
    const std::string kind = lexer.expect_word("an ICMP type");
    icmp.type = icmp_number(at, kind, "type_", kTypes);
    if (kind == "packet_too_big") icmp.code = kFragmentationNeeded;
    at = lexer.position();
    if (lexer.at_word() && !lexer.looking_at("mtu"))
        icmp.code = icmp_number(at, defined(lexer.word(), defines), "code_", kUnreachableCodes);
    if (lexer.accept("mtu")) icmp.mtu = static_cast<std::uint16_t>(lexer.expect_integer("the MTU"));
    icmp.is_error = icmp.type >= 3 && icmp.type <= 12 && icmp.type != 8;
    if (lexer.accept("[")) {
        icmp.quoted = static_cast<std::uint32_t>(lexer.expect_integer("the quoted sequence"));
        lexer.expect(":");
        lexer.expect_integer("the end of the quoted sequence");
        lexer.expect("(");
        lexer.expect_integer("the quoted length");
        lexer.expect(")");
        lexer.expect("]");
    }
    return icmp;
}

}  // namespace seedwire::drill
