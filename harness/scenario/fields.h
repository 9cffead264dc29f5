// Reading one map by the schema: unknown and missing keys, types, units, ranges, defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/scenario/document.h"
#include "harness/scenario/reporter.h"
#include "harness/scenario/schema.h"
#include "sim/base/quantity.h"

namespace seedwire::scenario {

/// A scalar of the type of `key`, checked; nothing after a report.
std::optional<std::int64_t> read_quantity(const Node& node, const Key& key, Reporter& reporter);
std::optional<Ratio> read_ratio(const Node& node, const Key& key, Reporter& reporter);
/// Reports unless the node is a non-empty scalar.
bool require_scalar(const Node& node, std::string_view key, std::string_view wanted,
                    Reporter& reporter);

/// The map at `node`, held by `owner` (the key above it, where a missing key is reported), read as
/// the contexts say. Every getter gives the default after it reported a problem.
class Fields {
public:
    Fields(Reporter& reporter, const Node& node, const Node& owner, std::string_view context,
           std::string_view further_context = {});

    /// The map exists and could be looked into.
    bool ok() const { return ok_; }
    bool has(std::string_view name) const { return node(name) != nullptr; }
    const Node* node(std::string_view name) const;
    /// The node of a required key; reports a missing one.
    const Node* require(std::string_view name) const;

    /// Integer, Boolean, Choice (its index) and all quantities in base units.
    std::int64_t number(std::string_view name) const;
    std::optional<std::int64_t> optional_number(std::string_view name) const;
    bool flag(std::string_view name) const { return number(name) != 0; }
    Duration duration(std::string_view name) const { return Duration::ns(number(name)); }
    Rate rate(std::string_view name) const { return Rate::bits_per_second(number(name)); }
    Bytes bytes(std::string_view name) const { return Bytes{number(name)}; }
    Ratio ratio(std::string_view name) const;
    Probability probability(std::string_view name) const { return {ratio(name)}; }
    std::string text(std::string_view name) const;

private:
    const Key& key(std::string_view name) const;
    void refuse_unknown_keys();
    void missing(const Key& key) const;

    Reporter& reporter_;
    const Node& node_;
    const Node& owner_;
    std::string_view context_, further_context_;
    bool ok_ = false;
};

}  // namespace seedwire::scenario
