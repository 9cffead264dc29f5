#include "harness/sweep/groups.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedwire::sweep {

std::vector<const study::Cell*> values_of(const study::Plan& plan,
                                          const std::vector<std::size_t>& points,
                                          std::size_t parameter) {
    std::vector<const study::Cell*> values;
    for (const std::size_t point : points) {
        const study::Cell& cell = plan.cell(point, parameter);
        const bool known = std::any_of(values.begin(), values.end(), [&](const auto* other) {
            return other == &cell || other->text == cell.text;
        });
        if (!known) values.push_back(&cell);
    }
    return values;
}

std::vector<std::size_t> points_where(const study::Plan& plan,
                                      const std::optional<study::Condition>& condition) {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (!condition || condition->holds(plan.cells(i))) points.push_back(i);
    return points;
}

std::vector<std::size_t> points_with(const study::Plan& plan,
                                     const std::vector<std::size_t>& points, std::size_t parameter,
                                     const study::Cell& value) {
    std::vector<std::size_t> found;
    for (const std::size_t point : points)
        if (plan.cell(point, parameter).text == value.text) found.push_back(point);
    return found;
}

std::vector<Group> groups_beside(const study::Plan& plan, const std::vector<std::size_t>& points,
                                 const std::vector<std::size_t>& parameters) {
    std::vector<std::size_t> others;
    for (std::size_t p = 0; p < plan.study().parameters.size(); ++p)
        if (std::find(parameters.begin(), parameters.end(), p) == parameters.end() &&
            values_of(plan, points, p).size() > 1)
            others.push_back(p);
    std::vector<Group> groups;
    for (const std::size_t point : points) {
        std::string name;
        for (const std::size_t p : others)
            name += fmt::format("{}{} = {}", name.empty() ? "" : ", ",
                                plan.study().parameters[p].name, plan.cell(point, p).text);
        auto at = std::find_if(groups.begin(), groups.end(),
                               [&](const Group& group) { return group.name == name; });
        if (at == groups.end()) at = groups.insert(groups.end(), Group{name, {}});
        at->points.push_back(point);
    }
    return groups;
}

}  // namespace seedwire::sweep
