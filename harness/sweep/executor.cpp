#include "harness/sweep/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "harness/sweep/point_progress.h"

namespace seedwire::sweep {

namespace {

/// Between two transactions: so much is lost by kill -9 at most, and computed again.
constexpr std::int64_t kCommitInterval = 1'000'000'000;  // ns
constexpr std::int64_t kProgressInterval = 100'000'000;  // ns
constexpr int kWaitMilliseconds = 100;

/// Points with their runs, filled from the store first.
class Points {
public:
    Points(const study::Plan& plan, const Keys& keys, Store& store, const Shard& shard,
           bool retry_failed)
        : plan_{plan}, keys_{keys}, store_{store}, shard_{shard} {
        for (const Measured& measured : keys.measured) {
            measured_.push_back(measured.id());
            rules_.push_back(rules_of(measured));
        }
        const study::Repeat& repeat = plan.study().repeat;
        std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> first;
        for (std::uint32_t i = 0; i < keys.points.size(); ++i) {
            const PointKey& key = keys.points[i];
            // Two points may be the same scenario: then it is run once.
            twins_.push_back(first.try_emplace({key.key, key.measured}, i).first->second);
            points_.emplace_back(repeat, rules_[key.measured]);
        }
        for (std::uint32_t i = 0; i < points_.size() && store_.good(); ++i)
            if (twins_[i] == i) fill(i, retry_failed);
    }

    /// The next runs nobody has asked for, in the order of the plan.
    std::vector<Task> take(std::size_t most) {
        std::vector<Task> tasks;
        while (tasks.size() < most && !ready_.empty()) {
            const std::uint32_t point = *ready_.begin();
            const auto repetition = points_[point].take_next();
            if (!repetition) {
                ready_.erase(ready_.begin());
                continue;
            }
            if (is_mine({point, *repetition})) tasks.push_back({point, *repetition});
        }
        return tasks;
    }
    bool has_more() const { return !ready_.empty(); }

    void add(const Task& task, const Record& record) {
        PointProgress& point = points_[task.point];
        if (record.status != Status::Done) ++failures_;
        if (point.add(task.repetition, record)) {
            widest_ = point.width();
            if (point.is_decided())
                ++decided_;
            else
                ready_.insert(task.point);
        }
        ++done_;
    }
    void keep(const Task& task, const Record& record) {
        const PointKey& key = keys_.points[task.point];
        store_.keep(key, measured_[key.measured], plan_.study().first_seed + task.repetition,
                    record);
    }

    SweepProgress progress() const {
        SweepProgress p;
        p.done = done_;
        p.failures = failures_;
        p.points = originals_;
        p.decided = decided_;
        if (!plan_.study().repeat.until.empty())
            p.width = fmt::format("{:.2f} x the width asked for", widest_);
        return p;
    }
    /// Of the runs of this shard, as far as it is known now.
    std::uint64_t expected() const {
        std::uint64_t all = 0;
        for (std::uint32_t i = 0; i < points_.size(); ++i)
            if (twins_[i] == i) all += points_[i].target();
        return std::max<std::uint64_t>(all / shard_.count, done_);
    }
    Outcome outcome() const {
        Outcome outcome;
        outcome.failures = failures_;
        for (const std::uint32_t twin : twins_)
            outcome.repetitions.push_back(points_[twin].is_decided() ? points_[twin].target() : 0);
        return outcome;
    }

private:
    std::vector<std::size_t> rules_of(const Measured& measured) const {
        std::vector<std::size_t> rules;
        for (const study::Repeat::Until& until : plan_.study().repeat.until) {
            const auto at = std::find_if(
                measured.figures.begin(), measured.figures.end(),
                [&](const Measured::Figure& figure) { return figure.name == until.metric; });
            rules.push_back(static_cast<std::size_t>(at - measured.figures.begin()));
        }
        return rules;
    }
    void fill(std::uint32_t i, bool retry_failed) {
        ++originals_;
        const PointKey& key = keys_.points[i];
        const std::uint64_t first = plan_.study().first_seed;
        ready_.insert(i);
        store_.each(key, measured_[key.measured], first, first + plan_.study().repeat.maximum,
                    [&](std::uint64_t seed, const Record& record) {
                        if (retry_failed && record.status != Status::Done) return;
                        add({i, static_cast<std::uint32_t>(seed - first)}, record);
                    });
        if (points_[i].is_decided() || !points_[i].has_next()) ready_.erase(i);
    }
    /// A rule is decided on all runs of a point, so that with one shards have whole points.
    bool is_mine(const Task& task) const {
        const study::Repeat& repeat = plan_.study().repeat;
        const std::uint64_t number =
            repeat.until.empty() ? std::uint64_t{task.point} * repeat.minimum + task.repetition
                                 : task.point;
        return number % shard_.count == shard_.index;
    }

