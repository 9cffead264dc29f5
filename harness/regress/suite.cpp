#include "harness/regress/suite.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "sim/base/assert.h"
#include "sim/base/quantity.h"

namespace seedwire::regress {

using run::ExitCode;

namespace {

/// Begins the result in what a worker writes; what stands before it came to its standard error.
constexpr char kResultMark = '\x01';
constexpr int kProgressMilliseconds = 100;

void write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string encode(const CaseResult& r) {
    return fmt::format("{}{} {} {} {} {}\n{}", kResultMark, static_cast<int>(r.status),
                       static_cast<int>(r.code), r.events, r.elapsed_ns,
                       r.digest.empty() ? "-" : r.digest, r.text);
}

/// What a worker wrote, and how it ended.
CaseResult decode(const std::string& output, int wait_status) {
    CaseResult r;
    const std::size_t mark = output.find(kResultMark);
    if (mark == std::string::npos) {
        r.status = Status::Error;
        r.code = ExitCode::InternalError;
        r.text = output;
        if (WIFSIGNALED(wait_status))
            r.text += fmt::format("ended by signal {} ({})\n", WTERMSIG(wait_status),
                                  strsignal(WTERMSIG(wait_status)));
        else
            r.text += fmt::format("ended with exit code {}\n", WEXITSTATUS(wait_status));
        return r;
    }
    int status = 0, code = 0;
    unsigned long long events = 0;
    long long elapsed = 0;
    std::string digest;
    std::istringstream fields{output.substr(mark + 1)};
    fields >> status >> code >> events >> elapsed >> digest;
    SEEDWIRE_ASSERT(!fields.fail());
    r.status = static_cast<Status>(status);
    r.code = static_cast<ExitCode>(code);
    r.events = events;
    r.elapsed_ns = elapsed;
    if (digest != "-") r.digest = digest;
    r.text = output.substr(0, mark) + output.substr(output.find('\n', mark) + 1);
    return r;
}

class Suite {
public:
    Suite(const std::vector<Case>& cases, const SuiteRequest& request)
        : cases_{cases}, request_{request}, results_(cases.size()), ended_(cases.size()) {}

    std::vector<CaseResult> run() {
        while (true) {
            const bool stop = request_.interrupted != nullptr && *request_.interrupted;
            if (stop) interrupt_workers();
            while (!stop && next_ < cases_.size() && workers_.size() < request_.jobs)
                if (!start()) break;
            if (workers_.empty()) break;
            wait();
        }
        return std::move(results_);
    }

private:
    struct Worker {
        pid_t process = 0;
        int pipe = -1;
        std::size_t index = 0;
        std::string output;
        std::int64_t started = 0;  ///< ns of the request's clock
        bool timed_out = false;
    };

    bool start();
    [[noreturn]] void work(int pipe) const;
    void wait();
    void finish(Worker& worker);
    void end(std::size_t index, CaseResult result);
    void interrupt_workers();
    void stop_late_workers();

