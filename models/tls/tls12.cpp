// TLS 1.2 as a pattern of flights, to compare with: ECDHE with a certificate, or an abbreviated
// handshake by ticket. What a peer may do wrong here is not modelled beyond order and Finished.
// RFC 5246 §7.3, §7.4; RFC 5077 §3; RFC 8422 §5.
#include <algorithm>

#include "models/tls/key_exchange.h"
#include "models/tls/negotiation.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;
constexpr std::size_t kMessageHeader = 4, kVerifyData = 12, kTicket = 160;
// ECDHE with AES-256-GCM, by the kind of the certificate's key. RFC 5289 §3.2.
constexpr std::uint16_t kWithEcdsa = 0xC02C, kWithRsa = 0xC030;
/// RFC 8446 §4.1.3: the end of a server's random that could have spoken TLS 1.3.
constexpr std::array<std::uint8_t, 8> kDowngrade = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};

std::uint16_t suite_for(KeyAlgorithm key) {
    const bool is_rsa = key == KeyAlgorithm::Rsa2048 || key == KeyAlgorithm::Rsa3072 ||
                        key == KeyAlgorithm::Rsa4096;
    return is_rsa ? kWithRsa : kWithEcdsa;
}

bool is_classic(Group group) { return facts(group).client_share > 0 && !facts(group).is_kem; }

void write_empty(ExtensionType type, ByteWriter& out) {
    out.u16(static_cast<std::uint16_t>(type));
    out.u16(0);
}

}  // namespace

bool Endpoint::Parts::is_expected_in_tls12(HandshakeType type) const {
    using enum HandshakeType;
    switch (info.state) {
        case State::WaitCertificate:
            return type == Certificate;
        case State::WaitServerKeyExchange:
            return type == ServerKeyExchange;
        case State::WaitServerHelloDone:
            return type == ServerHelloDone;
        case State::WaitClientKeyExchange:
            return type == ClientKeyExchange;
        case State::WaitTicket:
            return type == NewSessionTicket;
        case State::WaitFinished:
            return type == Finished;
        default:
            return false;
    }
}

/// Takes a change_cipher_spec as the change of keys that it is here.
bool Endpoint::Parts::tls12_takes_ccs(const Record& record) {
    if (info.version != kTls12) return false;
    if (info.state != State::WaitChangeCipherSpec || record.content != 1) {
        fail(Alert::UnexpectedMessage);
        return true;
    }
    use_read_key(role == Role::Client ? server_application : client_application,
                 Epoch::Application);
    enter(State::WaitFinished);
    return true;
}

void Endpoint::Parts::derive_tls12(Secret premaster) {
    if (!info.is_resumed) master_secret = derive(premaster, label::kTls12Master);
    client_application = derive(master_secret, label::kTls12Client, transcript_of_hellos);
    server_application = derive(master_secret, label::kTls12Server, transcript_of_hellos);
}

void Endpoint::Parts::send_tls12_finished() {
    send_ccs();
    const Secret key = role == Role::Client ? client_application : server_application;
    use_write_key(key, Epoch::Application);
    const std::size_t size = kMessageHeader + kVerifyData;
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::Finished));
    out.u24(kVerifyData);
    out.filler(derive(key, label::kFinished, transcript.value()), kVerifyData);
    transcript.add(out.written());
    send_message(HandshakeType::Finished, out, size);
}

bool Endpoint::Parts::check_tls12_finished(Bytes message) {
    std::array<std::uint8_t, kVerifyData> right;
    const Secret key = role == Role::Client ? server_application : client_application;
    fill_bytes(derive(key, label::kFinished, transcript.value()), right);
    const bool is_right = std::ranges::equal(message.subspan(kMessageHeader), right);
    if (!is_right) fail(Alert::DecryptError);
    transcript.add(message);
    return is_right;
}

// --- the client ---

