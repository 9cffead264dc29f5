#include "harness/sweep/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace seedwire::sweep {

std::vector<const study::Cell*> values_of(const study::Plan& plan,
                                          const std::vector<std::size_t>& points,
                                          std::size_t parameter) {
    std::vector<const study::Cell*> values;
    std::set<std::string_view> known;
    for (const std::size_t point : points) {
        const study::Cell& cell = plan.cell(point, parameter);
        if (known.insert(cell.text).second) values.push_back(&cell);
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
    std::map<std::string, std::size_t> places;
    for (const std::size_t point : points) {
        std::string name;
        for (const std::size_t p : others)
            name += fmt::format("{}{} = {}", name.empty() ? "" : ", ",
                                plan.study().parameters[p].name, plan.cell(point, p).text);
        const auto [at, is_new] = places.try_emplace(name, groups.size());
        if (is_new) groups.push_back({name, {}});
        groups[at->second].points.push_back(point);
    }
    return groups;
}

}  // namespace seedwire::sweep
