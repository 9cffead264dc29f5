// Points of a plan sorted by the values of some parameters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/study/plan.h"

namespace seedwire::sweep {

/// The values a parameter takes among these points, in the order of the plan.
std::vector<const study::Cell*> values_of(const study::Plan& plan,
                                          const std::vector<std::size_t>& points,
                                          std::size_t parameter);

/// The points that fit a condition; all without one.
std::vector<std::size_t> points_where(const study::Plan& plan,
                                      const std::optional<study::Condition>& condition);

/// Those with this value.
std::vector<std::size_t> points_with(const study::Plan& plan,
                                     const std::vector<std::size_t>& points, std::size_t parameter,
                                     const study::Cell& value);

/// Groups that agree in every parameter but these, each with its name: "delay = 20 ms". One group
/// without a name if nothing else varies.
struct Group {
    std::string name;
    std::vector<std::size_t> points;
};
std::vector<Group> groups_beside(const study::Plan& plan, const std::vector<std::size_t>& points,
                                 const std::vector<std::size_t>& parameters);

}  // namespace seedwire::sweep