void Endpoint::Parts::on_older_server_hello(Bytes message) {
    ByteReader reader{message.subspan(kMessageHeader)};
    const std::uint16_t version = reader.u16();
    const Bytes random_value = reader.take(32);
    const Bytes session_id = reader.vector(1);
    const std::uint16_t suite = reader.u16();
    const std::uint8_t compression = reader.u8();
    const Bytes list = reader.is_empty() ? Bytes{} : reader.vector(2);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    if (version != kTls12 || !config->offers(kTls12)) return fail(Alert::ProtocolVersion);
    ExtensionList extensions;
    if (const auto alert = extensions.parse(list, Alert::IllegalParameter)) return fail(*alert);
    const bool is_downgrade =
        config->offers(kTls13) && std::ranges::equal(random_value.last(8), kDowngrade);
    const bool is_offered = suite == kWithEcdsa || suite == kWithRsa;
    if (is_downgrade || !is_offered || compression != 0) return fail(Alert::IllegalParameter);
    info.version = kTls12;
    info.suite = Suite::Aes256GcmSha384;
    ccs_sent = false;
    transcript.add(message);
    transcript_of_hellos = transcript.value();
    emit({.kind = Event::Kind::Negotiated});
    expects_ticket = extensions.has(SessionTicket);
    const bool is_echo =
        !session_id.empty() &&
        std::ranges::equal(session_id, Bytes{hello.session_id}.first(hello.session_id_length));
    if (is_echo && ticket && ticket->session.version == kTls12) {
        info.is_resumed = true;
        master_secret = ticket->session.psk;
        derive_tls12(0);
        return enter(expects_ticket ? State::WaitTicket : State::WaitChangeCipherSpec);
    }
    enter(State::WaitCertificate);
}

void Endpoint::Parts::on_tls12_client_message(HandshakeType type, Bytes message) {
    const Bytes body = message.subspan(kMessageHeader);
    if (type == HandshakeType::Finished) {
        if (!check_tls12_finished(message)) return;
        if (info.is_resumed) add_steps({Step::Tls12Finished, Step::Flush});
        add_steps({Step::Done});
        return;
    }
    transcript.add(message);
    switch (type) {
        case HandshakeType::Certificate:
            on_tls12_certificate(body);
            if (!is_over()) enter(State::WaitServerKeyExchange);
            return;
        case HandshakeType::ServerKeyExchange: {
            ByteReader reader{body};
            reader.u8();  // named_curve
            info.group = static_cast<Group>(reader.u16());
            const Bytes share = reader.vector(1);
            if (reader.failed() || !is_classic(info.group)) return fail(Alert::IllegalParameter);
            if (const auto alert = check_share(info.group, Role::Server, share))
                return fail(*alert);
            peer_share.assign(share.begin(), share.end());
            info.peer = peer_chain.empty() ? 0 : peer_chain[0];
            return enter(State::WaitServerHelloDone);
        }
        case HandshakeType::ServerHelloDone:
            spend(Operation::Generate, facts(info.group).generate);
            spend(Operation::Agree, facts(info.group).agree);
            spend(Operation::Handshake,
                  config->handshake_overhead - config->handshake_overhead / 2);
            return add_steps({Step::Tls12KeyExchange, Step::Tls12Finished, Step::Flush});
        case HandshakeType::NewSessionTicket: {
            ByteReader reader{body};
            Ticket fresh;
            fresh.session.lifetime = reader.u32();
            const Bytes identity = reader.vector(2);
            if (!reader.is_complete()) return fail(Alert::DecodeError);
            fresh.session.psk = master_secret;
            fresh.session.version = kTls12;
            fresh.session.suite = info.suite;
            fresh.session.issued = now;
            fresh.identity.assign(identity.begin(), identity.end());
            ++info.tickets;
            emit({.kind = Event::Kind::TicketReceived});
            if (env.sessions != nullptr && !identity.empty())
                env.sessions->add(
                    env.peer.empty() ? std::string_view{config->server_name} : env.peer,
                    std::move(fresh));
            return enter(State::WaitChangeCipherSpec);
        }
        default:
            return fail(Alert::UnexpectedMessage);
    }
}

