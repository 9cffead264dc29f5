#include "harness/cli/completion.h"

#include <fmt/format.h>

namespace seedwire::cli {

namespace {

bool takes_file(const OptionEntry& option) {
    constexpr std::string_view kFiles[] = {"FILE", "PATH", "NAME", "-o", "--junit"};
    for (const std::string& name : option.names)
        for (const std::string_view file : kFiles)
            if (name == file) return true;
    return option.value == "FILE" || option.value == "PATH" || option.value == "FOLDER";
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
    return text;
}

std::string option_words(const CommandEntry& command) {
    std::string words;
    for (const OptionEntry& option : command.options)
        if (!option.argument) words += (words.empty() ? "" : " ") + joined(option.names, " ");
    return words;
}

/// The text with a backslash before each of these characters.
std::string escaped(std::string_view text, std::string_view characters) {
    std::string out;
    for (const char c : text) {
        if (characters.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

/// For a text between single quotes of a shell.
std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return out;
}

/// What can follow options that take a word of a set, one case each.
std::string bash_values(const CommandEntry& command) {
    std::string text;
    for (const OptionEntry& option : command.options) {
        if (option.argument || option.value.empty()) continue;
        const std::string reply =
            !option.choices.empty() ? fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))",
                                                  joined(option.choices, " "))
            : takes_file(option)    ? std::string{"COMPREPLY=($(compgen -f -- \"$word\"))"}
                                    : std::string{"COMPREPLY=()"};
        text += fmt::format("            {}:{}) {}; return ;;\n", command.name,
                            joined(option.names, fmt::format("|{}:", command.name).c_str()), reply);
    }
    return text;
}

std::string bash_arguments(const CommandEntry& command) {
    for (const OptionEntry& option : command.options)
        if (option.argument && !option.choices.empty())
            return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$word\"))",
                               joined(option.choices, " "));
    for (const OptionEntry& option : command.options)
        if (option.argument && takes_file(option))
            return "COMPREPLY=($(compgen -f -X '!*.y*ml' -- \"$word\") "
                   "$(compgen -d -S / -- \"$word\"))";
    return "COMPREPLY=()";
}

std::string zsh_spec(const OptionEntry& option) {
    const std::string help = escaped(quoted(option.help), "[]:");
    std::string action;
    if (!option.value.empty() || option.argument) {
        std::string what = ":";
        if (!option.choices.empty())
            what += "(" + joined(option.choices, " ") + ")";
        else if (takes_file(option))
            what += "_files";
        else
            what += " ";
        action = ":" + (option.argument ? option.names.front() : option.value) + what;
    }
    if (option.argument) {
        return fmt::format("'{}{}'", option.several ? "*:" : ":", action.substr(1));
    }
    if (option.names.size() == 1)
        return fmt::format("'*{}[{}]{}'", option.names.front(), help, action);
    return fmt::format("'*'{{{}}}'[{}]{}'", joined(option.names, ","), help, action);
}

}  // namespace

std::string bash_completion(std::span<const CommandEntry> commands) {
    std::string names, values, options, arguments;
    for (const CommandEntry& command : commands) {
        names += (names.empty() ? "" : " ") + command.name;
        values += bash_values(command);
        options += fmt::format("            {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n",
                               command.name, option_words(command));
        arguments += fmt::format("        {}) {} ;;\n", command.name, bash_arguments(command));
    }
    return fmt::format(R"(# bash completion of seedwire; made by `seedwire completion bash`.
_seedwire() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}}
    local IFS=$' \n'
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W '{} --help --version' -- "$word"))
        return
    fi
    case $command:$before in
{}    esac
    if [[ $word == -* ]]; then
        case $command in
{}        esac
        return
    fi
    case $command in
{}    esac
}}
complete -o filenames -F _seedwire seedwire
)",
                       names, values, options, arguments);
}

std::string zsh_completion(std::span<const CommandEntry> commands) {
    std::string names, cases;
    for (const CommandEntry& command : commands) {
        names +=
            fmt::format("        '{}:{}'\n", command.name, escaped(quoted(command.summary), ":"));
        std::string specs;
        for (const OptionEntry& option : command.options)
            specs += " \\\n                " + zsh_spec(option);
        cases +=
            fmt::format("            {})\n                _arguments -s{}\n                ;;\n",
                        command.name, specs);
    }
    return fmt::format(R"(#compdef seedwire
# zsh completion of seedwire; made by `seedwire completion zsh`.
_seedwire() {{
    local line state
    local -a commands
    commands=(
{}    )
    _arguments -C '--help[Print help]' '--version[Print the version]' '1: :->command' '*:: :->rest'
    case $state in
        command) _describe command commands ;;
        rest)
            case $line[1] in
{}            esac
            ;;
    esac
}}
if [[ $funcstack[1] == _seedwire ]]; then
    _seedwire "$@"
else
    compdef _seedwire seedwire
fi
)",
                       names, cases);
}

std::string fish_completion(std::span<const CommandEntry> commands) {
    const auto quote = [](std::string_view text) { return "'" + escaped(text, "\\'") + "'"; };
    std::string text =
        "# fish completion of seedwire; made by `seedwire completion fish`.\n"
        "complete -c seedwire -f\n"
        "complete -c seedwire -n __fish_use_subcommand -l help -d 'Print help'\n"
        "complete -c seedwire -n __fish_use_subcommand -l version -d 'Print the version'\n";
    for (const CommandEntry& command : commands) {
        text += fmt::format("complete -c seedwire -n __fish_use_subcommand -a {} -d {}\n",
                            command.name, quote(command.summary));
        const std::string where =
            fmt::format("complete -c seedwire -n '__fish_seen_subcommand_from {}'", command.name);
        for (const OptionEntry& option : command.options) {
            std::string line = where;
            for (const std::string& name : option.names) {
                if (option.argument) continue;
                line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            }
            if (!option.choices.empty())
                line += fmt::format("{} -a {}", option.argument ? "" : " -x",
                                    quote(joined(option.choices, " ")));
            else if (takes_file(option))
                line += option.argument ? " -F" : " -r -F";
            else if (option.argument)
                continue;
            else if (!option.value.empty())
                line += " -x";
            text += line + fmt::format(" -d {}\n", quote(option.help));
        }
    }
    return text;
}

}  // namespace seedwire::cli
