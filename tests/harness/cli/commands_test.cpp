// The smaller commands, as people and scripts meet them.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/harness/cli/shell.h"
#include "tests/support/catch.h"
#include "tests/support/json_checker.h"

namespace fs = std::filesystem;

namespace {

using seedwire::cli::testing::Output;
using seedwire::cli::testing::run_shell;

/// A line of shell, in an empty folder that goes away; `seedwire` is the program, $root the
/// project.
Output shell(const std::string& line) {
    const fs::path place =
        fs::temp_directory_path() / ("seedwire-commands-" + std::to_string(getpid()));
    fs::remove_all(place);
    fs::create_directory(place);
    const std::string command = "cd '" + place.string() +
                                "' && root='" SEEDWIRE_SOURCE_DIR
                                "' && tour=$root/scenarios/tour && seedwire() { '" SEEDWIRE_PROGRAM
                                "' \"$@\"; }; " +
                                line;
    const Output output = run_shell(command);
    fs::remove_all(place);
    return output;
}

}  // namespace

TEST_CASE("Every help begins with examples, and every command is in it", "[cli][help]") {
    const Output help = shell("seedwire --help");
    CHECK(help.code == 0);
    CHECK(help.text.find("Examples:") < help.text.find("Usage:"));
    for (const char* command :
         {"run", "check", "test", "sweep", "merge", "table", "compare", "plot", "query", "new",
          "show", "learn", "list", "schema", "help", "completion", "man"}) {
        INFO(command);
        CHECK(help.has(std::string{"\n  "} + command + " "));
        const Output own = shell(std::string{"seedwire "} + command + " --help");
        CHECK(own.code == 0);
        const std::size_t examples = own.text.find("Examples:\n"), usage = own.text.find("Usage:");
        REQUIRE(examples < usage);
        const std::string shown = own.text.substr(examples, usage - examples);
        std::size_t lines = 0;
        for (std::size_t at = 0; (at = shown.find("\n  ", at)) != std::string::npos; ++at) ++lines;
        CHECK(lines == 3);
        CHECK(shell(std::string{"seedwire help "} + command).text == own.text);
    }
}

TEST_CASE("Unknown words exit 2 and bring the nearest known one", "[cli][help]") {
    struct Case {
        std::string arguments, says;
    };
    const Case c = GENERATE(
        Case{"tets .", "did you mean 'test'?"}, Case{"run --sed 3 x", "did you mean '--seed'?"},
        Case{"test --juint=x .", "did you mean '--junit'?"},
        Case{"--verison", "did you mean '--version'?"},
        Case{"list metrcs", "did you mean 'metrics'?"}, Case{"help unts", "did you mean 'units'?"},
        Case{"help E0120", "did you mean 'E01"}, Case{"learn handshak", "'handshake'?"},
        Case{"man rnu", "did you mean 'run'?"}, Case{"completion tcsh", "tcsh"},
        Case{"test nowhere", "nowhere: no such file"},
        Case{"test $tour -k nothing", "-k 'nothing'"}, Case{"show nowhere.yaml", "nowhere.yaml"});
    const Output out = shell("seedwire " + c.arguments + " 2>&1");
    INFO(c.arguments << '\n' << out.text);
    CHECK(out.code == 2);
    CHECK(out.has(c.says));
}

