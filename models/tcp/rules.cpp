#include "models/tcp/rules.h"

#include <algorithm>
#include <array>

namespace seedwire::tcp {
namespace {

#define TOPIC(prefix, title)
#define RULE(id, sentence, origin) Rule{id, sentence, origin},
// No std::array: clang gives up on deducing its size beyond 256 elements.
constexpr Rule kRules[]{
#include "models/tcp/rules/all.def"
};
#undef TOPIC
#undef RULE

#define TOPIC(prefix, title) RuleTopic{prefix, title},
#define RULE(id, sentence, origin)
constexpr std::array kTopics{
#include "models/tcp/rules/all.def"
};
#undef TOPIC
#undef RULE

struct CauseRow {
    wire::Cause cause;
    std::string_view rule;
};
constexpr std::array kCauses{
#define CAUSE_RULE(cause, id) CauseRow{wire::Cause::cause, id},
#include "models/tcp/rules/causes.def"
#undef CAUSE_RULE
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::span<const RuleTopic> rule_topics() { return kTopics; }

const Rule* find_rule(std::string_view id) {
    const auto* found = std::find_if(std::begin(kRules), std::end(kRules),
                                     [id](const Rule& rule) { return rule.id == id; });
    return found == std::end(kRules) ? nullptr : found;
}

std::string_view topic_of(const Rule& rule) { return rule.id.substr(0, rule.id.rfind('-')); }

std::string_view rule_of(wire::Cause cause) {
    const auto* found = std::find_if(kCauses.begin(), kCauses.end(),
                                     [cause](const CauseRow& row) { return row.cause == cause; });
    return found == kCauses.end() ? std::string_view{} : found->rule;
}

}  // namespace seedwire::tcp
