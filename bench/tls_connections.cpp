// Complete TCP and TLS 1.3 handshakes through the whole simulator, outputs off, and what an open
// connection weighs.
//
//     bench_tls_connections [CONNECTIONS]
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/support/measure.h"
#include "harness/world/world.h"

using namespace seedwire;

namespace {

/// `count` connections that begin 100 us apart on average, and do no more than a byte each way.
scenario::Scenario connections(std::uint32_t count, const std::string& more) {
    const std::string text =
        "version: 1\nhosts: [c, s]\nlinks: [{between: [c, s], rate: 10 Gbit/s, delay: 5 ms}]\n"
        "flows:\n  hello: {app: request_response, from: c, to: s, count: " +
        std::to_string(count) +
        ", start: {exponential: 100 us}, request: 1 B, response: 1 B, options: [nodelay 1]" + more +
        "}\n";
    scenario::Diagnostics problems;
    const auto document = scenario::parse_document("bench.yaml", text, {}, problems);
    auto scenario = document ? scenario::build_scenario(*document, {}, problems) : std::nullopt;
    if (!scenario) {
        std::fputs(scenario::render(problems, text, false).c_str(), stderr);
        std::exit(2);
    }
    return *std::move(scenario);
}

double seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

struct Running {
    world::World* world;
    Time stop;
};
void run(void* context) {
    const auto* running = static_cast<Running*>(context);
    running->world->simulation().run_until(running->stop);
}

void short_ones(const char* title, std::uint32_t count, const std::string& more) {
    const scenario::Scenario s = connections(count, more);
    const double begin = seconds();
    world::World world{s};
    world.start();
    Running running{&world, Time::never()};
    seedwire_measured(run, &running);
    const double took = seconds() - begin;
    world.finish();
    std::uint32_t done = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const app::TlsFigures* figures = world.tls().find_figures(i);
        const bool is_tls = figures != nullptr;
        done += (is_tls ? figures->server.done : world.figures()[i].server.established).is_never()
                    ? 0U
                    : 1U;
    }
    std::printf("%-32s %9.0f handshakes/s (%u, SYN to the end of TIME-WAIT)\n", title, done / took,
                done);
}

void open_ones(const char* title, std::uint32_t count, const std::string& more) {
    const scenario::Scenario s = connections(count, ", think: 1000 s" + more);
    world::World world{s};
    const std::uint64_t empty = bench::heap_bytes();
    world.start();
    world.simulation().run_until(Time::zero() + Duration::s(30));
    std::uint32_t open = 0;
    for (std::uint32_t i = 0; i < world.figures().size(); ++i)
        open += world.figures()[i].client.established.is_never() ? 0U : 1U;
    std::printf("%-32s %9.0f bytes each, both ends (%u)\n", title,
                static_cast<double>(bench::heap_bytes() - empty) / open, open);
    world.finish();
}

}  // namespace

int main(int argc, char** argv) {
    const auto count =
        static_cast<std::uint32_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000);
    const std::string tls = ", over: tls";
    short_ones("TCP alone", count, "");
    short_ones("TCP and TLS 1.3, full", count, tls + ", tls: {resume: false}");
    short_ones("TCP and TLS 1.3, resumed", count, tls);
    open_ones("open, TCP alone", count, "");
    open_ones("open, TLS 1.3", count, tls + ", tls: {resume: false}");
}
