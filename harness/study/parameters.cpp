#include "harness/study/parameters.h"

#include <algorithm>

namespace seedwire::study {

namespace {

/// The last `count` components of a path.
std::string_view tail(std::string_view path, int count) {
    std::size_t at = path.size();
    for (int i = 0; i < count && at != std::string_view::npos && at > 0; ++i)
        at = path.rfind('.', at - 1);
    return at == std::string_view::npos ? path : path.substr(at == 0 ? 0 : at + 1);
}

}  // namespace

std::optional<std::size_t> find_parameter(const std::vector<Parameter>& parameters,
                                          std::string_view name_or_path) {
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (parameters[i].name == name_or_path || parameters[i].path == name_or_path) return i;
    return std::nullopt;
}

void name_parameters(std::vector<Parameter>& parameters) {
    for (Parameter& parameter : parameters) {
        for (int length = 1; parameter.name.empty(); ++length) {
            const std::string_view name = tail(parameter.path, length);
            const bool taken =
                std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& other) {
                    return &other != &parameter &&
                           (other.name == name || tail(other.path, length) == name);
                });
            if (!taken || name == parameter.path) parameter.name = name;
        }
    }
}

std::optional<std::size_t> Study::parameter(std::string_view name_or_path) const {
    return find_parameter(parameters, name_or_path);
}

}  // namespace seedwire::study