    const study::Plan& plan_;
    const Keys& keys_;
    Store& store_;
    Shard shard_;
    std::vector<std::uint64_t> measured_;
    std::vector<std::vector<std::size_t>> rules_;  ///< by set of measured things
    std::vector<std::uint32_t> twins_;             ///< the first point with the same key
    std::vector<PointProgress> points_;
    std::set<std::uint32_t> ready_;
    std::uint64_t done_ = 0, failures_ = 0;
    std::size_t decided_ = 0, originals_ = 0;
    double widest_ = 0;
};

Record record_of(const Answer& answer, const study::Plan& plan) {
    if (answer.kind == Answer::Kind::Bytes)
        if (auto record = decode(answer.bytes)) return *std::move(record);
    Record record;
    record.holds = false;
    record.status = answer.kind == Answer::Kind::TimedOut ? Status::TimeLimit : Status::Crashed;
    record.reason =
        answer.kind == Answer::Kind::TimedOut
            ? fmt::format("time limit of {} reached", to_string(plan.study().limits.time))
            : answer.bytes;
    return record;
}

class Executor {
public:
    Executor(const study::Plan& plan, const Keys& keys, Store& store, const SweepRequest& request)
        : plan_{plan},
          store_{store},
          request_{request},
          points_{plan, keys, store, request.shard, request.retry_failed},
          runner_{plan},
          expected_{points_.expected()} {}

    Outcome run() {
        if (!store_.good()) return points_.outcome();
        WorkerPool pool{settings()};
        last_commit_ = last_progress_ = request_.clock();
        while (store_.good()) {
            const bool stop = request_.interrupted != nullptr && *request_.interrupted;
            if (stop) pool.stop();
            while (const std::size_t wanted = pool.wanted()) {
                const std::vector<Task> tasks = points_.take(wanted);
                if (tasks.empty()) break;
                pool.give(tasks);
            }
            if (stop ? pool.is_stopped() : pool.outstanding() == 0 && !points_.has_more()) break;
            if (!pool.error().empty() && pool.is_stopped()) break;
            for (const Answer& answer : pool.wait(kWaitMilliseconds)) take(answer);
            look_at_clock();
        }
        store_.commit();
        tell();
        Outcome outcome = points_.outcome();
        outcome.error = pool.error();
        outcome.interrupted = request_.interrupted != nullptr && *request_.interrupted;
        return outcome;
    }

private:
    WorkerPool::Settings settings() {
        WorkerPool::Settings settings;
        settings.count = request_.jobs;
        settings.clock = request_.clock;
        settings.time_limit_ns = plan_.study().limits.time.ns();
        settings.work = [this](const Task& task) { return encode(runner_.run(task)); };
        settings.is_worn = [this] { return runner_.is_worn(); };
        return settings;
    }
    void take(const Answer& answer) {
        const Record record = record_of(answer, plan_);
        points_.keep(answer.task, record);
        points_.add(answer.task, record);
        ++computed_;
    }
    void look_at_clock() {
        const std::int64_t now = request_.clock();
        if (now - last_commit_ >= kCommitInterval) {
            store_.commit();
            expected_ = points_.expected();
            last_commit_ = now;
        }
        if (now - last_progress_ >= kProgressInterval) {
            tell();
            last_progress_ = now;
        }
    }
    void tell() {
        if (!request_.on_progress) return;
        SweepProgress progress = points_.progress();
        progress.computed = computed_;
        progress.expected = std::max(expected_, progress.done);
        request_.on_progress(progress);
    }

    const study::Plan& plan_;
    Store& store_;
    const SweepRequest& request_;
    Points points_;
    Runner runner_;  ///< used in the workers, each of which has its own copy
    std::uint64_t computed_ = 0, expected_ = 0;
    std::int64_t last_commit_ = 0, last_progress_ = 0;
};

}  // namespace

bool Outcome::complete() const {
    return std::find(repetitions.begin(), repetitions.end(), 0U) == repetitions.end();
}

Outcome execute(const study::Plan& plan, const Keys& keys, Store& store,
                const SweepRequest& request) {
    return Executor{plan, keys, store, request}.run();
}

Outcome look(const study::Plan& plan, const Keys& keys, Store& store) {
    return Points{plan, keys, store, {}, false}.outcome();
}

}  // namespace seedwire::sweep
