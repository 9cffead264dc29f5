// The simulator inside a C++ program: one scenario, run at several rates and asked for its figures.
#include <cstdio>

#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

namespace {

constexpr const char* kScenario = R"(version: 1
name: download
hosts: [client, server]
links:
  - {name: line, between: [client, server], rate: 1 Mbit/s, delay: 10 ms}
flows:
  load: {app: bulk, from: client, to: server, direction: download, bytes: 1 MB}
expect:
  - load.delivered == 1 MB
)";

}  // namespace

int main() {
    using namespace seedwire;
    for (const char* rate : {"1 Mbit/s", "10 Mbit/s", "100 Mbit/s"}) {
        scenario::Diagnostics problems;
        const scenario::LoadOptions options{.overrides = {{"line.rate", rate}}, .seed = {}};
        const auto scenario = scenario::load("download.yaml", kScenario, options, problems);
        if (!scenario) {
            std::fputs(render(problems, kScenario, false).c_str(), stderr);
            return 2;
        }
        const run::Run run = run::execute(*scenario, {});
        const observe::FlowFigures& load = run.figures.flows[0];
        std::printf("%10s: %s, %llu bit/s, digest %s\n", rate,
                    to_string(load.completion.value_or(Duration::zero())).c_str(),
                    static_cast<unsigned long long>(load.goodput()),
                    to_string(run.digest.total).c_str());
        if (!run.holds()) return 1;
    }
    return 0;
}
