// `seedwire help`: commands, topics, lists, keys and error ids, whatever the word is.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/command_table.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/help_topics.h"
#include "harness/cli/list_topics.h"
#include "harness/observe/text_columns.h"
#include "harness/scenario/error_help.h"
#include "harness/scenario/metric_names.h"
#include "harness/scenario/schema.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

std::string overview(const CLI::App& program) {
    std::string text = program.help();
    text += "\nTopics (seedwire help TOPIC):\n";
    for (const HelpTopic& topic : help_topics())
        text += fmt::format("  {:<26}{}\n", topic.name, topic.summary);
    text += fmt::format("  {:<26}{}\n", "E0102", "what that error means, and what to do");
    text += fmt::format("  {:<26}{}\n", "any list, any key",
                        "seedwire help metrics, seedwire help delay");
    return text;
}

std::vector<std::string_view> known_words(const CLI::App& program) {
    std::vector<std::string_view> words;
    for (const HelpTopic& topic : help_topics()) words.push_back(topic.name);
    for (const ListTopic& topic : list_topics()) words.push_back(topic.name);
    for (const scenario::Key& key : scenario::Schema::instance().all()) words.push_back(key.name);
    for (const scenario::MetricName& metric : scenario::metric_names()) words.push_back(metric.key);
    for (const scenario::ErrorHelp& error : scenario::error_help()) words.push_back(error.id);
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        words.push_back(command->get_name());
    return words;
}

std::string text_of(const scenario::ErrorHelp& error) {
    std::string text = fmt::format("{}: {}\n\n{}\n", error.id, error.title, error.explanation);
    if (!error.wrong.empty())
        text += fmt::format("\nwrong:\n{}", observe::indented(error.wrong, 4));
    if (!error.right.empty())
        text += fmt::format("\nright:\n{}", observe::indented(error.right, 4));
    return text;
}

ExitCode help(const CLI::App& program, const std::string& word) {
    if (word.empty()) {
        print(overview(program));
        return ExitCode::Holds;
    }
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        if (command->get_name() == word) {
            print(command->help("seedwire"));
            return ExitCode::Holds;
        }
    if (const HelpTopic* topic = find_help_topic(word)) {
        print(topic->text);
        return ExitCode::Holds;
    }
    if (const ListTopic* topic = find_list_topic(word)) {
        print(table_text(topic->make()));
        if (word == "exit-codes") print(fmt::format("{}\n", kExitCodeOrder));
        return ExitCode::Holds;
    }
    if (const scenario::ErrorHelp* error = scenario::find_error_help(word)) {
        print(text_of(*error));
        return ExitCode::Holds;
    }
    if (const Listing places = find_key(word); !places.rows.empty()) {
        print(table_text(places));
        return ExitCode::Holds;
    }
    const std::vector<std::string_view> words = known_words(program);
    const std::string_view near = nearest_name(word, words);
    complain(
        fmt::format("seedwire: there is no help on '{}'{}\nseedwire help shows what there is\n",
                    word, near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    return ExitCode::BadInput;
}

}  // namespace

void add_help_command(CLI::App& program, ExitCode& code) {
    CLI::App* command =
        program.add_subcommand("help", "Explain a command, a topic, a key or an error id");
    auto word = std::make_shared<std::string>();
    command->add_option("WORD", *word, "What to explain; default: everything in short");
    command->footer(
        "Examples:\n"
        "  seedwire help units\n"
        "  seedwire help delay\n"
        "  seedwire help E0102");
    command->callback([word, &program, &code] { code = help(program, *word); });
}

}  // namespace seedwire::cli
