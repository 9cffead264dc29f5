// `seedwire schema`: every key of a scenario, for editors and for people.
#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/scenario/reference.h"

namespace seedwire::cli {

void add_schema_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("schema", "Print every key of a scenario");
    struct Options {
        bool json = false, markdown = false;
    };
    auto options = std::make_shared<Options>();
    CLI::Option* json =
        command->add_flag("--json", options->json, "As JSON Schema, for editors (the default)");
    command->add_flag("--markdown", options->markdown, "As Markdown: the reference manual")
        ->excludes(json);
    command->footer(
        "Examples:\n"
        "  seedwire schema --json > seedwire.schema.json\n"
        "  seedwire schema --markdown | less\n"
        "  seedwire new first                    its first line names seedwire.schema.json");
    command->callback([options, &code] {
        print(options->markdown ? scenario::reference_markdown() : scenario::schema_json());
        code = ExitCode::Holds;
    });
}

}  // namespace seedwire::cli
