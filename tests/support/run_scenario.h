// Loads and runs a scenario given as text, for tests of everything above the models.
#pragma once

#include <memory>
#include <string>

#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire::test {

/// A run with the scenario it refers to.
struct Ran {
    scenario::Scenario scenario;
    run::Run run;
};

inline scenario::Scenario load_text(const std::string& yaml,
                                    const std::string& name = "test.yaml") {
    scenario::Diagnostics problems;
    auto loaded = scenario::load(name, yaml, {}, problems);
    INFO(scenario::render(problems, yaml, false));
    REQUIRE(loaded.has_value());
    return std::move(*loaded);
}

inline std::unique_ptr<Ran> run_text(const std::string& yaml, const run::Request& request = {}) {
    auto ran = std::make_unique<Ran>();
    ran->scenario = load_text(yaml);
    ran->run = run::execute(ran->scenario, request);
    return ran;
}

/// Two hosts, one link of 10 Mbit/s and 20 ms, and whatever follows.
inline std::string two_hosts(const std::string& rest) {
    return "version: 1\nname: test\nhosts: [client, server]\nlinks:\n"
           "  - {name: line, between: [client, server], rate: 10 Mbit/s, delay: 20 ms}\n" +
           rest;
}

}  // namespace seedwire::test
