// The setups behind the measured sizes: which configuration each case of data/message_sizes.csv
// ran.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tests/support/tls_pair.h"

namespace seedwire::tls {

/// The certificates of the measurements: chains of one to three, client certificates.
struct MeasuredPki {
    Pki pki;
    std::vector<CertificateId> chain;  ///< leaf first; then what issued it, up to the root
    CertificateId client_leaf = 0;

    explicit MeasuredPki(KeyAlgorithm key, std::uint16_t subject_der = 67);
    std::vector<CertificateId> sent(std::size_t count) const {
        return {chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(count)};
    }
};

struct MeasuredCase {
    MeasuredPki world;
    Config client, server;
    /// Changes before the connection that is compared, after one that only brings a session.
    bool needs_session = false;
    std::function<void(MeasuredCase&, TicketAuthority&)> before_second;
    std::uint32_t early = 0;
    std::function<void(TlsPair&)> afterwards;
    bool is_claimed = true;
};

/// The case of that name between two stacks.
MeasuredCase measured_case(std::string_view client, std::string_view server,
                           const std::string& name);

/// Flights as data/message_sizes.csv writes them: "C1: client_hello=231/236 S1: ...".
std::string flights_of(const TlsPair& pair);

}  // namespace seedwire::tls
