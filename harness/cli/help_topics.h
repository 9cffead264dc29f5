// Short explanations of what is not a command: units, matches, expectations, the environment.
#pragma once

#include <span>
#include <string_view>

namespace seedwire::cli {

struct HelpTopic {
    std::string_view name, summary, text;
};
std::span<const HelpTopic> help_topics();
/// Null if there is none.
const HelpTopic* find_help_topic(std::string_view name);

}  // namespace seedwire::cli
