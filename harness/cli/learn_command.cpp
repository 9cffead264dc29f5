// `seedwire learn`: the tour as lessons. Each explains, shows its ladder row by row, and lets the
// learner predict what comes next.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "harness/cli/command.h"
#include "harness/cli/lesson.h"
#include "harness/observe/ladder_text.h"
#include "harness/run/report_text.h"
#include "harness/run/run.h"
#include "sim/base/nearest_name.h"

namespace seedwire::cli {

namespace {

constexpr std::size_t kPackets = 24;     ///< drawn of one connection
constexpr std::size_t kMostLadders = 3;  ///< where there are more, one is enough

struct Options {
    std::string lesson, color = "auto";
    bool list = false, ask = false;
};

class Learner {
public:
    Learner(const Options& options, const Terminal& terminal)
        : terminal_{terminal},
          asks_{options.ask || (isatty(STDIN_FILENO) != 0 && terminal.stdout_is_tty)} {
        style_.width = terminal.width;
        style_.unicode = terminal.unicode;
        style_.color = terminal.color;
        style_.most_packets = kPackets;
    }

    ExitCode teach(const Lesson& lesson);
    /// False: the learner has had enough.
    bool goes_on() const { return !quit_; }
    void between_lessons() {
        if (asks_) wait("Enter: next lesson, q: quit ");
    }

private:
    void step_through(const run::Run& run, const observe::Ladder& ladder);
    bool ask(const Question& question);
    std::optional<std::string> answer(std::string_view prompt);
    void wait(std::string_view prompt);
    std::string paint(std::string_view text, const char* code) const {
        return terminal_.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
    }