    const std::vector<Case>& cases_;
    const SuiteRequest& request_;
    std::vector<CaseResult> results_;
    std::vector<char> ended_;
    std::vector<Worker> workers_;
    std::size_t next_ = 0, reported_ = 0, done_ = 0;
    bool told_to_stop_ = false;
};

/// False if there is no process to be had; then later, when another one has ended.
bool Suite::start() {
    int ends[2];
    std::fflush(nullptr);  // or each worker would write it again
    const bool piped = pipe(ends) == 0;
    const pid_t process = piped ? fork() : -1;
    if (process == 0) {
        close(ends[0]);
        work(ends[1]);
    }
    if (process < 0) {
        const std::string why = std::strerror(errno);
        if (piped) close(ends[0]), close(ends[1]);
        if (!workers_.empty()) return false;
        CaseResult result;
        result.status = Status::Error;
        result.code = ExitCode::InternalError;
        result.text = fmt::format("no process for it: {}\n", why);
        end(next_++, std::move(result));
        return true;
    }
    close(ends[1]);
    workers_.push_back({process, ends[0], next_++, {}, request_.clock(), false});
    return true;
}

void Suite::work(int pipe) const {
    dup2(pipe, STDERR_FILENO);
    write_all(pipe, encode(run_case(cases_[next_], request_.color, request_.until_decided,
                                    request_.clock, request_.interrupted)));
    _exit(0);
}

void Suite::wait() {
    std::vector<pollfd> files;
    for (const Worker& worker : workers_) files.push_back({worker.pipe, POLLIN, 0});
    const int ready = poll(files.data(), files.size(), kProgressMilliseconds);
    for (std::size_t i = files.size(); ready > 0 && i-- > 0;) {
        if (files[i].revents == 0) continue;
        char buffer[16384];
        const ssize_t count = read(files[i].fd, buffer, sizeof buffer);
        if (count > 0) {
            workers_[i].output.append(buffer, static_cast<std::size_t>(count));
        } else if (count == 0 || errno != EINTR) {
            finish(workers_[i]);
            workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    stop_late_workers();
    if (request_.on_progress) request_.on_progress(done_, workers_.size());
}

void Suite::stop_late_workers() {
    if (request_.timeout_ns == 0) return;
    const std::int64_t now = request_.clock();
    for (Worker& worker : workers_) {
        if (worker.timed_out || now - worker.started <= request_.timeout_ns) continue;
        worker.timed_out = true;
        kill(worker.process, SIGKILL);
    }
}

void Suite::finish(Worker& worker) {
    close(worker.pipe);
    int status = 0;
    while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
    }
    const bool answered = worker.output.find(kResultMark) != std::string::npos;
    if (worker.timed_out && !answered) {
        CaseResult result;
        result.status = Status::Error;
        result.code = ExitCode::LimitReached;
        result.elapsed_ns = request_.clock() - worker.started;
        result.text =
            fmt::format("{}: stopped after {}: what was expected is not known\n",
                        cases_[worker.index].file, to_string(Duration::ns(request_.timeout_ns)));
        return end(worker.index, std::move(result));
    }
    // A worker that was interrupted so late that it could not answer is no crash.
    if (told_to_stop_ && !answered)
        end(worker.index, {});
    else
        end(worker.index, decode(worker.output, status));
}

void Suite::end(std::size_t index, CaseResult result) {
    results_[index] = std::move(result);
    ended_[index] = 1;
    ++done_;
    for (; reported_ < cases_.size() && ended_[reported_] != 0; ++reported_)
        if (request_.on_result) request_.on_result(reported_, results_[reported_]);
}

/// Ctrl-C on a terminal reaches the workers by itself, a signal to this process alone does not.
void Suite::interrupt_workers() {
    if (told_to_stop_) return;
    told_to_stop_ = true;
    for (const Worker& worker : workers_) kill(worker.process, SIGTERM);
}

}  // namespace

std::string Case::name() const { return seed ? fmt::format("{} [seed {}]", file, *seed) : file; }

std::vector<Case> make_cases(const std::vector<std::string>& files, std::uint64_t seeds) {
    std::vector<Case> cases;
    for (const std::string& file : files) {
        cases.push_back({file, std::nullopt});
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) cases.push_back({file, seed});
    }
    return cases;
}

std::string_view to_string(Status status) {
    switch (status) {
        case Status::Waiting:
            return "not run";
        case Status::Passed:
            return "pass";
        case Status::Failed:
            return "FAIL";
        case Status::Error:
            return "error";
        case Status::Skipped:
            return "skip";
    }
    return "";
}

std::vector<CaseResult> run_suite(const std::vector<Case>& cases, const SuiteRequest& request) {
    SEEDWIRE_ASSERT(request.jobs > 0);
    return Suite{cases, request}.run();
}

ExitCode exit_code(const std::vector<CaseResult>& results) {
    ExitCode code = ExitCode::Holds;
    for (const CaseResult& result : results)
        code = run::worse(code,
                          result.status == Status::Waiting ? ExitCode::Interrupted : result.code);
    return code;
}

}  // namespace seedwire::regress
