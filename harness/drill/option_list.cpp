// Option lists. RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413 §4.1.1, RFC 6994.
#include "harness/drill/option_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "models/wire/bytes.h"
#include "models/wire/tcp_options.h"

namespace seedwire::drill {
namespace {

using Kind = Option::Kind;

struct Row {
    Kind kind;
    std::uint8_t number;
    std::string_view name;
};
constexpr std::array kRows = {Row{Kind::End, 0, "eol"},
                              Row{Kind::Nop, 1, "nop"},
                              Row{Kind::Mss, 2, "mss"},
                              Row{Kind::WindowScale, 3, "wscale"},
                              Row{Kind::SackPermitted, 4, "sackOK"},
                              Row{Kind::Sack, 5, "sack"},
                              Row{Kind::Timestamps, 8, "TS"},
                              Row{Kind::FastOpen, 34, "FO"},
                              Row{Kind::FastOpenExperimental, 254, "FOEXP"},
                              Row{Kind::AccurateEcn0, 172, "ECN"},
                              Row{Kind::AccurateEcn1, 174, "ECN"},
                              Row{Kind::Md5, 19, "md5"}};
/// How scripts name the counters, in the order of each kind.
constexpr std::array<std::string_view, 3> kEct0First = {"e0b", "ceb", "e1b"};
constexpr std::array<std::string_view, 3> kEct1First = {"e1b", "ceb", "e0b"};
constexpr std::uint32_t kFastOpenMagic = 0xF989;

const Row& row_of(Kind kind) {
    return *std::find_if(kRows.begin(), kRows.end(),
                         [kind](const Row& row) { return row.kind == kind; });
}

void append16(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    bytes.resize(bytes.size() + 2);
    wire::put16(&bytes[bytes.size() - 2], value);
}
void append32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    bytes.resize(bytes.size() + 4);
    wire::put32(&bytes[bytes.size() - 4], value);
}

void append_body(std::vector<std::uint8_t>& bytes, const Option& option) {
    switch (option.kind) {
        case Kind::Mss:
            return append16(bytes, option.value);
        case Kind::WindowScale:
            return bytes.push_back(static_cast<std::uint8_t>(option.value));
        case Kind::Timestamps:
            append32(bytes, option.value);
            return append32(bytes, option.echo);
        case Kind::Sack:
            for (const wire::SackBlock& block : option.blocks) {
                append32(bytes, block.left.raw());
                append32(bytes, block.right.raw());
            }
            return;
        case Kind::FastOpenExperimental:
            append16(bytes, kFastOpenMagic);
            [[fallthrough]];
        case Kind::FastOpen:
        case Kind::Md5:
            bytes.insert(bytes.end(), option.cookie.begin(), option.cookie.end());
            return;
        case Kind::AccurateEcn0:
        case Kind::AccurateEcn1:
            for (const std::uint32_t counter : option.counters) {
                bytes.push_back(static_cast<std::uint8_t>(counter >> 16));
                append16(bytes, counter & 0xFFFF);
            }
            return;
        case Kind::End:
        case Kind::Nop:
        case Kind::SackPermitted:
            return;
    }
}

void read_body(Option& option, std::span<const std::uint8_t> body) {
    switch (option.kind) {
        case Kind::Mss:
            option.value = wire::get16(body.data());
            return;
        case Kind::WindowScale:
            option.value = body[0];
            return;
        case Kind::Timestamps:
            option.value = wire::get32(body.data());
            option.echo = wire::get32(body.data() + 4);
            return;
        case Kind::Sack:
            for (std::size_t at = 0; at + 8 <= body.size(); at += 8)
                option.blocks.push_back({wire::SeqNum{wire::get32(&body[at])},
                                         wire::SeqNum{wire::get32(&body[at + 4])}});
            return;
        case Kind::FastOpenExperimental:
            body = body.subspan(2);
            [[fallthrough]];
        case Kind::FastOpen:
        case Kind::Md5:
            option.cookie.assign(body.begin(), body.end());
            return;
        case Kind::AccurateEcn0:
        case Kind::AccurateEcn1:
            for (std::size_t at = 0; at + 3 <= body.size(); at += 3)
                option.counters.push_back(std::uint32_t{body[at]} << 16 |
                                          wire::get16(&body[at + 1]));
            return;
        case Kind::End:
        case Kind::Nop:
        case Kind::SackPermitted:
            return;
    }
}

std::string to_string(const Option& option) {
    const std::string_view name = name_of(option.kind);
    switch (option.kind) {
        case Kind::Mss:
        case Kind::WindowScale:
            return fmt::format("{} {}", name, option.value);
        case Kind::Timestamps:
            return fmt::format("{} val {} ecr {}", name, option.value, option.echo);
        case Kind::Sack: {
            std::string text{name};
            for (const wire::SackBlock& block : option.blocks)
                text += fmt::format(" {}:{}", block.left.raw(), block.right.raw());
            return text;
        }
        case Kind::AccurateEcn0:
        case Kind::AccurateEcn1: {
            std::string text{name};
            for (std::size_t i = 0; i < option.counters.size(); ++i)
                text += fmt::format(
                    " {} {}", (option.kind == Kind::AccurateEcn1 ? kEct1First : kEct0First)[i],
                    option.counters[i]);
            return text;
        }
        case Kind::FastOpen:
        case Kind::Md5:
        case Kind::FastOpenExperimental: {
            std::string text{name};
            if (!option.cookie.empty()) text += ' ';
            for (const std::uint8_t byte : option.cookie) text += fmt::format("{:02x}", byte);
            return text;
        }
        case Kind::End:
        case Kind::Nop:
        case Kind::SackPermitted:
            break;
    }
    return std::string{name};
}

bool same(const Option& expected, const Option& real) {
    if (expected.kind != real.kind) return false;
    if (expected.kind == Kind::Timestamps) return true;
    return expected == real;
}

}  // namespace

