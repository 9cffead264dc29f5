// `seedwire new`: writes a small commented scenario to begin with.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "harness/cli/command.h"

namespace seedwire::cli {

namespace {

std::string template_text(const std::string& name) {
    return fmt::format(
        R"(# yaml-language-server: $schema=seedwire.schema.json
# Two hosts and a line. Change anything; `seedwire help scenario` and `seedwire list` tell what there is.
# The schema line lets editors complete and check: seedwire schema --json > seedwire.schema.json
version: 1
name: '{}'
hosts: [client, server]
links:       # every value carries its unit
  - {{name: line, between: [client, server], rate: 10 Mbit/s, delay: 20 ms}}
flows:       # `from` opens the connection
  hello: {{app: request_response, from: client, to: server, request: 100 B, response: 1 kB}}
expect:      # what must hold at the end
  - hello.client reaches ESTABLISHED within 41 ms
)",
        name);
}

/// What stands between single quotes in YAML.
std::string quoted(std::string name) {
    for (std::size_t at = 0; (at = name.find('\'', at)) != std::string::npos; at += 2)
        name.insert(at, 1, '\'');
    return name;
}

ExitCode create(const std::string& name) {
    std::filesystem::path path{name};
    if (path.extension() != ".yaml" && path.extension() != ".yml") path += ".yaml";
    const std::string title = path.stem().string();
    for (const char c : title)
        if (static_cast<unsigned char>(c) < 0x20) {
            complain("seedwire: the name must be one line of text\n");
            return ExitCode::BadInput;
        }
    // O_EXCL: whatever is there already stays as it is.
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        complain(fmt::format(
            "seedwire: {}: {}\n", path.string(),
            errno == EEXIST ? "exists already; choose another name" : std::strerror(errno)));
        return ExitCode::BadInput;
    }
    const std::string text = template_text(quoted(title));
    const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (close(file) != 0 || !written) {
        complain(fmt::format("seedwire: {}: {}\n", path.string(), std::strerror(errno)));
        return ExitCode::Partial;
    }
    print(fmt::format("wrote {0}\nnext: seedwire run {0}\n", path.string()));
    return ExitCode::Holds;
}

}  // namespace

void add_new_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("new", "Write a small scenario to begin with");
    auto name = std::make_shared<std::string>();
    command->add_option("NAME", *name, "Its file; .yaml is added where it is missing")->required();
    command->footer(
        "Examples:\n"
        "  seedwire new first\n"
        "  seedwire new scenarios/lossy.yaml\n"
        "  seedwire new first && seedwire run first.yaml\n"
        "\n"
        "A file that exists is never overwritten (exit code 2).");
    command->callback([name, &code] { code = create(*name); });
}

}  // namespace seedwire::cli