void Endpoint::Parts::on_tls12_certificate(Bytes body) {
    peer_chain.clear();
    ByteReader reader{body};
    ByteReader list{reader.vector(3)};
    while (!list.is_empty()) {
        const CertificateId id = env.pki->find(list.vector(3));
        if (id == 0) return fail(Alert::BadCertificate);
        peer_chain.push_back(id);
    }
    if (!reader.is_complete() || list.failed() || peer_chain.empty())
        return fail(Alert::DecodeError);
    info.verdict = judge(*env.pki, peer_chain, config->trust, now);
    if (info.verdict != Verdict::Trusted) fail(alert_for(info.verdict));
}

void Endpoint::Parts::send_tls12_key_exchange() {
    const std::size_t size = kMessageHeader + 1 + facts(info.group).client_share;
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::ClientKeyExchange));
    const std::size_t body = out.open(3);
    const std::size_t share = out.open(1);
    write_share(info.group, Role::Client, random(), out);
    out.close(share, 1);
    out.close(body, 3);
    const Secret premaster = agree(info.group, out.written().subspan(share), peer_share);
    transcript.add(out.written());
    send_message(HandshakeType::ClientKeyExchange, out, size);
    derive_tls12(premaster);
    enter(expects_ticket ? State::WaitTicket : State::WaitChangeCipherSpec);
}

// --- the server ---

void Endpoint::Parts::on_older_client_hello(const ClientHello& client, Bytes message) {
    if (retried) return fail(Alert::IllegalParameter);
    keep_facts(client, message.size());
    info.suite = Suite::Aes256GcmSha384;
    transcript.add(message);
    expects_ticket =
        client.extensions.has(SessionTicket) && env.tickets != nullptr && config->tickets > 0;
    const Extension* offered_ticket = client.extensions.find(SessionTicket);
    if (expects_ticket && !offered_ticket->body.empty()) {
        const auto session = env.tickets->open(offered_ticket->body, now, false);
        if (session && session->version == kTls12) {
            info.is_resumed = true;
            master_secret = session->psk;
        }
    }
    const KeyAlgorithm key = config->credential.key();
    tls12_suite = suite_for(key);
    const Bytes groups = client.list(SupportedGroups, 2);
    for (const Group group : config->groups) {
        const bool is_common =
            is_classic(group) && contains_value(groups, static_cast<std::uint16_t>(group));
        if (is_common && info.group == Group::None) info.group = group;
    }
    const bool has_suite = contains_value(client.suites, tls12_suite);
    if (!has_suite || info.group == Group::None || config->credential.is_empty())
        return fail(Alert::HandshakeFailure);
    enter(State::ReceivedClientHello);
    if (info.is_resumed) return add_steps({Step::Tls12Hello, Step::Tls12Finished, Step::Flush});
    own_scheme = Scheme::EcdsaSecp256r1Sha256;
    spend(Operation::Generate, facts(info.group).generate);
    price_signature();
    add_steps({Step::Tls12Hello, Step::Flush});
}

void Endpoint::Parts::send_tls12_hello() {
    const std::size_t capacity = 128;
    ByteWriter out{storage(capacity)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::ServerHello));
    const std::size_t body = out.open(3);
    out.u16(kTls12);
    std::array<std::uint8_t, 32> random_value;
    fill_bytes(random(), random_value);
    if (config->offers(kTls13)) std::ranges::copy(kDowngrade, random_value.end() - 8);
    out.bytes(random_value);
    const std::uint8_t id = info.is_resumed ? hello.session_id_length : 0;
    out.u8(id);
    out.bytes(Bytes{hello.session_id}.first(id));
    out.u16(tls12_suite);
    out.u8(0);
    const std::size_t extensions = out.open(2);
    out.u16(static_cast<std::uint16_t>(RenegotiationInfo));
    out.u16(1);
    out.u8(0);
    if (!info.is_resumed) {
        out.u16(static_cast<std::uint16_t>(EcPointFormats));
        out.u16(4);
        out.u32(0x0300'0102);
        if (expects_ticket) write_empty(SessionTicket, out);
    }
    write_empty(ExtendedMasterSecret, out);
    out.close(extensions, 2);
    out.close(body, 3);
    transcript.add(out.written());
    transcript_of_hellos = transcript.value();
    send_message(HandshakeType::ServerHello, out, capacity);
    emit({.kind = Event::Kind::Negotiated});
    if (info.is_resumed) {
        derive_tls12(0);
        return enter(State::WaitChangeCipherSpec);
    }
    send_tls12_certificate();
    send_tls12_server_key_exchange();
    const std::size_t done_size = kMessageHeader;
    ByteWriter done{storage(done_size)};
    done.u8(static_cast<std::uint8_t>(HandshakeType::ServerHelloDone));
    done.u24(0);
    transcript.add(done.written());
    send_message(HandshakeType::ServerHelloDone, done, done_size);
    enter(State::WaitClientKeyExchange);
}

