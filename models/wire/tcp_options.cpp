// One row for each kind of option: how long it may be, how it is read and how it is written.
#include "models/wire/tcp_options.h"

#include <algorithm>
#include <array>

#include "models/wire/bytes.h"
#include "sim/base/assert.h"

namespace seedwire::wire {
namespace {

enum Kind : std::uint8_t {
    kEnd = 0,
    kNop = 1,
    kMss = 2,
    kWindowScale = 3,
    kSackPermitted = 4,
    kSack = 5,
    kTimestamps = 8,
    kMd5Signature = 19,    ///< RFC 2385
    kAuthentication = 29,  ///< RFC 5925
    kFastOpen = 34,
    kAccurateEcn0 = 172,  ///< RFC 9768 §3.2.3
    kAccurateEcn1 = 174,
    kExperimental = 254  ///< RFC 6994; Fast Open's magic number is the only one known here
};
constexpr std::uint16_t kFastOpenMagic = 0xF989;

using Body = std::span<const std::uint8_t>;

struct Row {
    Kind kind;
    std::string_view name;
    std::uint8_t least, most;  ///< length, kind and length bytes included
    void (*read)(Body body, Segment& segment);
    /// Writes the body; returns its length.
    std::size_t (*write)(const Segment& segment, std::uint8_t* body);
};

void read_mss(Body body, Segment& segment) { segment.syn.mss = get16(body.data()); }
std::size_t write_mss(const Segment& segment, std::uint8_t* body) {
    put16(body, segment.syn.mss);
    return 2;
}

void read_window_scale(Body body, Segment& segment) {
    segment.syn.window_scale = static_cast<std::int8_t>(std::min<std::uint8_t>(body[0], 127));
}
std::size_t write_window_scale(const Segment& segment, std::uint8_t* body) {
    body[0] = static_cast<std::uint8_t>(segment.syn.window_scale);
    return 1;
}

void read_sack_permitted(Body, Segment& segment) { segment.syn.sack_permitted = true; }
std::size_t write_sack_permitted(const Segment&, std::uint8_t*) { return 0; }

void read_sack(Body body, Segment& segment) {
    if (body.size() % 8 != 0) return;
    segment.sack.count = 0;
    for (std::size_t at = 0; at < body.size(); at += 8)
        segment.sack.add({SeqNum{get32(&body[at])}, SeqNum{get32(&body[at + 4])}});
}
std::size_t write_sack(const Segment& segment, std::uint8_t* body) {
    for (std::size_t i = 0; i < segment.sack.count; ++i) {
        put32(body + 8 * i, segment.sack.block[i].left.raw());
        put32(body + 8 * i + 4, segment.sack.block[i].right.raw());
    }
    return std::size_t{8} * segment.sack.count;
}

void read_timestamps(Body body, Segment& segment) {
    segment.has_timestamps = true;
    segment.ts_value = get32(&body[0]);
    segment.ts_echo = get32(&body[4]);
}
std::size_t write_timestamps(const Segment& segment, std::uint8_t* body) {
    put32(body, segment.ts_value);
    put32(body + 4, segment.ts_echo);
    return 8;
}

/// Keys are not modelled: who has none for a connection drops what is signed.
void read_signature(Body, Segment& segment) { segment.flags |= flag::kSigned; }

constexpr std::uint32_t kCounterMask = 0xFFFFFF;

/// The counters in the order of an option's kind.
std::array<std::uint32_t AccurateEcnOption::*, 3> counters_of(bool ect1_first) {
    using A = AccurateEcnOption;
    if (ect1_first) return {&A::ect1, &A::ce, &A::ect0};
    return {&A::ect0, &A::ce, &A::ect1};
}

void read_counters(Body body, bool ect1_first, Segment& segment) {
    AccurateEcnOption& option = segment.accurate_ecn;
    option.ect1_first = ect1_first;
    option.fields = static_cast<std::uint8_t>(body.size() / 3);
    const auto counters = counters_of(ect1_first);
    for (std::size_t i = 0; i < option.fields; ++i)
        option.*counters[i] = std::uint32_t{body[3 * i]} << 16 | get16(&body[3 * i + 1]);
}
void read_accurate_ecn0(Body body, Segment& segment) { read_counters(body, false, segment); }
void read_accurate_ecn1(Body body, Segment& segment) { read_counters(body, true, segment); }
std::size_t write_accurate_ecn(const Segment& segment, std::uint8_t* body) {
    const AccurateEcnOption& option = segment.accurate_ecn;
    const auto counters = counters_of(option.ect1_first);
    for (std::size_t i = 0; i < option.fields; ++i) {
        const std::uint32_t value = option.*counters[i] & kCounterMask;
        body[3 * i] = static_cast<std::uint8_t>(value >> 16);
        put16(body + 3 * i + 1, value & 0xFFFF);
    }
    return std::size_t{3} * option.fields;
}

void read_cookie(Body cookie, bool experimental, Segment& segment) {
    FastOpenOption& option = segment.syn.fast_open;
    option.length = static_cast<std::int8_t>(cookie.size());
    option.experimental = experimental;
    std::copy(cookie.begin(), cookie.end(), option.cookie.begin());
}
std::size_t write_cookie(const Segment& segment, std::uint8_t* body) {
    const FastOpenOption& option = segment.syn.fast_open;
    std::copy_n(option.cookie.begin(), option.length, body);
    return static_cast<std::size_t>(option.length);
}
void read_fast_open(Body body, Segment& segment) { read_cookie(body, false, segment); }
void read_experimental(Body body, Segment& segment) {
    if (get16(body.data()) == kFastOpenMagic) read_cookie(body.subspan(2), true, segment);
}
std::size_t write_experimental(const Segment& segment, std::uint8_t* body) {
    put16(body, kFastOpenMagic);
    return 2 + write_cookie(segment, body + 2);
}

constexpr std::array kRows = {
    Row{kMss, "MSS", 4, 4, read_mss, write_mss},
    Row{kWindowScale, "window scale", 3, 3, read_window_scale, write_window_scale},
    Row{kSackPermitted, "SACK permitted", 2, 2, read_sack_permitted, write_sack_permitted},
    Row{kSack, "SACK", 10, 34, read_sack, write_sack},
    Row{kTimestamps, "timestamps", 10, 10, read_timestamps, write_timestamps},
    Row{kMd5Signature, "MD5 signature", 18, 18, read_signature, nullptr},
    Row{kAuthentication, "authentication", 4, 40, read_signature, nullptr},
    Row{kAccurateEcn0, "accurate ECN", 5, 11, read_accurate_ecn0, write_accurate_ecn},
    Row{kAccurateEcn1, "accurate ECN", 5, 11, read_accurate_ecn1, write_accurate_ecn},
    Row{kFastOpen, "fast open", 2, 18, read_fast_open, write_cookie},
    Row{kExperimental, "experimental", 4, 20, read_experimental, write_experimental},
};

const Row* find_row(std::uint8_t kind) {
    const auto* row =
        std::find_if(kRows.begin(), kRows.end(), [kind](const Row& r) { return r.kind == kind; });
    return row == kRows.end() ? nullptr : row;
}

class Writer {
public:
    Writer(const Segment& segment, std::span<std::uint8_t> out) : segment_{segment}, out_{out} {}
    std::size_t size() const { return size_; }
    void nops(std::size_t count) {
        SEEDWIRE_ASSERT(size_ + count <= out_.size());
        for (; count > 0; --count) out_[size_++] = kNop;
    }
    void option(Kind kind) {
        const Row* row = find_row(kind);
        // The body is bounded by the row; a Segment cannot hold more than that.
        SEEDWIRE_ASSERT(size_ + length(*row) <= out_.size());
        std::uint8_t* at = out_.data() + size_;
        const std::size_t bytes = 2 + row->write(segment_, at + 2);
        at[0] = kind;
        at[1] = static_cast<std::uint8_t>(bytes);
        size_ += bytes;
    }
    void align() { nops((4 - size_ % 4) % 4); }

private:
    std::size_t length(const Row& row) const {
        if (row.kind == kSack) return 2 + 8U * segment_.sack.count;
        const auto cookie =
            static_cast<std::size_t>(std::max<int>(segment_.syn.fast_open.length, 0));
        if (row.kind == kAccurateEcn0 || row.kind == kAccurateEcn1)
            return segment_.accurate_ecn.bytes();
        if (row.kind == kFastOpen || row.kind == kExperimental) return row.least + cookie;
        return row.most;
    }

