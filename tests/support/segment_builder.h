// Segments for tests: state only what matters, compare only what was stated.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "models/wire/segment.h"

namespace seedwire::test {

/// Fluent description of a segment. As an input it becomes a segment; as an expectation its flags
/// and payload length are always compared, everything else only if it was stated.
class SegmentBuilder {
public:
    explicit SegmentBuilder(std::uint16_t flags) { segment_.flags = flags; }

    SegmentBuilder& seq(std::uint32_t value) {
        segment_.seq = wire::SeqNum{value};
        has_seq_ = true;
        return *this;
    }
    SegmentBuilder& ack(std::uint32_t value) {
        segment_.ack = wire::SeqNum{value};
        segment_.flags |= wire::flag::kAck;
        has_ack_ = true;
        return *this;
    }
    SegmentBuilder& window(std::uint16_t value) {
        segment_.window = value;
        has_window_ = true;
        return *this;
    }
    SegmentBuilder& data(std::uint32_t length) {
        segment_.payload.length = length;
        return *this;
    }
    /// Without this the driver derives the offset from the sequence number.
    SegmentBuilder& offset(std::uint64_t value) {
        segment_.payload.offset = value;
        has_offset_ = true;
        return *this;
    }
    SegmentBuilder& push() { return flag(wire::flag::kPsh); }
    SegmentBuilder& fin() { return flag(wire::flag::kFin); }
    SegmentBuilder& flag(std::uint16_t flag) {
        segment_.flags |= flag;
        return *this;
    }
    SegmentBuilder& mss(std::uint16_t value) {
        segment_.syn.mss = value;
        has_syn_options_ = true;
        return *this;
    }
    SegmentBuilder& scale(int value) {
        segment_.syn.window_scale = static_cast<std::int8_t>(value);
        has_syn_options_ = true;
        return *this;
    }
    SegmentBuilder& sack_permitted() {
        segment_.syn.sack_permitted = true;
        has_syn_options_ = true;
        return *this;
    }
    SegmentBuilder& timestamps(std::uint32_t value, std::uint32_t echo) {
        segment_.has_timestamps = true;
        segment_.ts_value = value;
        segment_.ts_echo = echo;
        has_timestamps_ = true;
        return *this;
    }
    SegmentBuilder& no_timestamps() {
        segment_.has_timestamps = false;
        has_timestamps_ = true;
        return *this;
    }
    SegmentBuilder& sack(std::initializer_list<std::pair<std::uint32_t, std::uint32_t>> blocks) {
        segment_.sack = {};
        for (const auto& [left, right] : blocks) {
            segment_.sack.add({wire::SeqNum{left}, wire::SeqNum{right}});
        }
        has_sack_ = true;
        return *this;
    }
    SegmentBuilder& ecn(wire::Ecn value) {
        segment_.ecn = value;
        has_ecn_ = true;
        return *this;
    }
    SegmentBuilder& cause(wire::Cause value) {
        segment_.cause = value;
        return *this;
    }

    const wire::Segment& segment() const { return segment_; }
    bool has_offset() const { return has_offset_; }
    bool has_timestamps() const { return has_timestamps_; }
    bool has_window() const { return has_window_; }