std::string_view name_of(Kind kind) { return row_of(kind).name; }

std::vector<std::uint8_t> to_bytes(const OptionList& options) {
    std::vector<std::uint8_t> bytes;
    for (const Option& option : options) {
        bytes.push_back(row_of(option.kind).number);
        if (option.kind == Kind::End || option.kind == Kind::Nop) continue;
        const std::size_t length_at = bytes.size();
        bytes.push_back(0);
        append_body(bytes, option);
        bytes[length_at] = static_cast<std::uint8_t>(bytes.size() - length_at + 1);
    }
    return bytes;
}

OptionList options_of(const wire::Segment& segment) {
    std::array<std::uint8_t, wire::kMaximumOptionBytes> bytes{};
    const std::size_t size = wire::write_options(segment, bytes);
    OptionList options;
    for (std::size_t at = 0; at < size;) {
        const auto row = std::find_if(kRows.begin(), kRows.end(),
                                      [&](const Row& r) { return r.number == bytes[at]; });
        Option option;
        option.kind = row->kind;
        std::size_t length = 1;
        if (row->number > 1) {
            length = bytes[at + 1];
            read_body(option, std::span{bytes}.subspan(at + 2, length - 2));
        }
        options.push_back(std::move(option));
        at += length;
    }
    return options;
}

std::string to_string(const OptionList& options) {
    std::string text;
    for (const Option& option : options) {
        if (!text.empty()) text += ',';
        text += to_string(option);
    }
    return text;
}

bool same_options(const OptionList& expected, const OptionList& real) {
    return std::equal(expected.begin(), expected.end(), real.begin(), real.end(), same);
}

namespace {

/// Of a list that may be const.
auto* find_kind(auto& options, Kind kind) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [kind](const Option& option) { return option.kind == kind; });
    return found == options.end() ? nullptr : &*found;
}

}  // namespace

const Option* find_option(const OptionList& options, Kind kind) { return find_kind(options, kind); }
Option* find_option(OptionList& options, Kind kind) { return find_kind(options, kind); }

}  // namespace seedwire::drill