/// Without context and extensions. RFC 5246 §7.4.2.
void Endpoint::Parts::send_tls12_certificate() {
    const auto chain = config->credential.chain();
    const std::size_t size = kMessageHeader + 3 + 3 * chain.size() + config->credential.chain_der();
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::Certificate));
    const std::size_t body = out.open(3);
    const std::size_t list = out.open(3);
    for (const CertificateId id : chain) {
        const std::size_t data = out.open(3);
        env.pki->write(id, out);
        out.close(data, 3);
    }
    out.close(list, 3);
    out.close(body, 3);
    transcript.add(out.written());
    send_message(HandshakeType::Certificate, out, size);
}

/// RFC 8422 §5.4.
void Endpoint::Parts::send_tls12_server_key_exchange() {
    const std::uint32_t signature = facts(config->credential.key()).signature;
    const std::size_t capacity = 32U + facts(info.group).server_share + signature;
    ByteWriter out{storage(capacity)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::ServerKeyExchange));
    const std::size_t body = out.open(3);
    out.u8(3);  // named_curve
    out.u16(static_cast<std::uint16_t>(info.group));
    const std::size_t share = out.open(1);
    write_share(info.group, Role::Server, random(), out);
    out.close(share, 1);
    const Bytes value = out.written().subspan(share);
    own_shares.assign(value.begin(), value.end());
    out.u16(static_cast<std::uint16_t>(own_scheme));
    out.u16(signature);
    out.filler(config->credential.secret(), signature);
    out.close(body, 3);
    transcript.add(out.written());
    send_message(HandshakeType::ServerKeyExchange, out, capacity);
}

void Endpoint::Parts::send_tls12_ticket() {
    const std::size_t size = kMessageHeader + 6 + kTicket;
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::NewSessionTicket));
    out.u24(6 + kTicket);
    out.u32(config->ticket_lifetime);
    out.u16(kTicket);
    const std::size_t begin = out.size();
    out.zeros(kTicket);
    resumed = {.psk = master_secret, .version = kTls12, .suite = info.suite, .issued = now};
    resumed.lifetime = config->ticket_lifetime;
    env.tickets->seal(resumed, random(), {out.at(begin), kTicket});
    transcript.add(out.written());
    send_message(HandshakeType::NewSessionTicket, out, size);
    ++info.tickets;
    emit({.kind = Event::Kind::TicketSent});
}

void Endpoint::Parts::on_tls12_server_message(HandshakeType type, Bytes message) {
    if (type == HandshakeType::Finished) {
        if (!check_tls12_finished(message)) return;
        if (!info.is_resumed) {
            if (expects_ticket) add_steps({Step::Tls12Ticket});
            add_steps({Step::Tls12Finished, Step::Flush});
        }
        add_steps({Step::Done});
        return;
    }
    ByteReader reader{message.subspan(kMessageHeader)};
    const Bytes share = reader.vector(1);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    if (const auto alert = check_share(info.group, Role::Client, share)) return fail(*alert);
    spend(Operation::Agree, facts(info.group).agree);
    transcript.add(message);
    derive_tls12(agree(info.group, share, own_shares));
    enter(State::WaitChangeCipherSpec);
}

}  // namespace seedwire::tls