    const Terminal& terminal_;
    observe::LadderStyle style_;
    bool asks_, quit_ = false;
    std::size_t asked_ = 0, right_ = 0;
};

/// Nothing at the end of the input: from then on everything is just shown.
std::optional<std::string> Learner::answer(std::string_view prompt) {
    print(prompt);
    std::string line;
    if (!std::getline(std::cin, line) || interrupted()) {
        asks_ = false;
        print("\n");
        return std::nullopt;
    }
    if (line == "q" || line == "quit") quit_ = true;
    return line;
}

void Learner::wait(std::string_view prompt) {
    const bool answered = answer(prompt).has_value();
    // The line that Enter has ended makes room for the next row.
    if (answered && terminal_.stdout_is_tty) print("\x1b[A\r\x1b[K");
    if (answered && !terminal_.stdout_is_tty) print("\n");
}

/// True if the answer was right.
bool Learner::ask(const Question& question) {
    std::string text = question.text + '\n';
    for (std::size_t i = 0; i < question.choices.size(); ++i)
        text += fmt::format("  {}  {}\n", i + 1, question.choices[i]);
    print(text);
    const std::string& right = question.choices[question.right];
    while (true) {
        const std::optional<std::string> given = answer("> ");
        if (!given || quit_) return false;
        const std::optional<std::size_t> choice = understand(question, *given);
        if (!choice && !given->empty()) {
            print("a number, the name of a state, Enter for the answer, or q\n");
            continue;
        }
        const bool good = choice == question.right;
        if (choice) ++asked_;
        const std::string verdict = good     ? paint("Right.", "32")
                                    : choice ? paint(fmt::format("No: it is {}.", right), "31")
                                             : fmt::format("It is {}.", right);
        print(fmt::format("{} {}\n", verdict, question.why));
        return good;
    }
}

void Learner::step_through(const run::Run& run, const observe::Ladder& ladder) {
    const world::World& world = *run.world;
    const scenario::Scenario& scenario = world.scenario();
    const observe::SegmentNames names{&world.connections(), &world.network()};
    const trace::Connection& c = world.connections()[ladder.connection];
    const std::size_t flows = scenario.flows.size();
    std::string name = c.flow < flows ? scenario.flows[c.flow].name : "";
    if (c.flow >= flows && c.flow - flows < scenario.programs.size())
        name = scenario.programs[c.flow - flows].name;
    const observe::LadderTitle title{name, std::string{world.network().node_name(c.client_node)},
                                     std::string{world.network().node_name(c.server_node)}};
    const observe::LadderRows rows = observe::arrange(ladder, names, style_.most_packets);
    const observe::DrawnRows drawn = observe::draw_rows(ladder, title, names, style_);
    print(drawn.head);
    std::string states[2] = {rows.server_state, rows.client_state};
    for (std::size_t i = 0; i < rows.rows.size() && !quit_; ++i) {
        const observe::LadderRow& row = rows.rows[i];
        bool has_asked = false;
        for (const bool client : {true, false}) {
            const auto q = question(row, client, states[client], names);
            if (q && asks_ && !quit_) {
                right_ += ask(*q) ? 1 : 0;
                has_asked = true;
            }
            const std::string& next = client ? row.client_state : row.server_state;
            if (!next.empty()) states[client] = next;
        }
        if (asks_ && !has_asked && i > 0) wait("");
        if (!quit_) print(drawn.rows[i]);
    }
    print("\n");
}

ExitCode Learner::teach(const Lesson& lesson) {
    scenario::Diagnostics problems;
    const std::string file = fmt::format("{}.yaml", lesson.name);
    const auto scenario = scenario::load(file, lesson.text, {}, problems);
    if (!scenario) {
        complain(scenario::render(problems, lesson.text, terminal_.color));
        return ExitCode::InternalError;
    }
    asked_ = right_ = 0;
    const std::size_t line = lesson.explanation.find('\n');
    print(fmt::format("{}\n{}\n", paint(lesson.title, "1"),
                      lesson.explanation.substr(std::min(line + 1, lesson.explanation.size()))));
    if (asks_) print("Enter shows the next row; questions take a number or a name; q ends.\n\n");
    run::Request request;
    request.ladder.emplace();
    request.interrupted = &interrupted();
    const run::Run run = run::execute(*scenario, request);
    std::size_t shown = 0;
    for (const observe::Ladder& ladder : run.ladders) {
        if (ladder.packets.empty() || quit_) continue;
        if (run.ladders.size() > kMostLadders && shown > 0) break;
        step_through(run, ladder);
        ++shown;
    }
    if (quit_) return ExitCode::Holds;
    for (const judge::Verdict& verdict : run.verdicts)
        print(fmt::format("{} {}\n",
                          verdict.holds ? "holds: " : "FAILED:", verdict.expectation->text));
    if (asked_ > 0) print(fmt::format("{} of {} predictions were right\n", right_, asked_));
    print("\n");
    return run.exit_code();
}

void list() {
    std::string text;
    for (const Lesson& lesson : lessons())
        text += fmt::format("{:<20}{}\n", lesson.name, lesson.title);
    print(text + "\nseedwire learn LESSON begins with one, seedwire learn with the first\n");
}

ExitCode learn(const Options& options) {
    if (options.list) {
        list();
        return ExitCode::Holds;
    }
    const Terminal terminal = look_at_terminal(options.color);
    Learner learner{options, terminal};
    std::vector<Lesson> chosen = lessons();
    std::vector<std::string_view> names;
    names.reserve(chosen.size());
    for (const Lesson& lesson : chosen) names.push_back(lesson.name);
    if (!options.lesson.empty())
        std::erase_if(chosen, [&](const Lesson& lesson) { return lesson.name != options.lesson; });
    if (chosen.empty()) {
        const std::string_view near = nearest_name(options.lesson, names);
        complain(fmt::format(
            "seedwire: there is no lesson '{}'{}\nseedwire learn --list shows all\n",
            options.lesson, near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
        return ExitCode::BadInput;
    }
    ExitCode code = ExitCode::Holds;
    for (const Lesson& lesson : chosen) {
        if (&lesson != &chosen.front()) learner.between_lessons();
        if (!learner.goes_on()) break;
        code = run::worse(code, learner.teach(lesson));
        if (interrupted()) return ExitCode::Interrupted;
    }
    return code;
}

}  // namespace

void add_learn_command(CLI::App& program, ExitCode& code) {
    CLI::App* command = program.add_subcommand("learn", "Learn TCP from the tour, step by step");
    auto options = std::make_shared<Options>();
    command->add_option("LESSON", options->lesson, "Which one; default: all, from the first");
    command->add_flag("--list", options->list, "List the lessons");
    command->add_flag("--ask", options->ask, "Step and ask even where input is no terminal");
    add_color_option(*command, options->color);
    command->footer(
        "Examples:\n"
        "  seedwire learn\n"
        "  seedwire learn --list\n"
        "  seedwire learn lost-syn\n"
        "\n"
        "Enter shows the next row; a question takes a number or the name of a state; q ends.\n"
        "Without a terminal everything is shown at once.");
    command->callback([options, &code] { code = learn(*options); });
}

}  // namespace seedwire::cli
