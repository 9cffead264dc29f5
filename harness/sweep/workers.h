// Processes that live as long as the study and run what they are given, batch after batch. A crash
// takes one run with it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace seedwire::sweep {

/// One run of a plan.
struct Task {
    std::uint32_t point = 0, repetition = 0;
    auto operator<=>(const Task&) const = default;
};

/// A clock in nanoseconds; where it starts means nothing.
using Clock = std::function<std::int64_t()>;

struct Answer {
    enum class Kind : std::uint8_t {
        Bytes,    ///< what the work returned
        Crashed,  ///< twice; `bytes` is how
        TimedOut
    };
    Task task;
    Kind kind = Kind::Bytes;
    std::string bytes;
};

class WorkerPool {
public:
    struct Settings {
        std::size_t count = 1;
        /// Called in the worker. What it returns comes back as an answer.
        std::function<std::string(const Task&)> work;
        /// Asked in the worker behind each task: true lets it end, so that a fresh one goes on.
        std::function<bool()> is_worn = [] { return false; };
        Clock clock;
        std::int64_t time_limit_ns = 0;  ///< of each task; 0: none
    };
    /// The process must have no threads.
    explicit WorkerPool(Settings settings);
    ~WorkerPool();  ///< kills whoever still works
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// How many tasks should be given now; 0: everyone has enough to do.
    std::size_t wanted() const;
    void give(const std::vector<Task>& tasks);
    /// Tasks given and not answered.
    std::size_t outstanding() const { return outstanding_; }
    /// Waits for answers, at most `milliseconds`.
    std::vector<Answer> wait(int milliseconds);
    /// Lets everyone finish the run that is under way and forgets the rest; wait() until
    /// is_stopped().
    void stop();
    bool is_stopped() const { return workers_.empty(); }
    /// No process could be had; else empty.
    const std::string& error() const { return error_; }

private:
    struct Shared;
    struct Worker;

    bool start();
    [[noreturn]] void work(int commands, int answers, Shared& shared);
    void send(Worker& worker, const std::vector<Task>& tasks);
    void take(Worker& worker, std::vector<Answer>& answers);
    void bury(Worker& worker, std::vector<Answer>& answers);
    void give_again();
    void kill_late();
    std::string words_of(const Worker& worker) const;

    Settings settings_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::deque<Task> again_;  ///< to be given before anything else
    std::map<Task, int> crashes_;
    std::size_t outstanding_ = 0, batch_ = 1;
    bool stopping_ = false;
    std::string error_;
};

}  // namespace seedwire::sweep