    const Segment& segment_;
    std::span<std::uint8_t> out_;
    std::size_t size_ = 0;
};

void write_accurate_ecn_option(const Segment& segment, Writer& writer) {
    if (!segment.accurate_ecn.is_present()) return;
    writer.option(segment.accurate_ecn.ect1_first ? kAccurateEcn1 : kAccurateEcn0);
    writer.align();
}

// [OPT-1]
void write_syn_options(const Segment& segment, Writer& writer) {
    const SynOptions& syn = segment.syn;
    if (syn.mss != 0) writer.option(kMss);
    if (syn.sack_permitted && segment.has_timestamps) {
        writer.option(kSackPermitted);
        writer.option(kTimestamps);
    } else if (segment.has_timestamps) {
        writer.nops(2);
        writer.option(kTimestamps);
    }
    write_accurate_ecn_option(segment, writer);
    if (syn.sack_permitted && !segment.has_timestamps) {
        writer.nops(2);
        writer.option(kSackPermitted);
    }
    if (syn.window_scale >= 0) {
        writer.nops(1);
        writer.option(kWindowScale);
    }
    if (syn.fast_open.length == FastOpenOption::kAbsent) return;
    writer.option(syn.fast_open.experimental ? kExperimental : kFastOpen);
    writer.align();
}

}  // namespace

// [OPT-3]
std::size_t write_options(const Segment& segment, std::span<std::uint8_t> out) {
    Writer writer{segment, out.first(std::min(out.size(), kMaximumOptionBytes))};
    if (segment.has(flag::kSyn)) {
        write_syn_options(segment, writer);
    } else {
        if (segment.has_timestamps) {
            writer.nops(2);
            writer.option(kTimestamps);
        }
        write_accurate_ecn_option(segment, writer);
        if (segment.sack.count > 0) {
            writer.nops(2);
            writer.option(kSack);
        }
    }
    return writer.size();
}

// [OPT-4]
std::string_view parse_options(std::span<const std::uint8_t> bytes, Segment& segment) {
    while (!bytes.empty() && bytes[0] != kEnd) {
        if (bytes[0] == kNop) {
            bytes = bytes.subspan(1);
            continue;
        }
        if (bytes.size() < 2) return "option without a length";
        const std::size_t length = bytes[1];
        if (length < 2) return "option shorter than its own head";
        if (length > bytes.size()) return "option longer than the header";
        const Row* row = find_row(bytes[0]);
        if (row != nullptr && row->least <= length && length <= row->most)
            row->read(bytes.subspan(2, length - 2), segment);
        bytes = bytes.subspan(length);
    }
    return {};
}

std::string_view option_name(std::uint8_t kind) {
    const Row* row = find_row(kind);
    return row == nullptr ? std::string_view{} : row->name;
}

}  // namespace seedwire::wire
