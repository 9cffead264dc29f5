#include "harness/study/study.h"

#include "harness/study/plan.h"
#include "harness/study/sampling.h"
#include "tests/support/catch.h"

using namespace seedwire;

namespace {

const std::string kBase =
    "base:\n"
    "  version: 1\n"
    "  hosts: [a, b]\n"
    "  stop: 10 s\n"
    "  parameters: {size: 10 kB}\n"
    "  links: [{name: line, between: [a, b], rate: 10 Mbit/s, delay: 20 ms, impair: [{loss: 1 "
    "%}]}]\n"
    "  flows: {load: {app: bulk, from: a, to: b, bytes: $size}}\n";

struct Loaded {
    std::optional<study::Study> study;
    std::string said;
};

Loaded load(const std::string& rest) {
    const std::string text = "version: 1\nstudy: a question\n" + kBase + rest;
    scenario::Diagnostics problems;
    Loaded loaded;
    loaded.study = study::load_study("q.study.yaml", text, problems);
    loaded.said = scenario::render(problems, text, false);
    return loaded;
}

std::vector<std::string> points(const std::string& rest) {
    const Loaded loaded = load(rest);
    INFO(loaded.said);
    REQUIRE(loaded.study);
    std::string problem;
    const auto plan = study::Plan::make(*loaded.study, problem);
    std::vector<std::string> all;
    if (!plan) return {problem};
    for (std::size_t i = 0; i < plan->size(); ++i) all.push_back(plan->describe(i));
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a study without vary is one point", "[study]") { CHECK(points("") == Texts{""}); }

TEST_CASE("lists are crossed, the first changes slowest", "[study]") {
    CHECK(points("vary:\n  size: [1 kB, 2 kB]\n  hosts.*.tcp.congestion: [reno, cubic]\n") ==
          Texts{"size=1 kB congestion=reno", "size=1 kB congestion=cubic",
                "size=2 kB congestion=reno", "size=2 kB congestion=cubic"});
}

TEST_CASE("ranges are written in the unit of their first end", "[study]") {
    CHECK(points("vary: {line.delay: {lin: [1 ms, 2 ms], steps: 5}}\n") ==
          Texts{"delay=1 ms", "delay=1.25 ms", "delay=1.5 ms", "delay=1.75 ms", "delay=2 ms"});
    CHECK(points("vary: {line.impair.0.loss: {log: [0.01 %, 1 %], steps: 5}}\n") ==
          Texts{"loss=0.01 %", "loss=0.03162 %", "loss=0.1 %", "loss=0.3162 %", "loss=1 %"});
    CHECK(points("vary: {size: {log: [1 kB, 1 MB], steps: 4}}\n") ==
          Texts{"size=1 kB", "size=10 kB", "size=100 kB", "size=1 MB"});
}

TEST_CASE("zip goes in step, cases set several values", "[study]") {
    CHECK(points("vary: {zip: {line.delay: [1 ms, 2 ms], line.rate: [1 Mbit/s, 2 Mbit/s]}}\n") ==
          Texts{"delay=1 ms rate=1 Mbit/s", "delay=2 ms rate=2 Mbit/s"});
    CHECK(points("vary: {way: {cases: {near: {line.delay: 1 ms}, far: {line.delay: 90 ms, "
                 "line.rate: 1 Mbit/s}}}}\n") == Texts{"way=near", "way=far"});
}

TEST_CASE("conditions leave points out", "[study]") {
    const std::string vary =
        "vary:\n  line.delay: [1 ms, 10 ms]\n  hosts.*.tcp.congestion: {values: [reno, cubic], as: "
        "cc}\n";
    CHECK(points(vary + "where: \"!(cc == reno && delay > 5000 us)\"\n") ==
          Texts{"delay=1 ms cc=reno", "delay=1 ms cc=cubic", "delay=10 ms cc=cubic"});
    CHECK(points(vary + "where: [cc == reno, delay >= 10 ms]\n") == Texts{"delay=10 ms cc=reno"});
    CHECK(points(vary + "where: delay > 1 s\n") == Texts{"`where` leaves no point"});
}

TEST_CASE("whatever is wrong is said at once, where it stands", "[study]") {
    const Loaded loaded = load(
        "vary:\n"
        "  line.dealy: [1 ms]\n"
        "  line.rate: [8 Mbit/s, 3 Mbps]\n"
        "  size: {log: [0 B, 1 MB]}\n"
        "where: los > 1 %\n"
        "repeat: {min: 9, max: 3, until: {ci95(load.godput): 2 %}}\n"
        "colect: [load.goodput]\n");
    CHECK_FALSE(loaded.study);
    const auto says = [&](const std::string& text) {
        INFO(loaded.said);
        CHECK(loaded.said.find(text) != std::string::npos);
    };
    says("unknown key 'colect'");
    says("did you mean 'collect'?");
    says("begins and ends above 0");
    says("nothing that varies is called 'los'");
    says("max 3 is below min 9");
    says("q.study.yaml:11:");
}

TEST_CASE("figures from elsewhere are read from a file beside the study", "[study]") {
    const auto read = [](const std::string& csv, std::string& said) {
        const std::string text = "version: 1\nstudy: a question\n" + kBase +
                                 "vary: {size: [1 kB, 2 kB]}\n"
                                 "references:\n"
                                 "  - {file: there.csv, metric: load.completion, "
                                 "within: {median: 10 %, p95: 5 ms}}\n";
        scenario::Diagnostics problems;
        const auto reader = [&](const std::string& path,
                                scenario::Diagnostics&) -> std::optional<std::string> {
            if (path != "studies/there.csv") return std::nullopt;
            return csv;
        };
        auto study = study::load_study("studies/q.study.yaml", text, problems, reader);
        said = scenario::render(problems, text, false);
        return study;
    };
    std::string said;
    const auto study =
        read("# whose\nsize,p95,median,note\n1000 B,20 ms,10 ms,x\n2 kB,,11 ms\n", said);
    INFO(said);
    REQUIRE(study);
    REQUIRE(study->references.size() == 1);
    const study::Reference& reference = study->references[0];
    CHECK(reference.parameters == std::vector<std::size_t>{0});
    REQUIRE(reference.statistics.size() == 2);
    CHECK(reference.statistics[0].relative);
    CHECK(reference.statistics[0].within == 0.1);
    CHECK_FALSE(reference.statistics[1].relative);
    REQUIRE(reference.rows.size() == 2);
    CHECK(reference.rows[0].values == Texts{"1000 B"});
    CHECK(reference.rows[0].figures[0] == 0.01);
    CHECK(reference.rows[0].figures[1] == 0.02);
    CHECK_FALSE(reference.rows[1].figures[1]);
    // It is kept with the results, behind the study itself.
    REQUIRE(study->sources.size() == 2);
    CHECK(study->sources[0].first == "studies/q.study.yaml");
    CHECK(study->sources[1].first == "studies/there.csv");

    CHECK_FALSE(read("size,median,p95\n3 kB,1 ms,2 ms\n", said));
    CHECK(said.find("there.csv:2:1: error: size never is '3 kB'") != std::string::npos);
    CHECK_FALSE(read("size,median\n1 kB,1 ms\n", said));
    CHECK(said.find("there.csv:1:1: error: there is no column 'p95'") != std::string::npos);
    CHECK_FALSE(read("size,median,p95\n1 kB,soon,2 ms\n", said));
    CHECK(said.find("there.csv:2:1: error: 'soon' is no figure") != std::string::npos);
    CHECK_FALSE(read("size,median,p95\n", said));
    CHECK(said.find("there.csv has no rows") != std::string::npos);
}

TEST_CASE("values that the scenario refuses are shown in the study", "[study]") {
    const Loaded loaded = load(
        "vary:\n"
        "  line.dealy: [1 ms]\n"
        "  line.rate: [8 Mbit/s, 3 Mbps]\n"
        "collect: [load.godput, p95(line.up.queue.sojourn)]\n");
    INFO(loaded.said);
    CHECK_FALSE(loaded.study);
    CHECK(loaded.said.find("dealy") != std::string::npos);
    CHECK(loaded.said.find("q.study.yaml:12:27: error: unknown unit 'Mbps'") != std::string::npos);
    CHECK(loaded.said.find("did you mean 'delay'?") != std::string::npos);
    CHECK(loaded.said.find("did you mean 'goodput'") != std::string::npos);
}

TEST_CASE("Latin hypercube: every part of every dimension holds one point", "[study]") {
    const auto points = study::latin_hypercube(16, 3, 1);
    for (std::size_t d = 0; d < 3; ++d) {
        std::vector<int> hits(16);
        for (const auto& p : points) ++hits[static_cast<std::size_t>(p[d] * 16)];
        CHECK(hits == std::vector<int>(16, 1));
    }
    CHECK(points == study::latin_hypercube(16, 3, 1));
    CHECK(points != study::latin_hypercube(16, 3, 2));
}

TEST_CASE("Sobol: 2^k - 1 points and the origin fill every dyadic interval once", "[study]") {
    const auto points = study::sobol(15, study::kSobolDimensions);
    for (std::size_t d = 0; d < study::kSobolDimensions; ++d) {
        std::vector<int> hits(16);
        ++hits[0];
        for (const auto& p : points) ++hits[static_cast<std::size_t>(p[d] * 16)];
        INFO(d);
        CHECK(hits == std::vector<int>(16, 1));
    }
    // The known beginning of the sequence in two dimensions.
    CHECK(points[0][0] == 0.5);
    CHECK(points[1][0] == 0.75);
    CHECK(points[1][1] == 0.25);
    CHECK(points[2][0] == 0.25);
    CHECK(points[2][1] == 0.75);
}
