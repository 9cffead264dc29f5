// Cases of public conformance suites, as rows: a stimulus, and the alert that answers it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "tests/support/tls_adversary.h"

namespace seedwire::tls {

struct ConformanceCase {
    std::string_view id;            ///< in data/conformance_cases.csv, or the RFC's section
    Role machine;                   ///< under test
    std::string_view stimulus;      ///< what the peer does
    std::optional<Alert> expected;  ///< none: the connection goes on, or ends without an alert
    std::function<void(Scene&)> arrange;
    std::function<bool(Scene&)> holds{};  ///< what must be so besides
    std::string_view stack = "rfc";       ///< whose dialect the machine speaks
    std::optional<bool> is_protected{};   ///< the alert
};

std::span<const ConformanceCase> negotiation_cases();
std::span<const ConformanceCase> hello_cases();
std::span<const ConformanceCase> sequence_cases();
std::span<const ConformanceCase> authentication_cases();
std::span<const ConformanceCase> resumption_cases();
std::span<const ConformanceCase> record_cases();
std::span<const ConformanceCase> closing_cases();
std::span<const ConformanceCase> openssl_cases();

// --- arrangements that many cases share ---

constexpr Role kClient = Role::Client, kServer = Role::Server;
using enum HandshakeType;
using X = ExtensionType;

/// The client shares x25519, the server takes P-256 only.
inline void force_retry(Scene& s) {
    s.client().groups = {Group::X25519, Group::Secp256r1};
    s.client().key_shares = {Group::X25519};
    s.server().groups = {Group::Secp256r1};
}
inline void edit(Scene& s, Editor editor) { s.editors.push_back(std::move(editor)); }
inline void edit_extension(Scene& s, HandshakeType type, X extension, Octets body, int nth = 1) {
    edit(s, on_extensions(
                type, [=](Parsed& message) { message.set(extension, body); }, nth));
}
inline void remove_extension(Scene& s, HandshakeType type, X extension, int nth = 1) {
    edit(s, on_extensions(
                type, [=](Parsed& message) { message.remove(extension); }, nth));
}
inline void flip_last(Octets& message) { message.back() ^= 1; }
inline Octets octets(std::initializer_list<int> values) {
    Octets result;
    for (const int value : values) result.push_back(static_cast<std::uint8_t>(value));
    return result;
}
inline bool is_connected(Scene& s) {
    return s.machine_end().info().is_done && s.peer_end().info().is_done;
}

}  // namespace seedwire::tls