    /// Empty if `actual` is what was stated; else one line per field that differs.
    std::string difference(const wire::Segment& actual) const;

private:
    wire::Segment segment_;
    bool has_seq_ = false, has_ack_ = false, has_window_ = false, has_offset_ = false;
    bool has_syn_options_ = false, has_timestamps_ = false, has_sack_ = false, has_ecn_ = false;
};

inline SegmentBuilder syn() { return SegmentBuilder{wire::flag::kSyn}; }
inline SegmentBuilder ack_only() { return SegmentBuilder{wire::flag::kAck}; }
inline SegmentBuilder data(std::uint32_t length) {
    return SegmentBuilder{wire::flag::kAck}.data(length);
}
inline SegmentBuilder fin() { return SegmentBuilder{wire::flag::kAck | wire::flag::kFin}; }
inline SegmentBuilder rst() { return SegmentBuilder{wire::flag::kRst}; }

/// "S.", "P." and so on, as tcpdump prints flags.
inline std::string flags_text(std::uint16_t flags) {
    std::string text;
    if (flags & wire::flag::kSyn) text += 'S';
    if (flags & wire::flag::kFin) text += 'F';
    if (flags & wire::flag::kRst) text += 'R';
    if (flags & wire::flag::kPsh) text += 'P';
    if (flags & wire::flag::kAck) text += '.';
    if (flags & wire::flag::kEce) text += 'E';
    if (flags & wire::flag::kCwr) text += 'W';
    return text;
}

/// "P. 101:201(100) ack 1 win 64": one line for messages.
inline std::string describe(const wire::Segment& s) {
    std::string text = flags_text(s.flags) + " " + std::to_string(s.seq.raw()) + ":" +
                       std::to_string(s.end().raw()) + "(" + std::to_string(s.payload.length) + ")";
    if (s.has(wire::flag::kAck)) text += " ack " + std::to_string(s.ack.raw());
    text += " win " + std::to_string(s.window);
    for (int i = 0; i < s.sack.count; ++i) {
        const wire::SackBlock& block = s.sack.block[static_cast<std::size_t>(i)];
        text +=
            " sack " + std::to_string(block.left.raw()) + "-" + std::to_string(block.right.raw());
    }
    if (s.has_timestamps) {
        text += " ts " + std::to_string(s.ts_value) + "/" + std::to_string(s.ts_echo);
    }
    return text + " [" + std::string(wire::describe(s.cause)) + "]";
}

inline std::string SegmentBuilder::difference(const wire::Segment& actual) const {
    std::string text;
    const auto compare = [&text](const char* field, auto expected, auto got) {
        if (expected == got) return;
        text += std::string(field) + ": expected " + std::to_string(expected) + ", got " +
                std::to_string(got) + "\n";
    };
    if (segment_.flags != actual.flags) {
        text += "flags: expected " + flags_text(segment_.flags) + ", got " +
                flags_text(actual.flags) + "\n";
    }
    compare("payload length", segment_.payload.length, actual.payload.length);
    if (has_seq_) compare("seq", segment_.seq.raw(), actual.seq.raw());
    if (has_ack_) compare("ack", segment_.ack.raw(), actual.ack.raw());
    if (has_window_) compare("window", segment_.window, actual.window);
    if (has_offset_) compare("payload offset", segment_.payload.offset, actual.payload.offset);
    if (has_syn_options_) {
        compare("mss", segment_.syn.mss, actual.syn.mss);
        compare("window scale", segment_.syn.window_scale, actual.syn.window_scale);
        compare("SACK permitted", static_cast<int>(segment_.syn.sack_permitted),
                static_cast<int>(actual.syn.sack_permitted));
    }
    if (has_timestamps_) {
        compare("has timestamps", static_cast<int>(segment_.has_timestamps),
                static_cast<int>(actual.has_timestamps));
        compare("TSval", segment_.ts_value, actual.ts_value);
        compare("TSecr", segment_.ts_echo, actual.ts_echo);
    }
    if (has_sack_) {
        compare("SACK blocks", segment_.sack.count, actual.sack.count);
        for (std::size_t i = 0; i < segment_.sack.count && i < actual.sack.count; ++i) {
            compare("SACK left", segment_.sack.block[i].left.raw(),
                    actual.sack.block[i].left.raw());
            compare("SACK right", segment_.sack.block[i].right.raw(),
                    actual.sack.block[i].right.raw());
        }
    }
    if (has_ecn_) compare("ECN", static_cast<int>(segment_.ecn), static_cast<int>(actual.ecn));
    if (segment_.cause != wire::Cause::None && segment_.cause != actual.cause) {
        text += "cause: expected " + std::string(wire::describe(segment_.cause)) + ", got " +
                std::string(wire::describe(actual.cause)) + "\n";
    }
    return text.empty() ? text : text + "in " + describe(actual) + "\n";
}

}  // namespace seedwire::test
