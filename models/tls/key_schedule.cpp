// Which secret follows from which. RFC 8446 §7.1, §7.2, §4.4.4.
#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

void Endpoint::Parts::start_schedule(Secret with_psk) {
    psk = with_psk;
    early_secret = derive(with_psk, label::kEarly);
}

/// With the ClientHello as the whole transcript.
void Endpoint::Parts::derive_early() {
    client_early = derive(early_secret, label::kClientEarly, transcript.value());
}

/// `shared`: of the key exchange; 0: none, psk_ke. The transcript ends with the ServerHello.
void Endpoint::Parts::derive_handshake(Secret shared) {
    handshake_secret = derive(early_secret, label::kHandshake, shared);
    client_handshake = derive(handshake_secret, label::kClientHandshake, transcript.value());
    server_handshake = derive(handshake_secret, label::kServerHandshake, transcript.value());
    master_secret = derive(handshake_secret, label::kMaster);
}

/// The transcript ends with the server's Finished.
void Endpoint::Parts::derive_application() {
    client_application = derive(master_secret, label::kClientApplication, transcript.value());
    server_application = derive(master_secret, label::kServerApplication, transcript.value());
}

/// The transcript ends with the client's Finished.
void Endpoint::Parts::derive_resumption() {
    resumption_master = derive(master_secret, label::kResumptionMaster, transcript.value());
}

Secret Endpoint::Parts::finished_value(Secret traffic, std::uint64_t transcript_value) const {
    return derive(derive(traffic, label::kFinished), label::kFinished, transcript_value);
}

void Endpoint::Parts::write_finished(Secret traffic, std::uint64_t transcript_value,
                                     ByteWriter& message) const {
    message.u8(static_cast<std::uint8_t>(HandshakeType::Finished));
    message.u24(finished_length());
    message.filler(finished_value(traffic, transcript_value), finished_length());
}

std::optional<Alert> Endpoint::Parts::check_finished(Secret traffic, std::uint64_t transcript_value,
                                                     Bytes message) const {
    std::array<std::uint8_t, 4 + 48> right;
    if (message.size() != 4 + finished_length()) return Alert::DecodeError;
    ByteWriter expected{right};
    write_finished(traffic, transcript_value, expected);
    if (!std::ranges::equal(expected.written(), message)) return Alert::DecryptError;
    return std::nullopt;
}

void Endpoint::Parts::update_own_keys() {
    Secret& secret = role == Role::Client ? client_application : server_application;
    secret = derive(secret, label::kTrafficUpdate);
    use_write_key(secret, Epoch::Application);
}

void Endpoint::Parts::update_peer_keys() {
    Secret& secret = role == Role::Client ? server_application : client_application;
    secret = derive(secret, label::kTrafficUpdate);
    use_read_key(secret, Epoch::Application);
}

}  // namespace seedwire::tls
