// Every message and record of the measured runs, to the byte. data/message_sizes.csv.
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/models/tls/measured_cases.h"
#include "tests/support/catch.h"

namespace seedwire::tls {

namespace {

struct Measured {
    std::string client, server, name, flights;
};

std::vector<Measured> read_measured() {
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/tests/models/tls/data/message_sizes.csv"};
    std::vector<Measured> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream fields{line};
        Measured row;
        std::getline(fields, row.client, ',');
        std::getline(fields, row.server, ',');
        std::getline(fields, row.name, ',');
        std::getline(fields, row.flights);
        rows.push_back(row);
    }
    return rows;
}

/// How far sizes may lie apart: each ECDSA signature has two coins, or three rare ones.
int tolerance(const std::string& word, bool has_ecdsa) {
    if (!has_ecdsa) return 0;
    if (word.starts_with("certificate_verify") || word.starts_with("server_key")) return 2;
    if (word.starts_with("certificate=") || word.starts_with("compressed")) return 5;
    if (word.starts_with("new_session_ticket") || word.starts_with("client_hello")) return 3;
    return word.starts_with("encrypted_extensions") ? 7 : 0;  // a whole flight in one record
}

bool is_number_near(const std::string& a, const std::string& b, int allowed) {
    return std::abs(std::stoi(a) - std::stoi(b)) <= allowed;
}

/// The first word of the two that differs by more than allowed; empty: none.
std::string difference(const std::string& measured, const std::string& modelled, bool has_ecdsa) {
    std::istringstream left{measured}, right{modelled};
    std::string a, b;
    while (true) {
        const bool has_a = static_cast<bool>(left >> a);
        const bool has_b = static_cast<bool>(right >> b);
        if (!has_a && !has_b) return {};
        if (!has_a || !has_b) return has_a ? "missing " + a : "too much: " + b;
        // Alerts that could not be read in the capture.
        if (a == b || (a == "alert=2/24" && b.ends_with("=2/24"))) continue;
        const auto cut = [](const std::string& word) { return word.substr(0, word.find('=')); };
        const std::size_t slash_a = a.find('/'), slash_b = b.find('/');
        const bool is_same_kind =
            cut(a) == cut(b) && slash_a != std::string::npos && slash_b != std::string::npos;
        if (!is_same_kind) return a + " but " + b;
        const std::size_t equal_a = a.find('='), equal_b = b.find('=');
        const int allowed = tolerance(a, has_ecdsa);
        const bool is_near =
            is_number_near(a.substr(equal_a + 1), b.substr(equal_b + 1), allowed) &&
            is_number_near(a.substr(slash_a + 1), b.substr(slash_b + 1), allowed);
        if (!is_near) return a + " but " + b;
    }
}

/// Application data of runs between stacks were not kept.
std::string without_data(const std::string& flights) {
    std::istringstream words{flights};
    std::string kept;
    for (std::string word; words >> word;)
        if (!word.starts_with("application_data")) kept += (kept.empty() ? "" : " ") + word;
    const bool ends_empty = kept.ends_with(":");
    return ends_empty ? kept.substr(0, kept.rfind(' ')) : kept;
}

std::string run(const Measured& row) {
    MeasuredCase c = measured_case(row.client, row.server, row.name);
    if (!c.is_claimed) return {};
    TicketAuthority tickets{3};
    SessionCache sessions;
    Time start = Time::from_ns(1'000'000'000);
    if (c.needs_session) {
        TlsPair first{c.world.pki, c.client, c.server, &sessions, &tickets};
        first.handshake();
        first.at_server([&](Output& out) { first.server.write(first.now, 1, out); });
        if (c.before_second) c.before_second(c, tickets);
        start = first.now + Duration::s(1);
    }
    TlsPair pair{c.world.pki, c.client, c.server, &sessions, &tickets, 99};
    pair.now = start;
    pair.handshake(c.early);
    if (c.afterwards) c.afterwards(pair);
    // The servers of some stacks hold tickets back until they have something to say.
    if (pair.server_config.profile->ticket_time == TicketTime::FirstWrite)
        pair.at_server([&](Output& out) { pair.server.write(pair.now, 1, out); });
    std::string modelled = flights_of(pair);
    if (row.client != row.server || row.client == "gnutls") modelled = without_data(modelled);
    const bool has_ecdsa = row.flights.find("certificate_verify=") != std::string::npos ||
                           row.flights.find("server_key_exchange=") != std::string::npos ||
                           row.name.find("mtls") != std::string::npos;
    const std::string wrong = difference(row.flights, modelled, has_ecdsa);
    if (wrong.empty()) return {};
    return row.client + " to " + row.server + ", " + row.name + ": " + wrong + "\n  measured " +
           row.flights + "\n  modelled " + modelled + "\n";
}

}  // namespace

TEST_CASE("Messages and records have the measured sizes", "[tls][sizes]") {
    const std::vector<Measured> rows = read_measured();
    REQUIRE(rows.size() > 300);
    std::string report;
    int wrong = 0;
    for (const Measured& row : rows) {
        const std::string problem = run(row);
        report += problem;
        wrong += problem.empty() ? 0 : 1;
    }
    if (wrong > 0) std::cout << wrong << " of " << rows.size() << " differ\n" << report;
    CHECK(wrong == 0);
}

}  // namespace seedwire::tls
