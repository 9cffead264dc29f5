#include "harness/study/quantity.h"

#include "sim/base/quantity.h"

namespace seedwire::study {

std::optional<Quantity> read_quantity(std::string_view text) {
    using Kind = Quantity::Kind;
    if (const auto n = parse_integer(text)) return Quantity{Kind::Plain, static_cast<double>(*n)};
    if (const auto d = parse_duration(text))
        return Quantity{Kind::Duration, static_cast<double>(d->ns()) / 1e9};
    if (const auto b = parse_bytes(text))
        return Quantity{Kind::Bytes, static_cast<double>(b->count)};
    if (const auto r = parse_rate(text)) {
        if (r->is_unlimited()) return std::nullopt;
        return Quantity{Kind::Rate, static_cast<double>(r->bits_per_second())};
    }
    if (const auto p = parse_packets(text))
        return Quantity{Kind::Packets, static_cast<double>(p->count)};
    if (const auto r = parse_ratio(text)) {
        // 0.5 is a plain number; 50 % and 1/2 are shares.
        const bool share = text.find_first_of("%/") != std::string_view::npos;
        return Quantity{share ? Kind::Ratio : Kind::Plain,
                        static_cast<double>(r->numerator) / static_cast<double>(r->denominator)};
    }
    return std::nullopt;
}

std::string_view unit_of(Quantity::Kind kind) {
    switch (kind) {
        case Quantity::Kind::Duration:
            return "s";
        case Quantity::Kind::Bytes:
            return "B";
        case Quantity::Kind::Rate:
            return "bit/s";
        case Quantity::Kind::Packets:
            return "packets";
        default:
            return "";
    }
}

}  // namespace seedwire::study
