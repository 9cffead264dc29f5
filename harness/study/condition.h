// Conditions on the values of a point: `!(congestion == reno && loss > 3 %)`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "harness/study/quantity.h"

namespace seedwire::study {

struct Parameter;
struct Cell;

/// or    := and { `||` and }
/// and   := not { `&&` not }
/// not   := `!` not | `(` or `)` | comparison
/// comparison := operand ( == | != | < | <= | > | >= ) operand; operand := parameter | value
class Condition {
public:
    struct Operand {
        std::optional<std::size_t> parameter;
        std::string text;
        std::optional<Quantity> quantity;
    };
    struct Term {
        enum class Kind : std::uint8_t { Or, And, Not, Compare };
        Kind kind = Kind::Compare;
        std::size_t first = 0, second = 0;  ///< terms
        Operand left, right;
        std::string relation;
    };
    Condition(std::vector<Term> terms, std::size_t root) : terms_{std::move(terms)}, root_{root} {}

    /// `cells`: one a parameter of the study.
    bool holds(const std::vector<const Cell*>& cells) const { return holds(root_, cells); }

private:
    bool holds(std::size_t term, const std::vector<const Cell*>& cells) const;

    std::vector<Term> terms_;
    std::size_t root_;
};

/// Nothing after a report.
std::optional<Condition> parse_condition(const scenario::Node& node,
                                         const std::vector<Parameter>& parameters,
                                         scenario::Reporter& reporter);

/// Do two cells say the same: as quantities of one kind, or letter by letter?
bool is_same(const Cell& cell, std::string_view text);

}  // namespace seedwire::study
