#include "harness/sweep/workers.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/support/catch.h"

using namespace seedwire::sweep;

namespace {

std::int64_t clock_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

/// Everything is given and answered.
std::map<Task, Answer> run_all(WorkerPool::Settings settings, std::uint32_t tasks) {
    settings.clock = clock_ns;
    WorkerPool pool{settings};
    std::map<Task, Answer> answers;
    std::uint32_t next = 0;
    while (next < tasks || pool.outstanding() > 0) {
        for (std::size_t wanted = pool.wanted(); wanted > 0 && next < tasks;
             wanted = pool.wanted()) {
            std::vector<Task> batch;
            for (; wanted > 0 && next < tasks; --wanted) batch.push_back({next++, 1});
            pool.give(batch);
        }
        for (Answer& answer : pool.wait(100)) {
            const bool is_new = answers.emplace(answer.task, answer).second;
            CHECK(is_new);
        }
    }
    return answers;
}

}  // namespace

TEST_CASE("every task is answered once, whatever the number of workers", "[sweep][workers]") {
    for (const std::size_t count : {1U, 3U}) {
        WorkerPool::Settings settings;
        settings.count = count;
        settings.work = [](const Task& task) { return std::string(task.point % 7, 'x'); };
        const auto answers = run_all(settings, 5000);
        REQUIRE(answers.size() == 5000);
        for (const auto& [task, answer] : answers) {
            CHECK(answer.kind == Answer::Kind::Bytes);
            CHECK(answer.bytes.size() == task.point % 7);
        }
    }
}

TEST_CASE("a crash takes one run with it, after a second try", "[sweep][workers]") {
    WorkerPool::Settings settings;
    settings.count = 2;
    settings.work = [](const Task& task) {
        if (task.point % 50 == 13) std::raise(SIGKILL);
        return std::string{"fine"};
    };
    const auto answers = run_all(settings, 300);
    REQUIRE(answers.size() == 300);
    for (const auto& [task, answer] : answers) {
        const bool crashes = task.point % 50 == 13;
        CHECK((answer.kind == Answer::Kind::Crashed) == crashes);
        if (crashes) CHECK(answer.bytes == "ended by signal 9 (Killed)");
    }
}

TEST_CASE("a worker that is killed once is noticed and its run repeated", "[sweep][workers]") {
    char name[] = "/tmp/seedwire-workers-XXXXXX";
    const int file = mkstemp(name);
    REQUIRE(file >= 0);
    WorkerPool::Settings settings;
    settings.count = 2;
    settings.work = [&](const Task& task) {
        // Only the first who comes here finds the file.
        if (task.point == 20 && unlink(name) == 0) std::raise(SIGKILL);
        return std::string{"fine"};
    };
    for (const auto& [task, answer] : run_all(settings, 100))
        CHECK(answer.kind == Answer::Kind::Bytes);
    close(file);
}

TEST_CASE("a run that takes too long is ended, the others go on", "[sweep][workers]") {
    WorkerPool::Settings settings;
    settings.count = 2;
    settings.time_limit_ns = 200'000'000;
    settings.work = [](const Task& task) {
        if (task.point == 3)
            for (;;) pause();
        return std::string{"fine"};
    };
    for (const auto& [task, answer] : run_all(settings, 50))
        CHECK((answer.kind == Answer::Kind::TimedOut) == (task.point == 3));
}

TEST_CASE("a worn worker is replaced by a fresh one", "[sweep][workers]") {
    WorkerPool::Settings settings;
    settings.work = [](const Task&) { return std::to_string(getpid()); };
    settings.is_worn = [] { return true; };
    std::set<std::string> processes;
    for (const auto& [task, answer] : run_all(settings, 10)) {
        CHECK(answer.kind == Answer::Kind::Bytes);
        processes.insert(answer.bytes);
    }
    CHECK(processes.size() == 10);
}