TEST_CASE("Every topic can be listed, as text and as JSON", "[cli][list]") {
    const Output topics = shell("seedwire list");
    CHECK(topics.code == 0);
    for (const char* topic :
         {"apps", "impairments", "queues", "congestion", "metrics", "fields", "faults",
          "operations", "options", "sysctls", "causes", "drops", "states", "exit-codes"}) {
        INFO(topic);
        CHECK(topics.has(topic));
        const Output list = shell(std::string{"seedwire list "} + topic);
        CHECK(list.code == 0);
        CHECK(std::count(list.text.begin(), list.text.end(), '\n') >= 3);
        CHECK(seedwire::test::json_problem(
                  shell(std::string{"seedwire list --json "} + topic).text) == "");
    }
    CHECK(shell("seedwire list impairments").has("loss.gilbert_elliott.p"));
    CHECK(shell("seedwire list sysctls").has("tcp_syn_retries"));
    CHECK(shell("seedwire list rules RACK-3").has("code     models/tcp/recovery/rack.cpp:"));
    CHECK_FALSE(shell("seedwire list rules RACK-3").has("RACK-4"));
    CHECK(shell("seedwire list rules 'rack-*' --json").has("\"rule\": \"RACK-4\""));
    CHECK(shell("seedwire list sysctls rmem --markdown").has("| tcp_rmem |"));
    CHECK(shell("seedwire list rules nothing-like-it").code == 2);
}

TEST_CASE("Help knows units, keys, lists and error ids", "[cli][help]") {
    CHECK(shell("seedwire help units").has("Mbit/s"));
    CHECK(shell("seedwire help E0102").has("UTF-8"));
    CHECK(shell("seedwire help delay").has("links[].delay"));
    CHECK(shell("seedwire help goodput").has("FLOW.goodput"));
    CHECK(shell("seedwire help exit-codes").has("130, 70, 2, 4, 1, 3, 75, 5"));
    CHECK(shell("seedwire help").has("Topics"));
}

TEST_CASE("The schema is JSON, or the reference manual", "[cli][schema]") {
    CHECK(seedwire::test::json_problem(shell("seedwire schema").text) == "");
    CHECK(shell("seedwire schema --json").text == shell("seedwire schema").text);
    CHECK(shell("seedwire schema --markdown | cmp - $root/docs/scenario-reference.md").code == 0);
}

TEST_CASE("The effective scenario is a scenario, and its own effective form", "[cli][check]") {
    const Output out = shell(
        "for file in $tour/*.yaml; do seedwire check --effective $file > a.yaml && "
        "seedwire check --effective a.yaml > b.yaml && cmp a.yaml b.yaml || echo $file; done");
    CHECK(out.text.empty());
    CHECK(shell("seedwire check --effective $tour/handshake.yaml").has("tcp_sack"));
}

TEST_CASE("A new scenario runs as it is and is never written over another file", "[cli][new]") {
    const Output out = shell("seedwire new first && seedwire run -q first.yaml");
    CHECK(out.code == 0);
    CHECK(out.has("wrote first.yaml"));
    const Output again =
        shell("echo mine > first.yaml; seedwire new first.yaml 2>&1; echo $?; cat *");
    CHECK(again.has("exists already"));
    CHECK(again.has("\n2\nmine\n"));
    CHECK(shell("seedwire new \"it's\" && seedwire check \"it's.yaml\"").code == 0);
    CHECK(shell("seedwire new nowhere/first 2>&1").code == 2);
    CHECK(shell("seedwire new first >/dev/null; head -1 first.yaml").has("$schema="));
}

TEST_CASE("Show draws hosts, routes and timeline, and graphs for other programs", "[cli][show]") {
    const Output text = shell("seedwire show $tour/two-routes.yaml");
    CHECK(text.code == 0);
    CHECK(text.has("a > north|south > b"));
    CHECK(text.has("udp stops sending"));
    CHECK(shell("seedwire show --dot $tour/two-routes.yaml").has("\"a\" -- \"north\" [label="));
    CHECK(shell("seedwire show --mermaid $tour/two-routes.yaml").has("flowchart LR\n"));
    CHECK(shell("seedwire show - < $tour/close.yaml").code == 0);
    CHECK(shell("seedwire show --dot --mermaid $tour/close.yaml 2>&1").code == 2);
}

