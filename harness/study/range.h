// Values between two quantities, in equal steps or equal ratios, with one written form each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"

namespace seedwire::study {

/// From `first` to `last`, which have the same kind of unit. A value between them is rounded:
/// shares and plain decimals to four significant digits, everything else to four and a whole base
/// unit (ns, B, bit/s); it is written in the unit of the first.
class Range {
public:
    /// Nothing after a report. `list` holds the two ends.
    static std::optional<Range> read(const scenario::Node& list, bool logarithmic,
                                     scenario::Reporter& reporter);
    /// `share` from 0 (the first, as written) to 1 (the last, as written).
    std::string at(double share) const;

private:
    std::string first_text_, last_text_;
    std::string unit_;      ///< as written behind the first: " ms"
    double unit_size_ = 1;  ///< in base units
    bool whole_ = false;    ///< base units are not divided
    bool logarithmic_ = false;
    double first_ = 0, last_ = 0;  ///< base units
};

/// Like printf's %.<digits>g, without an exponent; never in a locale.
std::string plain_number(double value, int digits);

}  // namespace seedwire::study
