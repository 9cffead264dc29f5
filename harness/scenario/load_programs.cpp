// `programs:`: one socket call a line, with positions inside the line.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/program_lines.h"
#include "harness/scenario/socket_options.h"

namespace seedwire::scenario {

void Loader::read_programs(const Fields& top) {
    const Node* map = top.node("programs");
    if (map == nullptr || map->is_null()) return;
    if (!map->is_map()) {
        reporter_.error(error_id::kWrongKind, *map, "programs takes a map of names",
                        "write name: {on: a, script: [...]}");
        return;
    }
    for (const Entry& entry : map->entries)
        if (!entry.key.text.starts_with("x-")) read_program(entry.key, entry.value);
    std::stable_sort(scenario_.programs.begin(), scenario_.programs.end(),
                     [](const ProgramSpec& a, const ProgramSpec& b) { return a.name < b.name; });
    std::vector<std::string> names;
    for (const ProgramSpec& program : scenario_.programs) names.push_back(program.name);
    names_.programs.set(std::move(names));
}

void Loader::read_program(const Node& name, const Node& settings) {
    if (!check_name(name, "a program")) return;
    ProgramSpec program;
    program.name = name.text;
    program.where = reporter_.span(name);
    if (names_.flows.find(name.text))
        reporter_.error(error_id::kDuplicateName, name,
                        fmt::format("a flow is called '{}' already", name.text),
                        "flows and programs share their names");
    const Fields fields{reporter_, settings, name, "programs.*"};
    if (fields.ok()) {
        app::ProgramConfig& config = program.config;
        const Node* on = fields.require("on");
        const auto host = on == nullptr ? std::nullopt : read_host_name(*on);
        config.node = host.value_or(0);
        if (const auto start = fields.optional_number("start")) {
            config.start = Time::from_ns(*start);
            config.starts_before_all = false;
        }
        const tcp::Sysctls sysctls = config.node < scenario_.nodes.size()
                                         ? scenario_.nodes[config.node].sysctls
                                         : tcp::Sysctls{};
        config.options.congestion = sysctls.tcp_congestion_control;
        if (const Node* options = fields.node("options"); options != nullptr)
            for (const OptionValue& value :
                 read_options(*options, sysctls, config.options, reporter_)) {
                app::Operation operation;
                operation.kind = app::Operation::Kind::SetOption;
                operation.option = value.option;
                operation.number = value.number;
                config.script.push_back(operation);
                program.lines.push_back({"options", reporter_.span(*options)});
            }
        const Node* script = fields.require("script");
        if (script != nullptr && !script->is_sequence()) {
            reporter_.error(error_id::kWrongKind, *script, "script takes a list of calls",
                            "write [listen 80, accept, close]");
        } else if (script != nullptr) {
            ProgramLines lines{names_.nodes, reporter_};
            for (const Node& line : script->items) {
                const auto operation = lines.parse(line);
                if (!operation) continue;
                config.script.push_back(*operation);
                program.lines.push_back({line.text, reporter_.span(line)});
            }
        }
    }
    scenario_.programs.push_back(std::move(program));
}

}  // namespace seedwire::scenario
