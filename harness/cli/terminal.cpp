// Looks at the terminal and the environment, and catches Ctrl-C.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "harness/cli/command.h"

namespace seedwire::cli {

namespace {

std::atomic<bool> interrupt_flag{false};

enum class OutputState { Works, Unread, Failed };
OutputState output_state = OutputState::Works;

void on_signal(int) {
    if (interrupt_flag.exchange(true)) _exit(static_cast<int>(ExitCode::Interrupted));
}

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

/// The first of the three variables that is set decides, as in setlocale().
bool locale_is_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (!is_set(name)) continue;
        const std::string value = std::getenv(name);
        for (const char* spelling : {"UTF-8", "utf-8", "UTF8", "utf8"})
            if (value.find(spelling) != std::string::npos) return true;
        return false;
    }
    return false;
}

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
    return 100;
}

}  // namespace

Terminal look_at_terminal(std::string_view color) {
    Terminal t;
    t.stdout_is_tty = isatty(STDOUT_FILENO) != 0;
    t.stderr_is_tty = isatty(STDERR_FILENO) != 0;
    t.unicode = locale_is_utf8();
    const char* term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
    t.color =
        color == "always" || (color == "auto" && t.stdout_is_tty && !dumb && !is_set("NO_COLOR"));
    t.width = terminal_width();
    return t;
}

void print(std::string_view text) {
    if (output_state != OutputState::Works) return;
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return;
    // Nobody reads any more (`| head`), or there is no stdout at all: that is no failure, and the
    // exit code stays that of the run. Anything else, a full disk for example, is one.
    const int error = errno;
    const bool unread = error == EPIPE || error == EBADF;
    output_state = unread ? OutputState::Unread : OutputState::Failed;
    if (output_state == OutputState::Failed)
        complain(fmt::format("seedwire: standard output: {}\n", std::strerror(error)));
}

bool print_failed() { return output_state == OutputState::Failed; }

void complain(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT: print() sees EPIPE instead
}

const std::atomic<bool>& interrupted() { return interrupt_flag; }

}  // namespace seedwire::cli
