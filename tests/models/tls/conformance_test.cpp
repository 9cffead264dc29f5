// Runs the rows of the conformance tables: each stimulus against a machine that follows the RFC.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "tests/models/tls/conformance_cases.h"
#include "tests/support/catch.h"

namespace seedwire::tls {

namespace {

std::string describe(const std::optional<Alert>& alert) {
    return alert ? std::string{name_of(*alert)} : "no alert";
}

/// What went wrong; empty: nothing.
std::string run(const ConformanceCase& row) {
    Scene scene{row.machine};
    scene.machine.profile = find_profile(row.stack);
    row.arrange(scene);
    scene.run();
    const auto alert = scene.alert();
    std::optional<Alert> fatal;
    if (alert && is_fatal(alert->first)) fatal = alert->first;
    std::string problem;
    if (fatal != row.expected)
        problem = "sent " + describe(fatal) + " instead of " + describe(row.expected);
    else if (row.expected && scene.machine_end().info().state != State::Closed)
        problem = "did not close";
    else if (row.is_protected && alert->second != *row.is_protected)
        problem = "protection differs";
    else if (row.holds && !row.holds(scene))
        problem = "does not hold; state " + std::string{name_of(scene.machine_end().info().state)};
    if (problem.empty()) return {};
    const std::string_view role = row.machine == Role::Client ? "client" : "server";
    return std::string{row.id} + " " + std::string{role} + ", " + std::string{row.stimulus} + ": " +
           problem + "\n";
}

void run_all(std::span<const ConformanceCase> rows) {
    REQUIRE(!rows.empty());
    std::string report;
    for (const ConformanceCase& row : rows) report += run(row);
    std::cout << report;
    CHECK(report.empty());
}

}  // namespace

TEST_CASE("Negotiation answers as the conformance suites expect", "[tls][conformance]") {
    run_all(negotiation_cases());
}
TEST_CASE("Clients judge hellos as the suites expect", "[tls][conformance]") {
    run_all(hello_cases());
}
TEST_CASE("The order of messages is kept as the suites expect", "[tls][conformance]") {
    run_all(sequence_cases());
}
TEST_CASE("Authentication fails as the suites expect", "[tls][conformance]") {
    run_all(authentication_cases());
}
TEST_CASE("Resumption and early data behave as the suites expect", "[tls][conformance]") {
    run_all(resumption_cases());
}
TEST_CASE("Records are refused as the suites expect", "[tls][conformance]") {
    run_all(record_cases());
    run_all(closing_cases());
}

TEST_CASE("Every case that was collected has its row, with the alert it names",
          "[tls][conformance]") {
    std::vector<ConformanceCase> all;
    for (const auto rows :
         {negotiation_cases(), hello_cases(), sequence_cases(), authentication_cases(),
          resumption_cases(), record_cases(), closing_cases()})
        all.insert(all.end(), rows.begin(), rows.end());
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/tests/models/tls/data/conformance_cases.csv"};
    int count = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream fields{line};
        std::string id, endpoint, expected, also;
        std::getline(fields, id, ',');
        std::getline(fields, endpoint, ',');
        std::getline(fields, expected, ',');
        std::getline(fields, also, ',');
        ++count;
        const auto fits = [&](const ConformanceCase& row) {
            const std::string alert = row.expected ? std::string{name_of(*row.expected)} : "ok";
            return row.id == id && (alert == expected || alert == also);
        };
        INFO(line);
        CHECK(std::ranges::any_of(all, fits));
    }
    CHECK(count > 90);
}
TEST_CASE("Tampering is answered as measured OpenSSL does", "[tls][conformance]") {
    run_all(openssl_cases());
}

}  // namespace seedwire::tls
