#include "harness/study/plan.h"

#include <fmt/format.h>

namespace seedwire::study {

namespace {

constexpr std::uint64_t kMostPoints = 10'000'000;

/// Quoted for a shell where it must be.
std::string shell_quoted(const std::string& text) {
    const bool plain = text.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                           "_-./=%+:,") == std::string::npos;
    if (plain) return text;
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'')
            out += "'\\''";
        else
            out += c;
    }
    return out + "'";
}

}  // namespace

std::optional<Plan> Plan::make(const Study& study, std::string& problem) {
    Plan plan{study};
    plan.homes_.resize(study.parameters.size());
    std::uint64_t all = 1;
    for (std::uint32_t a = 0; a < study.axes.size(); ++a) {
        const Axis& axis = study.axes[a];
        all *= axis.levels.size();
        if (all > kMostPoints) {
            problem = fmt::format("more than {} combinations of values", kMostPoints);
            return std::nullopt;
        }
        for (std::uint32_t p = 0; p < axis.parameters.size(); ++p)
            plan.homes_[axis.parameters[p]] = {a, p};
    }
    std::vector<std::uint32_t> at(study.axes.size(), 0);
    std::vector<const Cell*> cells(study.parameters.size());
    for (std::uint64_t i = 0; i < all; ++i) {
        // The first axis changes slowest.
        std::uint64_t rest = i;
        for (std::size_t a = at.size(); a-- > 0; rest /= study.axes[a].levels.size())
            at[a] = static_cast<std::uint32_t>(rest % study.axes[a].levels.size());
        for (std::size_t p = 0; p < cells.size(); ++p) {
            const auto [axis, cell] = plan.homes_[p];
            cells[p] = &study.axes[axis].levels[at[axis]].cells[cell];
        }
        bool allowed = true;
        for (const Condition& condition : study.where) allowed &= condition.holds(cells);
        if (allowed) plan.levels_.insert(plan.levels_.end(), at.begin(), at.end());
    }
    if (plan.stride_ > 0 && plan.levels_.empty()) {
        problem = "`where` leaves no point";
        return std::nullopt;
    }
    return plan;
}

const Level& Plan::level(std::size_t point, std::size_t axis) const {
    return study_->axes[axis].levels[levels_[point * stride_ + axis]];
}

const Cell& Plan::cell(std::size_t point, std::size_t parameter) const {
    const auto [axis, cell] = homes_[parameter];
    return level(point, axis).cells[cell];
}

std::vector<const Cell*> Plan::cells(std::size_t point) const {
    std::vector<const Cell*> found(study_->parameters.size());
    for (std::size_t p = 0; p < found.size(); ++p) found[p] = &cell(point, p);
    return found;
}

scenario::LoadOptions Plan::options(std::size_t point, std::uint64_t seed) const {
    scenario::LoadOptions options;
    options.seed = seed;
    options.with_digest = false;
    options.collect = study_->collect;
    options.warm_up = study_->warm_up;
    for (std::size_t a = 0; a < stride_; ++a) {
        const auto& settings = level(point, a).settings;
        options.overrides.insert(options.overrides.end(), settings.begin(), settings.end());
    }
    return options;
}

std::string Plan::describe(std::size_t point) const {
    std::string text;
    for (std::size_t p = 0; p < study_->parameters.size(); ++p)
        text += fmt::format("{}{}={}", p == 0 ? "" : " ", study_->parameters[p].name,
                            cell(point, p).text);
    return text;
}

std::string Plan::command_options(std::size_t point) const {
    std::string text;
    for (std::size_t a = 0; a < stride_; ++a)
        for (const scenario::Override& setting : level(point, a).settings)
            text += " --set " + shell_quoted(setting.path + "=" + setting.value);
    return text;
}

std::uint64_t Plan::most_runs() const {
    return size() * static_cast<std::uint64_t>(study_->repeat.maximum);
}

std::uint64_t Plan::least_runs() const {
    return size() * static_cast<std::uint64_t>(study_->repeat.minimum);
}

}  // namespace seedwire::study
