#include "harness/sweep/keys.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sim/base/stable_hash.h"

namespace seedwire::sweep {

namespace {

/// Below this many points other processes cost more than they save.
constexpr std::size_t kWorthForking = 4000;
/// Points of which it is said what is wrong with them; the others are wrong likewise.
constexpr std::size_t kMostShown = 20;

/// Of the scenario's starts, which are drawn: any one does, since it only names the scenario.
constexpr std::uint64_t kNamingSeed = 1;

class KeyMaker {
public:
    KeyMaker(const study::Plan& plan, std::string_view model_version)
        : plan_{plan}, version_{stable_hash(model_version)} {}

    /// False if the point cannot be built.
    bool make(std::size_t point, PointKey& key, std::vector<Measured>& measured, bool may_add,
              scenario::Diagnostics& problems) const {
        scenario::LoadOptions options = plan_.options(point, kNamingSeed);
        options.with_digest = true;
        const auto built = scenario::build_scenario(*plan_.study().base, options, problems);
        if (!built) return false;
        key.scenario = built->digest;
        key.key = combine_hash(built->digest, version_);
        const Measured what = Measured::of(*built, options.warm_up);
        const auto known = std::find(measured.begin(), measured.end(), what);
        if (known == measured.end()) {
            if (!may_add) return false;
            measured.push_back(what);
            key.measured = static_cast<std::uint32_t>(measured.size() - 1);
        } else {
            key.measured = static_cast<std::uint32_t>(known - measured.begin());
        }
        return true;
    }

private:
    const study::Plan& plan_;
    std::uint64_t version_;
};

/// What the processes fill in together; zero: not done, and to be done here.
class SharedKeys {
public:
    explicit SharedKeys(std::size_t count) : bytes_{count * sizeof(PointKey)} {
        void* memory =
            mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        keys_ = memory == MAP_FAILED ? nullptr : static_cast<PointKey*>(memory);
    }
    ~SharedKeys() {
        if (keys_ != nullptr) munmap(keys_, bytes_);
    }
    SharedKeys(const SharedKeys&) = delete;
    SharedKeys& operator=(const SharedKeys&) = delete;
    PointKey* get() const { return keys_; }

private:
    std::size_t bytes_;
    PointKey* keys_ = nullptr;
};

void make_in_processes(const KeyMaker& maker, std::size_t jobs, Keys& keys) {
    const SharedKeys shared{keys.points.size()};
    if (shared.get() == nullptr) return;
    std::vector<pid_t> processes;
    for (std::size_t j = 0; j < jobs; ++j) {
        const pid_t process = fork();
        if (process == 0) {
            for (std::size_t i = j; i < keys.points.size(); i += jobs) {
                scenario::Diagnostics problems;
                PointKey key;
                if (maker.make(i, key, keys.measured, false, problems)) shared.get()[i] = key;
            }
            _exit(0);
        }
        if (process > 0) processes.push_back(process);
    }
    for (const pid_t process : processes)
        while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
        }
    std::copy_n(shared.get(), keys.points.size(), keys.points.begin());
}

}  // namespace

std::uint64_t inputs_digest(const study::Study& study, std::string_view model_version) {
    std::uint64_t digest = stable_hash(model_version);
    for (const auto& [file, text] : study.sources) digest = combine_hash(digest, stable_hash(text));
    return digest;
}

std::optional<Keys> compute_keys(const study::Plan& plan, std::string_view model_version,
                                 std::size_t jobs, scenario::Diagnostics& problems) {
    const KeyMaker maker{plan, model_version};
    Keys keys;
    keys.points.resize(plan.size());
    std::size_t first = 0, failed = 0;
    if (plan.size() >= kWorthForking && jobs > 1 &&
        maker.make(0, keys.points[0], keys.measured, true, problems))
        make_in_processes(maker, jobs, keys);
    for (std::size_t i = first; i < plan.size() && failed < kMostShown; ++i) {
        if (keys.points[i].key != 0) continue;
        scenario::Diagnostics found;
        if (maker.make(i, keys.points[i], keys.measured, true, found)) continue;
        ++failed;
        for (const scenario::Diagnostic& d : found.list()) problems.add(d);
    }
    if (failed > 0) return std::nullopt;
    return keys;
}

}  // namespace seedwire::sweep
