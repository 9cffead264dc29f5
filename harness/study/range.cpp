#include "harness/study/range.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/scenario/error_ids.h"
#include "harness/study/quantity.h"

namespace seedwire::study {

namespace {

using scenario::Node;
namespace error_id = scenario::error_id;

constexpr int kDigits = 4;

/// " ms" of "20 ms": what stands behind the number.
std::string unit_text(std::string_view text) {
    const std::size_t end = text.find_last_of("0123456789");
    return end == std::string_view::npos ? std::string{} : std::string{text.substr(end + 1)};
}

/// In base units: s become ns, so that whole numbers are what the simulation counts in.
double base_units(const Quantity& quantity) {
    return quantity.kind == Quantity::Kind::Duration ? quantity.value * 1e9 : quantity.value;
}

double rounded(double value, int digits) {
    const std::string text = fmt::format("{:.{}e}", value, digits - 1);
    return std::stod(text);
}

}  // namespace

std::string plain_number(double value, int digits) {
    if (value == 0) return "0";
    const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value)) + 1e-12));
    std::string text = fmt::format("{:.{}f}", value, std::max(0, digits - 1 - exponent));
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
    }
    return text;
}

std::optional<Range> Range::read(const Node& list, bool logarithmic, scenario::Reporter& reporter) {
    if (!list.is_sequence() || list.items.size() != 2 || !list.items[0].is_scalar() ||
        !list.items[1].is_scalar()) {
        reporter.error(error_id::kWrongKind, list, "a range has a first and a last value",
                       "[1 ms, 100 ms]");
        return std::nullopt;
    }
    const auto first = read_quantity(list.items[0].text), last = read_quantity(list.items[1].text);
    for (const Node& item : list.items)
        if (!read_quantity(item.text))
            reporter.error(error_id::kBadValue, item,
                           fmt::format("'{}' is no number with a unit", item.text));
    if (!first || !last) return std::nullopt;
    if (first->kind != last->kind) {
        reporter.error(
            error_id::kUnitsDiffer, list.items[1],
            fmt::format("'{}' has another unit than '{}'", list.items[1].text, list.items[0].text));
        return std::nullopt;
    }
    if (logarithmic && (first->value <= 0 || last->value <= 0)) {
        reporter.error(error_id::kOutOfRange, list.items[first->value <= 0 ? 0 : 1],
                       "a range of equal ratios begins and ends above 0");
        return std::nullopt;
    }
    Range range;
    range.logarithmic_ = logarithmic;
    range.first_text_ = list.items[0].text, range.last_text_ = list.items[1].text;
    range.first_ = base_units(*first), range.last_ = base_units(*last);
    range.unit_ = unit_text(range.first_text_);
    const bool decimal =
        first->kind == Quantity::Kind::Plain && (range.first_text_.find('.') != std::string::npos ||
                                                 range.last_text_.find('.') != std::string::npos);
    range.whole_ = first->kind != Quantity::Kind::Ratio && !decimal;
    if (first->kind == Quantity::Kind::Ratio) {
        range.unit_ = " %";  // 1/100 .. 1/10 is written in percent between its ends
        range.unit_size_ = 0.01;
    } else if (first->kind != Quantity::Kind::Plain) {
        const auto one = read_quantity("1" + range.unit_);
        range.unit_size_ = one ? base_units(*one) : 1;
    }
    return range;
}

std::string Range::at(double share) const {
    if (share <= 0) return first_text_;
    if (share >= 1) return last_text_;
    double value =
        logarithmic_ ? first_ * std::pow(last_ / first_, share) : first_ + (last_ - first_) * share;
    value = rounded(value, kDigits);
    if (whole_) value = std::round(value);
    // A whole number of base units is written with all its digits.
    const double number = value / unit_size_;
    return plain_number(number, whole_ ? 15 : kDigits) + unit_;
}

}  // namespace seedwire::study