TEST_CASE("Without a terminal a lesson is shown at once; with --ask it asks", "[cli][learn]") {
    const Output all = shell("seedwire learn < /dev/null");
    CHECK(all.code == 0);
    CHECK(all.has("The three-way handshake."));
    CHECK(all.has("SYN-RECEIVED"));
    CHECK_FALSE(all.has("Which state is next?"));
    CHECK(shell("seedwire learn --list").has("lost-syn"));

    const Output right = shell("printf '2\\nsyn-received\\n' | seedwire learn --ask handshake");
    CHECK(right.code == 0);
    CHECK(right.has("The client, in CLOSED, sends SYN seq 0. Which state is next?"));
    CHECK(right.has("Right. A program called connect()"));
    CHECK(right.has("2 of 2 predictions were right"));
    const Output wrong = shell("printf '4\\nnonsense\\n\\n' | seedwire learn --ask handshake");
    CHECK(wrong.has("No: it is SYN-SENT."));
    CHECK(wrong.has("a number, the name of a state"));
    CHECK(wrong.has("It is SYN-RECEIVED."));
    CHECK(wrong.has("0 of 1 predictions were right"));
    const Output quit = shell("printf 'q\\n' | seedwire learn --ask");
    CHECK(quit.code == 0);
    CHECK_FALSE(
        quit.has("close"
                 "\n\nThe"));
}

TEST_CASE("Completion scripts are valid and complete", "[cli][completion]") {
    const Output bash = shell(
        "seedwire completion bash > c && bash -n c && bash -c '. ./c; COMP_WORDS=(seedwire te); "
        "COMP_CWORD=1; _seedwire; echo ${COMPREPLY[@]}; COMP_WORDS=(seedwire run --col); "
        "COMP_CWORD=2; _seedwire; echo ${COMPREPLY[@]}; COMP_WORDS=(seedwire run --color a); "
        "COMP_CWORD=3; _seedwire; echo ${COMPREPLY[@]}; COMP_WORDS=(seedwire list met); "
        "COMP_CWORD=2; _seedwire; echo ${COMPREPLY[@]}'");
    CHECK(bash.code == 0);
    CHECK(bash.text == "test\n--color\nauto always\nmetrics\n");
    for (const char* name : {"zsh", "fish"}) {
        const std::string shell_name{name};
        const Output script =
            shell("seedwire completion " + shell_name + " > c && if command -v " + shell_name +
                  " >/dev/null; then " + shell_name + " -n c; fi && cat c");
        INFO(shell_name);
        CHECK(script.code == 0);
        CHECK(script.has("effective"));
        CHECK(script.has("Run every scenario below some paths"));
    }
}

TEST_CASE("Manual pages name every option, and formatters accept them", "[cli][man]") {
    const Output page = shell("seedwire man run");
    CHECK(page.code == 0);
    CHECK(page.has(".TH SEEDWIRE\\-RUN 1"));
    CHECK(page.has("\\-\\-seed"));
    const Output all = shell("seedwire man -o pages && ls pages && cat pages/seedwire.1");
    CHECK(all.has("seedwire-test.1"));
    CHECK(all.has(".SH EXIT STATUS"));
    const Output warnings = shell(
        "seedwire man -o p; if command -v groff >/dev/null; then for f in p/*; do groff -man -ww "
        "-Tascii $f 2>&1 >/dev/null; done; fi");
    CHECK(warnings.text.empty());
}

TEST_CASE("The test command prints a line a scenario and a summary", "[cli][test]") {
    const Output out = shell("seedwire test $tour -k lost -j 2 --junit r.xml; cat r.xml");
    CHECK(out.code == 0);
    CHECK(out.text.find("lost-final-ack.yaml") < out.text.find("lost-syn.yaml"));
    CHECK(out.has("\n2 passed, 0 failed ("));
    CHECK(out.has("slowest:\n"));
    CHECK(out.has("<testsuites tests=\"2\""));
    const Output json = shell("seedwire test $tour -k lost --json");
    CHECK(seedwire::test::json_problem(json.text) == "");
    CHECK(shell("seedwire test $tour -k lost-syn --junit /proc/r.xml 2>/dev/null").code == 5);
    CHECK(shell("seedwire test $tour -k close --quiet").text.find("1 passed") == 0);
    const Output both = shell(
        "seedwire new a >/dev/null; sed 's/41 ms/1 ms/' a.yaml > b.yaml; echo 'version: 2' > "
        "c.yaml; "
        "seedwire test .; echo $?; rm c.yaml; seedwire test . --color always; echo $?");
    CHECK(both.has("1 passed, 1 failed, 1 error ("));
    CHECK(both.has("\n2\n"));
    CHECK(both.has("\x1b[1;31mFAIL"));
    CHECK(both.text.substr(both.text.size() - 3) == "\n1\n");
}

