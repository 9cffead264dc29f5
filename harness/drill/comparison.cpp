// Field by field. The rules are those of packetdrill's own runner, as its users know them.
#include "harness/drill/comparison.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/drill/option_list.h"

namespace seedwire::drill {
namespace {

namespace flag = wire::flag;

std::string_view ecn_text(wire::Ecn ecn) {
    switch (ecn) {
        case wire::Ecn::NotEct:
            return "noecn";
        case wire::Ecn::Ect1:
            return "ect1";
        case wire::Ecn::Ect0:
            return "ect0";
        case wire::Ecn::Ce:
            return "ce";
    }
    return "";
}

std::string range_text(const PacketText& packet) {
    return fmt::format("{}:{}({})", packet.sequence, packet.end, packet.length);
}

std::string number_text(std::optional<std::uint32_t> number) {
    return number ? fmt::format("{}", *number) : "none";
}

std::string list_text(const OptionList& options) {
    return options.empty() ? "none" : "<" + to_string(options) + ">";
}

void compare_ip(const PacketText& expected, const PacketText& real,
                std::vector<FieldComparison>& fields) {
    const wire::Ecn ecn = real.ecn.value_or(wire::Ecn::NotEct);
    if (expected.ecn)
        fields.push_back({"ecn", std::string{ecn_text(*expected.ecn)}, std::string{ecn_text(ecn)},
                          *expected.ecn != ecn});
    if (expected.any_ect) {
        const bool ect = ecn == wire::Ecn::Ect0 || ecn == wire::Ecn::Ect1;
        fields.push_back({"ecn", "ect01", std::string{ecn_text(ecn)}, !ect});
    }
    if (expected.tos)
        fields.push_back({"tos", number_text(expected.tos), number_text(real.tos.value_or(0)),
                          *expected.tos != real.tos.value_or(0)});
    if (expected.ttl)
        fields.push_back(
            {"ttl", number_text(expected.ttl), number_text(real.ttl), expected.ttl != real.ttl});
}

}  // namespace

Pieces::Pieces(SentPacket first)
    : merged{std::move(first)}, first_length{merged.text.length}, last_length{merged.text.length} {}

bool Pieces::fits(const SentPacket& next) const {
    constexpr std::uint32_t kMayDiffer = flag::kPsh | flag::kFin | flag::kCwr;
    const PacketText& a = merged.text;
    const PacketText& b = next.text;
    const bool pieces_equal = last_length == first_length;
    return a.end == b.sequence && a.ack == b.ack && ((a.flags ^ b.flags) & ~kMayDiffer) == 0 &&
           pieces_equal && b.length > 0 && b.length <= last_length && (a.flags & flag::kFin) == 0;
}

void Pieces::add(const SentPacket& next) {
    const PacketText first = std::move(merged.text);
    merged = next;
    merged.text.sequence = first.sequence;
    merged.text.length = first.length + next.text.length;
    merged.text.flags = static_cast<std::uint16_t>((next.text.flags & ~std::uint32_t{flag::kCwr}) |
                                                   (first.flags & std::uint32_t{flag::kCwr}));
    last_length = next.text.length;
}

std::vector<FieldComparison> compare(const PacketText& expected, const PacketText& real) {
    std::vector<FieldComparison> fields;
    compare_ip(expected, real, fields);
    fields.push_back({"flags", flags_text(expected.flags), flags_text(real.flags),
                      expected.flags != real.flags});
    fields.push_back({"sequence", range_text(expected), range_text(real),
                      expected.sequence != real.sequence || expected.length != real.length});
    const bool acknowledges = ((expected.flags & real.flags) & flag::kAck) != 0;
    if (acknowledges)
        fields.push_back(
            {"ack", number_text(expected.ack), number_text(real.ack), expected.ack != real.ack});
    if (expected.window)
        fields.push_back({"window", number_text(expected.window), number_text(real.window),
                          expected.window != real.window});
    if (expected.urgent || real.urgent)
        fields.push_back({"urgent", number_text(expected.urgent), number_text(real.urgent),
                          expected.urgent.value_or(0) != real.urgent.value_or(0)});
    if (!expected.any_options)
        fields.push_back({"options", list_text(expected.options), list_text(real.options),
                          !same_options(expected.options, real.options)});
    return fields;
}

bool differ(const std::vector<FieldComparison>& fields) {
    return std::any_of(fields.begin(), fields.end(), [](const auto& f) { return f.differs; });
}

std::string names_of_different(const std::vector<FieldComparison>& fields) {
    std::string names;
    for (const FieldComparison& field : fields) {
        if (!field.differs) continue;
        if (!names.empty()) names += ", ";
        names += field.name;
    }
    return names;
}

std::string table(const std::vector<FieldComparison>& fields) {
    std::size_t width = std::string_view{"expected"}.size();
    for (const FieldComparison& field : fields) width = std::max(width, field.expected.size());
    std::string text = fmt::format("    {:10}{:{}}  real\n", "", "expected", width);
    for (const FieldComparison& field : fields)
        text += fmt::format("    {:10}{:{}}  {}{}\n", field.name, field.expected, width, field.real,
                            field.differs ? "   <-- differs" : "");
    return text;
}

std::string flags_text(std::uint16_t flags) {
    if (flags == 0) return "-";
    std::string text;
    constexpr std::string_view kLetters = "SFRPUEWA.";
    constexpr std::uint16_t kBits[] = {flag::kSyn, flag::kFin, flag::kRst, flag::kPsh, flag::kUrg,
                                       flag::kEce, flag::kCwr, flag::kAe,  flag::kAck};
    for (std::size_t i = 0; i < kLetters.size(); ++i)
        if ((flags & kBits[i]) != 0) text += kLetters[i];
    return text;
}

std::string to_string(const PacketText& packet) {
    std::string text;
    if (packet.ecn && *packet.ecn != wire::Ecn::NotEct)
        text += fmt::format("[{}] ", ecn_text(*packet.ecn));
    text += flags_text(packet.flags) + " " + range_text(packet);
    if (packet.ack) text += fmt::format(" ack {}", *packet.ack);
    if (packet.window) text += fmt::format(" win {}", *packet.window);
    if (packet.urgent) text += fmt::format(" urg {}", *packet.urgent);
    if (packet.any_options) {
        text += " <...>";
    } else if (!packet.options.empty()) {
        text += " " + list_text(packet.options);
    }
    return text;
}

Duration tolerated(Duration since, Duration tolerance) {
    constexpr std::int64_t kEighth = 8;  // 12.5 %
    return std::max(tolerance, since / kEighth);
}

bool is_in_time(Time first, Time last, Time real, Duration since, Duration tolerance) {
    const Duration margin = tolerated(since, tolerance);
    return real >= first - margin && real <= last + margin;
}

}  // namespace seedwire::drill
