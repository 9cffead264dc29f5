// The macros are those of man(7), which every formatter knows.
#include "harness/cli/manual.h"

#include <fmt/format.h>

#include "harness/cli/exit_codes.h"
#include "harness/cli/version.h"

namespace seedwire::cli {

namespace {

/// Text of one line: backslashes and hyphens as they are, no control line by accident.
std::string roff(std::string_view text) {
    std::string out;
    if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out;
}

std::string lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += roff(text.substr(0, end)) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string head(const std::string& title, std::string_view summary) {
    std::string upper = title;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return fmt::format(".TH {} 1 \"\" \"seedwire {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                       roff(upper), kVersion, roff(title), roff(summary));
}

std::string examples_section(const std::string& examples) {
    if (examples.empty()) return {};
    return ".SH EXAMPLES\n.nf\n" + lines(examples) + ".fi\n";
}

std::string options_section(const CommandEntry& command) {
    std::string text;
    for (const bool arguments : {true, false})
        for (const OptionEntry& option : command.options) {
            if (option.argument != arguments) continue;
            std::string help = option.help;
            if (!option.choices.empty() && help.find(" or ") == std::string::npos) {
                help += ": ";
                for (const std::string& choice : option.choices)
                    help += (choice == option.choices.front() ? "" : ", ") + choice;
            }
            text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(written(option)), roff(help));
        }
    return text.empty() ? text : ".SH OPTIONS\n" + text;
}

std::string exit_status_section() {
    std::string text = ".SH EXIT STATUS\n";
    for (const ExitCodeMeaning& row : exit_code_meanings())
        text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", static_cast<int>(row.code), roff(row.meaning));
    return text + ".PP\n" + roff(kExitCodeOrder) + '\n';
}

}  // namespace

std::string manual_page(const CommandEntry& program, std::span<const CommandEntry> commands) {
    std::string text = head("seedwire", "a deterministic network simulator");
    text += ".SH SYNOPSIS\n\\fBseedwire\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...]\n";
    text += examples_section(program.examples);
    text += ".SH DESCRIPTION\n" + lines(program.summary) + ".SH COMMANDS\n";
    for (const CommandEntry& command : commands)
        text += fmt::format(".TP\n\\fBseedwire {}\\fR\n{}; see \\fBseedwire\\-{}\\fR(1)\n",
                            roff(command.name), roff(command.summary), roff(command.name));
    text += options_section(program) + exit_status_section();
    text +=
        ".SH ENVIRONMENT\n.TP\n\\fBNO_COLOR\\fR\nno colours, unless \\-\\-color always\n"
        ".TP\n\\fBTERM\\fR\ndumb: no colours\n"
        ".TP\n\\fBLC_ALL\\fR, \\fBLC_CTYPE\\fR, \\fBLANG\\fR\nthe first that is set: drawings "
        "are plain ASCII unless it is UTF\\-8\n";
    return text;
}

std::string manual_page_of(const CommandEntry& command) {
    std::string text = head("seedwire-" + command.name, command.summary);
    std::string arguments;
    for (const OptionEntry& option : command.options) {
        if (!option.argument) continue;
        const std::string name =
            fmt::format("\\fI{}\\fR{}", roff(option.names.front()), option.several ? "..." : "");
        arguments += option.required ? " " + name : " [" + name + "]";
    }
    text += fmt::format(".SH SYNOPSIS\n\\fBseedwire {}\\fR [\\fIOPTION\\fR...]{}\n",
                        roff(command.name), arguments);
    text += examples_section(command.examples) + options_section(command);
    if (!command.remarks.empty()) text += ".SH NOTES\n.nf\n" + lines(command.remarks) + ".fi\n";
    return text + ".SH SEE ALSO\n\\fBseedwire\\fR(1)\n";
}

}  // namespace seedwire::cli