TEST_CASE("What is no scenario at all exits 2 with a place, at once", "[cli][hostile]") {
    struct Case {
        std::string make, says;
    };
    const Case c = GENERATE(
        Case{"mkdir f", "f:1:1: error: this is a directory"},
        Case{"mkfifo f", "f:1:1: error: this is not a regular file"},
        Case{"ln -s /dev/zero f", "f:1:1: error: this is not a regular file"},
        Case{"ln -s f f", "f:1:1: error: "},
        Case{"truncate -s 100M f", "f:1:1: error: the file is larger than 16 MiB"},
        Case{"printf 'version: 1' | iconv -t UTF-16 > f", "f:1:1: error: the file is UTF-16"},
        Case{"printf 'version: 1\\nname: a\\0b\\n' > f", "f:2:8: error: a NUL byte"},
        Case{"printf 'version: 1\\nname: \\377\\n' > f", "f:2:7: error: the byte 0xFF"},
        Case{"printf 'version: 1\\nhosts:\\n\\t- a\\n' > f", "f:3:1: error: a tab"},
        Case{"head -c 20000 /dev/zero | tr '\\0' '[' > f", "f:1:65: error: more than 64 lists"},
        Case{"seq -f 'k%.0f: 1' 20000 > f", "f:1:1: error: unknown key 'k1'"},
        Case{"true", "f:1:1"});
    const Output out = shell(c.make + "; timeout 20 '" SEEDWIRE_PROGRAM "' check f 2>&1");
    INFO(c.make << "\n" << out.text);
    CHECK(out.code == 2);
    CHECK(out.has(c.says));
}

TEST_CASE("A scenario that takes too long is an error; what is decided may stop", "[cli][test]") {
    const std::string scenario =
        "printf 'version: 1\\nstop: 20000 s\\nhosts: [a, b]\\nlinks: [{between: [a, b], rate: "
        "1 Gbit/s, delay: 1 ms}]\\nflows: {f: {app: bulk, from: a, to: b}}\\nexpect: "
        "[\"at(1 s, f.cwnd) > 1 packet\"]\\n' > long.yaml; ";
    const Output late = shell(scenario + "seedwire test long.yaml --timeout 300ms");
    INFO(late.text);
    CHECK(late.code == 75);
    CHECK(late.has("stopped after 300 ms"));
    CHECK(late.has("1 error"));
    CHECK(shell("seedwire test x.yaml --timeout 3").code == 2);
    const Output decided = shell(scenario + "seedwire test long.yaml --until-decided");
    INFO(decided.text);
    CHECK(decided.code == 0);
    CHECK(decided.has("1 passed"));
    const Output run = shell(scenario + "seedwire run long.yaml --until-decided --no-ladder");
    INFO(run.text);
    CHECK(run.code == 0);
    CHECK(run.has(": all expectations are decided"));
}

TEST_CASE("A reader that goes away ends every command quietly", "[cli]") {
    const std::string command = GENERATE("list sysctls", "schema --markdown", "test $tour -k lost",
                                         "learn", "man", "completion bash");
    const Output out = shell("{ seedwire " + command + "; } 2>&1 </dev/null | head -1 >/dev/null");
    CHECK(out.text.empty());
    const Output closed = shell("seedwire " + command + " 2>&1 >&- </dev/null");
    CHECK(closed.text.empty());
}
