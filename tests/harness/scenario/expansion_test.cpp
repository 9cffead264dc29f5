// Parameters, templates and included files.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "harness/scenario/scenario.h"
#include "tests/support/catch.h"

namespace seedwire::scenario {
namespace {

using Files = std::map<std::string, std::string>;

LoadOptions reading(const Files& files) {
    LoadOptions options;
    options.read_include = [files](const std::string& path,
                                   Diagnostics&) -> std::optional<std::string> {
        const auto found = files.find(path);
        if (found == files.end()) return std::nullopt;
        return found->second;
    };
    return options;
}

Scenario must_load(const std::string& text, const LoadOptions& options = {}) {
    Diagnostics problems;
    const std::optional<Scenario> scenario = load("dir/test.yaml", text, options, problems);
    INFO(text << render(problems, text, false));
    REQUIRE(scenario.has_value());
    CHECK(problems.list().empty());
    return *scenario;
}

/// The problem at "file:line:column" (the main file's name may be left out) that says so.
void must_say(const std::string& text, const std::string& place, const std::string& message,
              const LoadOptions& options = {}, bool loads = false) {
    Diagnostics problems;
    const auto scenario = load("dir/test.yaml", text, options, problems);
    INFO("wanted " << place << " " << message << "\n" << text << render(problems, text, false));
    CHECK(scenario.has_value() == loads);
    CHECK(std::any_of(problems.list().begin(), problems.list().end(), [&](const Diagnostic& d) {
        const std::string line = fmt::format("{}:{}", d.where.line, d.where.column);
        return (line == place ? d.where.file == "dir/test.yaml"
                              : fmt::format("{}:{}", d.where.file, line) == place) &&
               (d.message + " " + d.hint + " " + d.note).find(message) != std::string::npos;
    }));
}

const std::string kRest =
    "hosts: [a, b]\n"
    "links: [{name: line, between: [a, b], rate: 10 Mbit/s, delay: 5 ms}]\n"
    "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}\n";

std::string scenario(const std::string& head, const std::string& rest = kRest) {
    return "version: 1\n" + head + "\n" + rest;
}

LoadOptions setting(const std::string& path, const std::string& value) {
    LoadOptions options;
    options.overrides = {{path, value}};
    return options;
}

const std::string kWithLoss =
    "hosts: [a, b]\n"
    "links: [{name: line, between: [a, b], rate: 10 Mbit/s, delay: 5 ms, impair: [loss: $loss]}]\n"
    "flows: {f: {app: bulk, from: a, to: b, bytes: $size}}\n"
    "expect: [\"f.delivered == $size\", 'f.goodput >= ${share} Mbit/s']\n";
const std::string kParameters =
    "parameters: {loss: {default: 1 %, help: random loss}, size: 2 MB, share: 4}";

Ratio loss_of(const Scenario& s) {
    return std::get<net::BernoulliLoss>(s.links[0].up.impairments[0]).probability.ratio;
}

TEST_CASE("A parameter stands for its value, whole or within a text", "[scenario]") {
    const Scenario s = must_load(scenario(kParameters, kWithLoss));
    CHECK(loss_of(s) == Ratio{1, 100});
    CHECK(s.flows[0].config.bytes.count == 2'000'000);
    REQUIRE(s.expectations.size() == 2);
    CHECK(s.expectations[0].text == "f.delivered == 2 MB");
    CHECK(s.expectations[1].text == "f.goodput >= 4 Mbit/s");
}

TEST_CASE("--set changes a parameter, in the short and in the long form", "[scenario]") {
    const std::string text = scenario(kParameters, kWithLoss);
    CHECK(loss_of(must_load(text, setting("loss", "0.5%"))) == Ratio{1, 200});
    CHECK(loss_of(must_load(text, setting("parameters.loss", "1/3"))) == Ratio{1, 3});
    CHECK(must_load(text, setting("size", "3 kB")).flows[0].config.bytes.count == 3000);
    CHECK(must_load(text, setting("flows.f.bytes", "1MB")).flows[0].config.bytes.count ==
          1'000'000);
}

TEST_CASE("A document is built many times and stays as it is", "[scenario]") {
    Diagnostics problems;
    const auto document = parse_document("t.yaml", scenario(kParameters, kWithLoss), {}, problems);
    REQUIRE(document.has_value());
    const auto first = build_scenario(*document, {}, problems);
    const auto other = build_scenario(*document, setting("loss", "2 %"), problems);
    const auto again = build_scenario(*document, {}, problems);
    REQUIRE((first && other && again));
    CHECK(first->digest == again->digest);
    CHECK(first->digest != other->digest);
    CHECK(problems.list().empty());
}

TEST_CASE("Parameters may hold maps, and other parameters", "[scenario]") {
    const Scenario s = must_load(
        scenario("parameters: {shape: {default: {rate: $rate, delay: 1 ms}}, rate: 3 Mbit/s}",
                 "topology: {star: {hosts: 2, access: $shape}}\n"
                 "flows: {f: {app: bulk, from: h1, to: h2, bytes: 1 MB}}\n"));
    CHECK(s.links[0].up.rate == Rate::bits_per_second(3'000'000));
}

TEST_CASE("Two dollars are one, and a lone dollar is itself", "[scenario]") {
    CHECK(must_load(scenario("name: costs $$x or $5 $")).name == "costs $x or $5 $");
}

TEST_CASE("Mistakes with parameters", "[scenario][errors]") {
    must_say(scenario("seed: $seds\nparameters: {seeds: 1}"), "2:7", "did you mean 'seeds'?");
    must_say(scenario("name: a $nobody"), "2:9", "no parameter 'nobody'");
    must_say(scenario("parameters: {seed: 1}"), "2:14", "is a key of every scenario");
    must_say(scenario("parameters: {a: $b, b: $a}\nname: $a"), "2:14", "depends on itself");
    must_say(scenario("parameters: {a: {help: x}}\nname: $a"), "2:14", "has no 'default'");
    must_say(scenario("parameters: {a: {defualt: x}}"), "2:18", "did you mean 'default'?");
    must_say(scenario("parameters: {a: [1]}\nname: x $a"), "3:9", "cannot stand within a text");
    must_say(scenario("parameters: [a]"), "2:13", "takes a map of names");
    must_say(scenario("parameters: {1a: 2}"), "2:14", "cannot name a parameter");
    must_say(scenario("parameters: {late: 5}\nstop: $late"), "2:20", "has no unit");
    must_say(scenario("parameters: {late: 5 s}\nstop: $late"), "--set late:1:6", "has no unit",
             setting("late", "7"));
    must_say(scenario("parameters: {late: 5 s}"), "2:14", "parameter 'late' is not used", {}, true);
    must_say(scenario("parameters: {late: 5 s}\nstop: $late"), "--set lat:1:1",
             "did you mean 'late'?", setting("lat", "7"));
}

TEST_CASE("A template lies under the map that uses it, map by map", "[scenario]") {
    const Scenario s =
        must_load(scenario("templates:\n"
                           "  fast: {rate: 1 Gbit/s, delay: 1 ms, mtu: 9000 B}\n"
                           "  tuned: {tcp: {tcp_sack: 0, congestion: reno}, ttl: 9}\n"
                           "  mine: {use: [tuned], wakeup: 3 us}",
                           "hosts: {a: {use: mine, tcp: {congestion: cubic}}, b: {}}\n"
                           "links: [{use: fast, between: [a, b], delay: 7 ms}]\n"
                           "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}\n"));
    CHECK(s.links[0].up.rate == Rate::bits_per_second(1'000'000'000));
    CHECK(s.links[0].up.delay == Duration::ms(7));
    CHECK(s.links[0].up.mtu.count == 9000);
    CHECK(s.nodes[0].ttl == 9);
    CHECK(s.nodes[0].wakeup == Duration::us(3));
    CHECK_FALSE(s.nodes[0].sysctls.tcp_sack);
    CHECK(s.nodes[0].sysctls.tcp_congestion_control == tcp::CongestionName::Cubic);
}

TEST_CASE("Mistakes with templates", "[scenario][errors]") {
    const std::string links =
        "hosts: [a, b]\nlinks: [{use: fast, between: [a, b]}]\n"
        "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}\n";
    must_say(scenario("templates: {fats: {rate: 1 Mbit/s}}", links), "4:15",
             "did you mean 'fats'?");
    must_say(scenario("templates: {fast: {rate: 1 Mbps}}", links), "2:28", "unknown unit 'Mbps'");
    must_say(scenario("templates: {fast: {rat: 1 Mbit/s}}", links), "2:20", "did you mean 'rate'?");
    must_say(scenario("templates: {fast: 3}", links), "2:19", "a template is a map");
    must_say(scenario("templates: {fast: {use: slow}, slow: {use: fast}}", links), "2:13",
             "uses itself");
    must_say(scenario("templates: {fast: {rate: 1 Mbit/s}}"), "2:13", "template 'fast' is not used",
             {}, true);
}

TEST_CASE("Templates that multiply are stopped", "[scenario][errors]") {
    std::string text = "templates:\n  t0: {x: 1}\n";
    for (int i = 1; i < 40; ++i)
        text += fmt::format("  t{0}: {{a: {{use: t{1}}}, b: {{use: t{1}}}}}\n", i, i - 1);
    must_say(scenario(text + "routing: {use: t39}"), "20:18", "add more than 1000000 values");
}

TEST_CASE("Included files add their sections below the file", "[scenario]") {
    const Files files{
        {"dir/common/hosts.part.yaml",
         "include: [links.part.yaml]\nhosts: {a: {ttl: 9, wakeup: 1 us}, b: {}}\n"
         "expect: [f.delivered > 0 B]\nstop: 3 s\n"},
        {"dir/common/links.part.yaml",
         "templates: {unused: {ttl: 3}}\nlinks: [{name: line, between: [a, b], delay: 5 ms}]\n"}};
    const Scenario s = must_load(
        "version: 1\n"
        "include: [common/hosts.part.yaml, common/links.part.yaml]\n"
        "hosts: {a: {wakeup: 2 us}, c: {}}\n"
        "stop: 4 s\n"
        "flows: {f: {app: bulk, from: a, to: b, bytes: 1 MB}}\n"
        "expect: [f.delivered > 1 B]\n",
        reading(files));
    REQUIRE(s.nodes.size() == 3);
    CHECK(s.nodes[0].ttl == 9);
    CHECK(s.nodes[0].wakeup == Duration::us(2));
    CHECK(s.stop == Time::zero() + Duration::s(4));
    CHECK(s.links.size() == 1);
    REQUIRE(s.expectations.size() == 2);
    CHECK(s.expectations[0].text == "f.delivered > 0 B");
}

TEST_CASE("Mistakes with included files point into the right file", "[scenario][errors]") {
    const Files files{{"dir/a.part.yaml", "include: b.part.yaml\n"},
                      {"dir/b.part.yaml", "x-y: 1\ninclude: [a.part.yaml]\n"},
                      {"dir/self.part.yaml", "include: [self.part.yaml]\n"},
                      {"dir/unit.part.yaml", "x-a: 1\nstop: 5\n"},
                      {"dir/syntax.part.yaml", "stop: [\n"},
                      {"dir/list.part.yaml", "- 1\n"}};
    const LoadOptions options = reading(files);
    const auto says = [&](const std::string& include, const std::string& place,
                          const std::string& message) {
        must_say(scenario("include: " + include), place, message, options);
    };
    says("[a.part.yaml]", "dir/b.part.yaml:2:11", "includes itself");
    says("[a.part.yaml]", "dir/b.part.yaml:2:11",
         "dir/a.part.yaml -> dir/b.part.yaml -> dir/a.part.yaml");
    says("[self.part.yaml]", "dir/self.part.yaml:1:11", "includes itself");
    says("[unit.part.yaml]", "dir/unit.part.yaml:2:7", "has no unit");
    says("[syntax.part.yaml]", "dir/syntax.part.yaml:2:1", "'[' is not closed");
    says("[list.part.yaml]", "dir/list.part.yaml:1:1", "is a map of keys");
    says("[gone.part.yaml]", "2:11", "'dir/gone.part.yaml' cannot be read");
    says("[test.yaml]", "2:11", "names of parts end in .part.yaml");
    says("[/etc/x.part.yaml]", "2:11", "an absolute path");
    says("{a: b}", "2:10", "takes a list of files");
}

TEST_CASE("Without a reader of one's own, included files come from the disk",
          "[scenario][errors]") {
    must_say(scenario("include: [no-such-file.part.yaml]"), "2:11", "'dir/no-such-file.part.yaml'");
}

}  // namespace
}  // namespace seedwire::scenario
