// `seedwire list`: everything that a scenario can name.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "harness/cli/command.h"
#include "harness/cli/list_topics.h"
#include "harness/observe/json_writer.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string topic, pattern;
    bool json = false, markdown = false;
};

Listing topics_listing() {
    Listing listing{{"topic", "lists"}, {}};
    for (const ListTopic& topic : list_topics())
        listing.rows.push_back({std::string{topic.name}, std::string{topic.help}});
    return listing;
}

void write_lines(observe::JsonWriter& json, std::string_view heading, std::string_view cell) {
    json.key(heading).begin_array();
    while (!cell.empty()) {
        const std::size_t end = std::min(cell.find('\n'), cell.size());
        json.value(cell.substr(0, end));
        cell.remove_prefix(std::min(end + 1, cell.size()));
    }
    json.end_array();
}

void write_json(observe::JsonWriter& json, const Listing& listing) {
    json.begin_array();
    for (const auto& row : listing.rows) {
        json.begin_object();
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i >= listing.first_list) {
                write_lines(json, listing.headings[i], row[i]);
            } else if (!row[i].empty()) {
                json.field(listing.headings[i], row[i]);
            }
        }
        json.end_object();
    }
    json.end_array();
}

ExitCode list(const Options& options) {
    Listing listing = topics_listing();
    const ListTopic* topic = nullptr;
    if (!options.topic.empty()) {
        topic = find_list_topic(options.topic);
        if (topic == nullptr) {
            std::vector<std::string_view> names;
            for (const ListTopic& known : list_topics()) names.push_back(known.name);
            const std::string_view near = nearest_name(options.topic, names);
            complain(fmt::format(
                "seedwire: there is no list of '{}'{}\nseedwire list shows which "
                "there are\n",
                options.topic, near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
            return ExitCode::BadInput;
        }
        listing = topic->make();
    }
    if (!options.pattern.empty()) {
        keep_matching(listing, options.pattern);
        if (listing.rows.empty()) {
            complain(fmt::format("seedwire: no row of the list '{}' fits '{}'\n", options.topic,
                                 options.pattern));
            return ExitCode::BadInput;
        }
    }
    if (options.markdown) {
        const bool whole = topic != nullptr && topic->page != nullptr && options.pattern.empty();
        print(whole ? topic->page() : table_markdown(listing));
        return ExitCode::Holds;
    }
    if (!options.json) {
        print(table_text(listing));
        return ExitCode::Holds;
    }
    observe::JsonWriter json{true};
    write_json(json, listing);
    print(json.take());
    return ExitCode::Holds;
}

}  // namespace

void add_list_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("list", "List what a scenario can name");
    auto options = std::make_shared<Options>();
    std::string words;
    for (const ListTopic& topic : list_topics())
        words += (words.empty() ? "" : ",") + std::string{topic.name};
    command->add_option("TOPIC", options->topic, "What to list; default: the topics")
        ->type_name(fmt::format("{{{}}}", words));
    command->add_option("PATTERN", options->pattern,
                        "Only rows that contain it; with * or ?, whose name fits it");
    CLI::Option* json = command->add_flag("--json", options->json, "Print the list as JSON");
    command->add_flag("--markdown", options->markdown, "Print the list as Markdown")
        ->excludes(json);
    command->footer(
        "Examples:\n"
        "  seedwire list\n"
        "  seedwire list rules RACK\n"
        "  seedwire list sysctls --json");
    command->callback([options, &code] { code = list(*options); });
}

}  // namespace seedwire::cli
