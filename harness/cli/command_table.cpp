#include "harness/cli/command_table.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

/// The words in braces of "TEXT:{auto,always,never}".
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t open = type.find('{'), close = type.find('}');
    std::vector<std::string> words;
    if (open == std::string::npos || close == std::string::npos) return words;
    for (std::size_t at = open + 1; at < close;) {
        const std::size_t comma = std::min(type.find(',', at), close);
        words.push_back(type.substr(at, comma - at));
        at = comma + 1;
    }
    return words;
}

OptionEntry describe(const CLI::Option& option) {
    OptionEntry entry;
    entry.argument = option.get_positional();
    for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
    if (entry.argument) entry.names.push_back(option.get_name(true));
    const std::string type = option.get_type_name();
    entry.choices = choices_of(type);
    if (option.get_expected_max() > 0 && option.get_type_size_max() > 0)
        entry.value = type.substr(0, type.find_first_of(": "));
    entry.help = option.get_description();
    entry.required = option.get_required();
    entry.several = option.get_expected_max() > 1;
    entry.value_optional = option.get_expected_min() == 0 && !entry.value.empty();
    return entry;
}

/// Examples stand before everything else: they are what people look for.
class HelpFormatter : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app, std::string name,
                          CLI::AppFormatMode mode) const override {
        if (mode == CLI::AppFormatMode::Sub) return CLI::Formatter::make_help(app, name, mode);
        const Footer footer = split_footer(app->get_footer());
        std::string text = make_description(app);
        if (!footer.examples.empty()) text += "\nExamples:\n" + footer.examples;
        text += "\n" + make_usage(app, name);
        text += make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
        if (!footer.remarks.empty()) text += "\n" + footer.remarks;
        return text;
    }
};

std::string unknown_option(const CommandEntry& command, int argc, char** argv, int first) {
    std::vector<std::string> known{"-h", "--help"};
    for (const OptionEntry& option : command.options)
        known.insert(known.end(), option.names.begin(), option.names.end());
    for (int i = first; i < argc; ++i) {
        const std::string word = std::string{argv[i]}.substr(0, std::string{argv[i]}.find('='));
        if (word == "--") break;
        // A negative number is a value, `-` standard input, `-j4` an option with its value.
        if (word.size() < 2 || word[0] != '-' || (word[1] >= '0' && word[1] <= '9')) continue;
        const auto fits = [&](const std::string& name) {
            return name == word || (name.size() == 2 && word[1] != '-' && word.starts_with(name));
        };
        if (std::any_of(known.begin(), known.end(), fits)) continue;
        const std::vector<std::string_view> views(known.begin(), known.end());
        const std::string_view near = nearest_name(word, views);
        const std::string of = command.name.empty() ? "" : " " + command.name;
        return fmt::format("seedwire{}: there is no option '{}'{}\nseedwire{} --help lists them\n",
                           of, word, near.empty() ? "" : fmt::format("; did you mean '{}'?", near),
                           of);
    }
    return {};
}

}  // namespace

CommandEntry describe(const CLI::App& command) {
    CommandEntry entry;
    const bool whole = command.get_parent() == nullptr;
    entry.name = whole ? "" : command.get_name();
    entry.summary = command.get_description();
    Footer footer = split_footer(command.get_footer());
    entry.examples = std::move(footer.examples);
    entry.remarks = std::move(footer.remarks);
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_group().empty()) continue;  // hidden
        entry.options.push_back(describe(*option));
    }
    return entry;
}

std::vector<CommandEntry> describe_commands(const CLI::App& program) {
    std::vector<CommandEntry> entries;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        entries.push_back(describe(*command));
    return entries;
}

Footer split_footer(const std::string& footer) {
    constexpr std::string_view kHeading = "Examples:\n";
    if (!footer.starts_with(kHeading)) return {{}, footer.empty() ? "" : footer + '\n'};
    const std::size_t end = footer.find("\n\n");
    if (end == std::string::npos) return {footer.substr(kHeading.size()) + '\n', {}};
    return {footer.substr(kHeading.size(), end + 1 - kHeading.size()),
            footer.substr(end + 2) + '\n'};
}

std::string written(const OptionEntry& option) {
    std::string text;
    for (const std::string& name : option.names) text += (text.empty() ? "" : ",") + name;
    if (option.argument) return text;
    if (!option.value.empty())
        text += option.value_optional ? fmt::format(" [{}]", option.value) : " " + option.value;
    return text;
}

void begin_help_with_examples(CLI::App& program) {
    const auto formatter = std::make_shared<HelpFormatter>();
    formatter->label("SUBCOMMAND", "COMMAND");
    formatter->label("Positionals", "Arguments");
    formatter->column_width(28);
    program.formatter(formatter);
    for (CLI::App* command : program.get_subcommands([](CLI::App*) { return true; })) {
        command->formatter(formatter);
        command->group("Commands");
    }
}

std::string unknown_word(const CLI::App& program, int argc, char** argv) {
    int at = 1;
    while (at < argc && argv[at][0] == '-') ++at;
    if (at == argc) return unknown_option(describe(program), argc, argv, 1);
    const std::vector<CommandEntry> commands = describe_commands(program);
    std::vector<std::string_view> names;
    for (const CommandEntry& command : commands) {
        if (command.name == argv[at]) return unknown_option(command, argc, argv, at + 1);
        names.push_back(command.name);
    }
    const std::string_view near = nearest_name(argv[at], names);
    return fmt::format("seedwire: there is no command '{}'{}\nseedwire --help lists them\n",
                       argv[at], near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

}  // namespace seedwire::cli
