#include "harness/sweep/workers.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "sim/base/assert.h"

namespace seedwire::sweep {

namespace {

constexpr std::size_t kLargestBatch = 1024;
/// A worker never waits for its next batch while it has one in reserve.
constexpr std::size_t kBatchesAhead = 2;
/// Batches are made so large that one takes about as long.
constexpr std::int64_t kShortBatch = 5'000'000, kLongBatch = 40'000'000;  // ns
constexpr std::size_t kFlushBytes = 1U << 15;
constexpr int kLookMilliseconds = 50;

bool write_all(int file, const char* data, std::size_t size) {
    while (size > 0) {
        // A dead end is an error here, no signal.
        const ssize_t written = send(file, data, size, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

template <class T>
void append(std::string& out, const T& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

/// What a worker lets others see of it, whatever happens to it.
struct WorkerPool::Shared {
    std::atomic<std::uint64_t> started{0}, finished{0};  ///< tasks
    std::atomic<bool> stop{false};
    Task current;
};

struct WorkerPool::Worker {
    pid_t process = 0;
    int commands = -1, answers = -1, words = -1;
    Shared* shared = nullptr;
    std::deque<Task> tasks;  ///< given, not answered
    std::string input;
    std::int64_t batch_began = 0;
    std::size_t batch_left = 0;  ///< answers until the batch that is under way is done
    std::uint64_t seen_started = 0;
    std::int64_t seen_at = 0;
    bool timed_out = false;

    Worker() = default;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        for (const int file : {commands, answers, words})
            if (file >= 0) close(file);
        if (shared != nullptr) munmap(shared, sizeof *shared);
    }
};

WorkerPool::WorkerPool(Settings settings) : settings_{std::move(settings)} {
    SEEDWIRE_ASSERT(settings_.count > 0);
}

WorkerPool::~WorkerPool() {
    for (const auto& worker : workers_) {
        kill(worker->process, SIGKILL);
        while (waitpid(worker->process, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

std::size_t WorkerPool::wanted() const {
    if (stopping_) return 0;
    if (workers_.size() < settings_.count) return batch_;
    for (const auto& worker : workers_)
        if (worker->tasks.size() <= batch_ * (kBatchesAhead - 1)) return batch_;
    return 0;
}

bool WorkerPool::start() {
    auto worker = std::make_unique<Worker>();
    int commands[2] = {-1, -1}, answers[2] = {-1, -1};
    void* memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const bool good = memory != MAP_FAILED && socketpair(AF_UNIX, SOCK_STREAM, 0, commands) == 0 &&
                      socketpair(AF_UNIX, SOCK_STREAM, 0, answers) == 0;
    if (memory != MAP_FAILED) worker->shared = new (memory) Shared;
    worker->words = memfd_create("words", MFD_CLOEXEC);
    std::fflush(nullptr);  // or each worker would write it again
    const pid_t process = good ? fork() : -1;
    if (process == 0) {
        close(commands[1]), close(answers[0]);
        for (const auto& other : workers_) close(other->commands), close(other->answers);
        if (worker->words >= 0) dup2(worker->words, STDERR_FILENO);
        work(commands[0], answers[1], *worker->shared);
    }
    if (process < 0) {
        error_ = fmt::format("no process for a worker: {}", std::strerror(errno));
        for (const int file : {commands[0], commands[1], answers[0], answers[1]})
            if (file >= 0) close(file);
        return false;
    }
    close(commands[0]), close(answers[1]);
    worker->process = process;
    worker->commands = commands[1], worker->answers = answers[0];
    workers_.push_back(std::move(worker));
    return true;
}

/// Reads tasks, writes answers: the task, the length, the bytes.
void WorkerPool::work(int commands, int answers, Shared& shared) {
    std::string out;
    const auto flush = [&] {
        if (!write_all(answers, out.data(), out.size())) _exit(0);  // nobody listens any more
        out.clear();
    };
    std::vector<Task> batch(kLargestBatch);
    std::size_t have = 0;  // bytes
    while (!shared.stop) {
        auto* bytes = reinterpret_cast<char*>(batch.data());
        const ssize_t count = read(commands, bytes + have, batch.size() * sizeof(Task) - have);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        have += static_cast<std::size_t>(count);
        const std::size_t tasks = have / sizeof(Task);
        for (std::size_t i = 0; i < tasks && !shared.stop; ++i) {
            shared.current = batch[i];
            ++shared.started;
            const std::string answer = settings_.work(batch[i]);
            append(out, batch[i]);
            append(out, static_cast<std::uint32_t>(answer.size()));
            out += answer;
            const bool worn = settings_.is_worn();
            if (out.size() >= kFlushBytes || worn) flush();
            ++shared.finished;
            if (worn) _exit(0);
        }
        have -= tasks * sizeof(Task);
        std::memmove(bytes, bytes + tasks * sizeof(Task), have);
        flush();
    }
    _exit(0);
}

void WorkerPool::send(Worker& worker, const std::vector<Task>& tasks) {
    if (worker.tasks.empty()) {
        worker.batch_began = settings_.clock();
        worker.batch_left = tasks.size();
    }
    worker.tasks.insert(worker.tasks.end(), tasks.begin(), tasks.end());
    // A worker that has died meanwhile is noticed where answers are read; its tasks are known.
    write_all(worker.commands, reinterpret_cast<const char*>(tasks.data()),
              tasks.size() * sizeof(Task));
}

void WorkerPool::give(const std::vector<Task>& tasks) {
    if (tasks.empty()) return;
    outstanding_ += tasks.size();
    if (workers_.size() < settings_.count && !start() && workers_.empty()) return;
    const auto least = std::min_element(
        workers_.begin(), workers_.end(),
        [](const auto& a, const auto& b) { return a->tasks.size() < b->tasks.size(); });
    send(**least, tasks);
}

/// What a dead worker left over, one at a time: perhaps it is the cause.
void WorkerPool::give_again() {
    while (!again_.empty() && wanted() > 0) {
        const Task task = again_.front();
        again_.pop_front();
        --outstanding_;
        give({task});
    }
}

std::vector<Answer> WorkerPool::wait(int milliseconds) {
    std::vector<Answer> answers;
    give_again();
    std::vector<pollfd> files;
    for (const auto& worker : workers_) files.push_back({worker->answers, POLLIN, 0});
    const int ready = poll(files.data(), files.size(), std::min(milliseconds, kLookMilliseconds));
    for (std::size_t i = files.size(); ready > 0 && i-- > 0;) {
        if (files[i].revents == 0) continue;
        Worker& worker = *workers_[i];
        char buffer[1 << 16];
        const ssize_t count = read(worker.answers, buffer, sizeof buffer);
        if (count > 0) {
            worker.input.append(buffer, static_cast<std::size_t>(count));
            take(worker, answers);
        } else if (count == 0 || errno != EINTR) {
            bury(worker, answers);
            workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    kill_late();
    return answers;
}

void WorkerPool::take(Worker& worker, std::vector<Answer>& answers) {
    constexpr std::size_t kHead = sizeof(Task) + sizeof(std::uint32_t);
    std::size_t at = 0;
    while (worker.input.size() - at >= kHead) {
        Answer answer;
        std::uint32_t size = 0;
        std::memcpy(&answer.task, &worker.input[at], sizeof answer.task);
        std::memcpy(&size, &worker.input[at + sizeof(Task)], sizeof size);
        if (worker.input.size() - at < kHead + size) break;
        answer.bytes = worker.input.substr(at + kHead, size);
        at += kHead + size;
        SEEDWIRE_ASSERT(!worker.tasks.empty());
        SEEDWIRE_ASSERT(worker.tasks.front() == answer.task);
        worker.tasks.pop_front();
        --outstanding_;
        answers.push_back(std::move(answer));
        if (worker.batch_left > 0 && --worker.batch_left == 0) {
            const std::int64_t now = settings_.clock(), took = now - worker.batch_began;
            if (took < kShortBatch) batch_ = std::min(batch_ * 2, kLargestBatch);
            if (took > kLongBatch) batch_ = std::max<std::size_t>(batch_ / 2, 1);
            worker.batch_began = now;
            worker.batch_left = std::min(worker.tasks.size(), batch_);
        }
    }
    worker.input.erase(0, at);
}

/// The first line that a worker wrote to its standard error.
std::string WorkerPool::words_of(const Worker& worker) const {
    char buffer[512];
    const ssize_t count = pread(worker.words, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    const std::string_view all{buffer, static_cast<std::size_t>(count)};
    return std::string{all.substr(0, all.find('\n'))};
}

/// Everything that was given and not answered is given again, except what it died of.
void WorkerPool::bury(Worker& worker, std::vector<Answer>& answers) {
    int status = 0;
    while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
    }
    const bool died_at_work = worker.shared->started != worker.shared->finished;
    const Task culprit = worker.shared->current;
    for (const Task& task : worker.tasks) {
        if (stopping_ || !died_at_work || task != culprit) {
            if (stopping_)
                --outstanding_;
            else
                again_.push_back(task);
            continue;
        }
        if (worker.timed_out) {
            answers.push_back({task, Answer::Kind::TimedOut, {}});
            --outstanding_;
        } else if (++crashes_[task] < 2) {
            again_.push_front(task);
        } else {
            std::string how = WIFSIGNALED(status)
                                  ? fmt::format("ended by signal {} ({})", WTERMSIG(status),
                                                strsignal(WTERMSIG(status)))
                                  : fmt::format("ended with exit code {}", WEXITSTATUS(status));
            const std::string words = words_of(worker);
            if (!words.empty()) how += ": " + words;
            answers.push_back({task, Answer::Kind::Crashed, std::move(how)});
            --outstanding_;
        }
    }
}

void WorkerPool::kill_late() {
    if (settings_.time_limit_ns == 0) return;
    const std::int64_t now = settings_.clock();
    for (const auto& worker : workers_) {
        const std::uint64_t started = worker->shared->started;
        if (started != worker->seen_started || worker->shared->finished == started) {
            worker->seen_started = started;
            worker->seen_at = now;
        } else if (now - worker->seen_at > settings_.time_limit_ns && !worker->timed_out) {
            worker->timed_out = true;
            kill(worker->process, SIGKILL);
        }
    }
}

void WorkerPool::stop() {
    if (stopping_) return;
    stopping_ = true;
    outstanding_ -= again_.size();
    again_.clear();
    for (const auto& worker : workers_) {
        worker->shared->stop = true;
        close(worker->commands);
        worker->commands = -1;
    }
}

}  // namespace seedwire::sweep
