#include "models/tcp/requirements.h"

#include <array>

namespace seedwire::tcp {
namespace {

constexpr std::array kRequirements{
#define REQUIREMENT(document, place, level, what, rules, note) \
    Requirement{document, place, level, what, rules, note},
#include "models/tcp/rules/requirements.def"
#undef REQUIREMENT
};

constexpr std::array kTransitions{
#define TRANSITION(from, to, cause, rules) TransitionCause{State::from, State::to, cause, rules},
#include "models/tcp/rules/transitions.def"
#undef TRANSITION
};

}  // namespace

std::span<const Requirement> requirements() { return kRequirements; }

std::span<const TransitionCause> transition_causes() { return kTransitions; }

}  // namespace seedwire::tcp
