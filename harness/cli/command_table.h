// The commands and their options as data, read off the parser: help, completion, manual pages and
// suggestions cannot disagree with what is accepted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace seedwire::cli {

struct OptionEntry {
    std::vector<std::string> names;    ///< "-j", "--jobs"; of an argument its name, "FILE"
    std::string value;                 ///< what it takes, "TEXT"; empty: a flag
    std::vector<std::string> choices;  ///< if it takes one of these
    std::string help;
    bool argument = false, required = false, several = false;
    bool value_optional = false;
};

struct CommandEntry {
    std::string name;  ///< empty: the program itself
    std::string summary;
    std::string examples;  ///< lines indented by two
    std::string remarks;   ///< paragraphs
    std::vector<OptionEntry> options;
};

CommandEntry describe(const CLI::App& command);
/// The commands in the order in which they were added.
std::vector<CommandEntry> describe_commands(const CLI::App& program);

/// Examples and what follows them, out of a footer: "Examples:\n  ...\n\nremarks".
struct Footer {
    std::string examples, remarks;
};
Footer split_footer(const std::string& footer);

/// "-j,--jobs TEXT": how an option is written.
std::string written(const OptionEntry& option);

/// Makes `--help` begin with examples, of the program and of each command added so far.
void begin_help_with_examples(CLI::App& program);

/// What is wrong with words that are no command or option, with what was probably meant; empty if
/// nothing of that kind is wrong.
std::string unknown_word(const CLI::App& program, int argc, char** argv);

}  // namespace seedwire::cli
