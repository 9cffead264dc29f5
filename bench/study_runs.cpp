// What a run of a study costs, part by part: the handshake of the tour, with a new seed each time.
//     bench_study_runs [RUNS]
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "harness/sweep/executor.h"
#include "harness/sweep/keys.h"
#include "harness/sweep/materialise.h"
#include "harness/sweep/opened.h"

using namespace seedwire;

namespace {

constexpr const char* kStudy = R"(version: 1
study: handshakes
base:
  version: 1
  hosts: [client, server]
  links: [{between: [client, server], rate: 10 Mbit/s, delay: 20 ms}]
  flows: {hello: {app: request_response, from: client, to: server, request: 100 B, response: 1 kB}}
repeat: 1000000
collect: [hello.handshake]
)";

std::int64_t clock_ns() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
}

/// Of this process and of those that have ended below it.
double cpu_seconds() {
    double seconds = 0;
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        getrusage(who, &usage);
        for (const timeval& t : {usage.ru_utime, usage.ru_stime})
            seconds += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    }
    return seconds;
}

template <class Work>
void report(const char* what, std::uint32_t runs, Work work) {
    const double before = cpu_seconds();
    work();
    const double seconds = cpu_seconds() - before;
    std::printf("%-28s %8.2f us a run  %9.0f /s\n", what, seconds * 1e6 / runs, runs / seconds);
}

}  // namespace

int main(int count, char** arguments) {
    const auto runs =
        static_cast<std::uint32_t>(count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 20'000);
    std::string text = kStudy;
    text.replace(text.find("1000000"), 7, std::to_string(runs));
    scenario::Diagnostics problems;
    const auto opened = sweep::open_study("bench.study.yaml", text, problems);
    if (!opened) return 2;
    const study::Plan& plan = *opened->plan;
    const auto keys = sweep::compute_keys(plan, "bench", 1, problems);
    const std::string directory =
        (std::filesystem::temp_directory_path() / ("study-runs-" + std::to_string(getpid())))
            .string();
    {
        sweep::Store store{directory, sweep::Store::Mode::Create};
        std::vector<sweep::Record> records;
        report("build the scenario", runs, [&] {
            for (std::uint32_t i = 0; i < runs; ++i)
                scenario::build_scenario(*opened->study.base, plan.options(0, i), problems);
        });
        report("run, judge, measure", runs, [&] {
            sweep::Runner runner{plan};
            for (std::uint32_t i = 0; i < runs; ++i) records.push_back(runner.run({0, i}));
        });
        report("store", runs, [&] {
            for (std::uint32_t i = 0; i < runs; ++i) store.keep({}, 0, i, records[i]);
            store.commit();
        });
        sweep::SweepRequest request;
        request.clock = clock_ns;
        sweep::Outcome outcome;
        report("all of it, in a worker", runs,
               [&] { outcome = sweep::execute(plan, *keys, store, request); });
        report("tables and CSV", runs, [&] { sweep::materialise(plan, *keys, outcome, store); });
        if (!store.good()) std::printf("%s\n", store.error().c_str());
    }
    std::filesystem::remove_all(directory);
}
