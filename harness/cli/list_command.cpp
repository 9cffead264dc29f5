// `seedwire list`: everything that a scenario can name.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/list_topics.h"
#include "harness/observe/json_writer.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

struct Options {
    std::string topic;
    bool json = false;
};

Listing topics_listing() {
    Listing listing{{"topic", "lists"}, {}};
    for (const ListTopic& topic : list_topics())
        listing.rows.push_back({std::string{topic.name}, std::string{topic.help}});
    return listing;
}

void write_json(observe::JsonWriter& json, const Listing& listing) {
    json.begin_array();
    for (const auto& row : listing.rows) {
        json.begin_object();
        for (std::size_t i = 0; i < row.size(); ++i)
            if (!row[i].empty()) json.field(listing.headings[i], row[i]);
        json.end_object();
    }
    json.end_array();
}

ExitCode list(const Options& options) {
    Listing listing = topics_listing();
    if (!options.topic.empty()) {
        const ListTopic* topic = find_list_topic(options.topic);
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
    command->add_flag("--json", options->json, "Print the list as JSON");
    command->footer(
        "Examples:\n"
        "  seedwire list\n"
        "  seedwire list metrics\n"
        "  seedwire list sysctls --json");
    command->callback([options, &code] { code = list(*options); });
}

}  // namespace seedwire::cli
