// The client's states. RFC 8446 §4.1.3, §4.1.4, §4.3, §A.1.
#include <algorithm>

#include "models/tls/key_exchange.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;
constexpr std::size_t kMessageHeader = 4;

std::string_view session_key(const Endpoint::Parts& parts) {
    return parts.env.peer.empty() ? std::string_view{parts.config->server_name} : parts.env.peer;
}

/// The fixed part of a ServerHello. RFC 8446 §4.1.3.
struct ServerHello {
    std::uint16_t version = 0;
    Bytes random, session_id;
    Suite suite = Suite::None;
    std::uint8_t compression = 0;
    ExtensionList extensions;

    std::optional<Alert> parse(Bytes body) {
        ByteReader reader{body};
        version = reader.u16();
        random = reader.take(32);
        session_id = reader.vector(1);
        suite = static_cast<Suite>(reader.u16());
        compression = reader.u8();
        const Bytes list = reader.is_empty() ? Bytes{} : reader.vector(2);
        if (!reader.is_complete() || session_id.size() > 32) return Alert::DecodeError;
        return extensions.parse(list, Alert::IllegalParameter);
    }
};

/// Early data may go under this ticket. RFC 8446 §4.2.10.
bool allows_early_data(const Endpoint::Parts& parts, const Session& session) {
    const Config& config = *parts.config;
    const auto is_same = [&](const std::string& name) {
        return stable_hash(std::string_view{name}) == session.alpn;
    };
    const bool has_alpn = session.alpn == 0 || std::ranges::any_of(config.alpn, is_same);
    const std::uint64_t name =
        config.server_name.empty() ? 0 : stable_hash(std::string_view{config.server_name});
    return session.max_early_data > 0 && has_alpn && session.name == name;
}

}  // namespace

const std::array<std::uint8_t, 32> kRetryRandom = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

bool is_retry(Bytes server_hello) {
    constexpr std::size_t kRandom = kMessageHeader + 2;
    return server_hello.size() >= kRandom + 32 &&
           std::ranges::equal(server_hello.subspan(kRandom, 32), kRetryRandom);
}

void Endpoint::Parts::start_client(std::uint32_t early) {
    const bool offers13 = config->offers(kTls13);
    fill_bytes(random(), hello.random);
    const bool has_id = offers13 || profile->old_hello_is_modern;
    hello.session_id_length = has_id ? config->session_id : 0;
    fill_bytes(random(), std::span{hello.session_id}.first(hello.session_id_length));
    if (env.sessions != nullptr) ticket = env.sessions->take(session_key(*this), now);
    if (ticket && !config->offers(ticket->session.version)) ticket.reset();
    const bool fits = ticket && (ticket->session.version == kTls12 ||
                                 std::ranges::find(config->suites, ticket->session.suite) !=
                                     config->suites.end());
    if (!fits) ticket.reset();
    if (ticket && ticket->session.version == kTls12 && hello.session_id_length == 0) {
        // The echo of a session id is how a client sees that its ticket was taken. RFC 5077 §3.4.
        hello.session_id_length = 32;
        fill_bytes(random(), hello.session_id);
    }
    if (ticket && ticket->session.version == kTls13 && allows_early_data(*this, ticket->session)) {
        early_limit = std::min(ticket->session.max_early_data, config->early_data);
        early_wish = static_cast<std::uint32_t>(std::min<std::uint64_t>(early, early_limit));
        if (early_wish == 0) early_limit = 0;
    }
    Duration keys;
    if (offers13) {
        write_own_shares(config->key_shares);
        for (const Group group : config->key_shares) keys += facts(group).generate;
    }
    spend(Operation::Handshake, config->handshake_overhead / 2);
    spend(Operation::Generate, keys);
    ccs_allowed = true;
    add_steps({Step::ClientHello});
    if (early_limit > 0) add_steps({Step::EarlyData});
    add_steps({Step::Flush});
}

void Endpoint::Parts::send_early_data() {
    const bool has_ccs = profile->ccs_before_early_data && hello.session_id_length > 0;
    if (has_ccs) send_ccs();
    ccs_sent = true;  // once at most, and not later
    use_write_key(client_early, Epoch::Early);
    info.suite = ticket->session.suite;
    early_limit -= early_wish;
    info.early_bytes = info.data_sent = send_data(early_wish, 0);
}

void Endpoint::Parts::on_client_message(HandshakeType type, Bytes message) {
    if (info.version == kTls12) return on_tls12_client_message(type, message);
    const Bytes body = message.subspan(kMessageHeader);
    switch (type) {
        case HandshakeType::ServerHello:
            return on_server_hello(message);
        case HandshakeType::EncryptedExtensions:
            transcript.add(message);
            return on_encrypted_extensions(body);
        case HandshakeType::CertificateRequest:
            return on_certificate_request(message);
        case HandshakeType::Certificate:
        case HandshakeType::CompressedCertificate:
        case HandshakeType::CertificateVerify:
            return on_authentication(type, message);
        case HandshakeType::Finished:
            return on_server_finished(message);
        case HandshakeType::NewSessionTicket:
            return on_ticket(body);
        case HandshakeType::KeyUpdate:
            return on_key_update(body);
        default:
            return fail(Alert::UnexpectedMessage);
    }
}

bool Endpoint::Parts::offered(ExtensionType type) const {
    switch (type) {
        case ServerName:
            return !config->server_name.empty();
        case MaxFragmentLength:
            return config->max_fragment_length != 0;
        case StatusRequest:
            return config->asks_for_staple;
        case SignedCertificateTimestamp:
            return config->asks_for_scts;
        case Alpn:
            return !config->alpn.empty();
        case PreSharedKey:
            return ticket && ticket->session.version == kTls13;
        case EarlyData:
            return info.early_data != EarlyDataStatus::None && !retried;
        case RecordSizeLimit:
            return config->record_size_limit != 0;
        case PostHandshakeAuth:
            return config->offers_post_handshake_auth;
        case CompressCertificate:
            return config->compressions > 0;
        case Cookie:
            return cookie_length > 0;
        case SupportedVersions:
        case KeyShare:
        case SupportedGroups:
        case SignatureAlgorithms:
        case PskKeyExchangeModes:
            return true;
        default:
            return std::ranges::find(profile->hello, type) != profile->hello.end();
    }
}

/// Answers to what was not asked, and answers in the wrong message. RFC 8446 §4.2.
std::optional<Alert> Endpoint::Parts::check_answers(const ExtensionList& extensions,
                                                    std::uint8_t message) const {
    for (const Extension& extension : extensions.all()) {
        const bool is_cookie = extension.type == Cookie && message == in::kHelloRetryRequest;
        if (!is_cookie && !offered(extension.type)) return Alert::UnsupportedExtension;
        if ((allowed_in(extension.type) & message) == 0) return Alert::IllegalParameter;
    }
    return std::nullopt;
}

void Endpoint::Parts::on_server_hello(Bytes message) {
    ServerHello server;
    if (const auto alert = server.parse(message.subspan(kMessageHeader))) return fail(*alert);
    const Extension* versions = server.extensions.find(SupportedVersions);
    if (versions == nullptr || !config->offers(kTls13)) return on_older_server_hello(message);
    ByteReader selected{versions->body};
    const std::uint16_t version = selected.u16();
    if (!selected.is_complete()) return fail(Alert::DecodeError);
    // RFC 8446 §4.2.1: nothing but TLS 1.3 is negotiated by this extension.
    if (version != kTls13 || server.version != kTls12) return fail(Alert::IllegalParameter);
    const bool is_echo = std::ranges::equal(server.session_id,
                                            Bytes{hello.session_id}.first(hello.session_id_length));
    const bool is_offered = std::ranges::find(config->suites, server.suite) != config->suites.end();
    if (!is_echo || !is_offered || server.compression != 0) return fail(Alert::IllegalParameter);
    if (retried && server.suite != retry_suite) return fail(Alert::IllegalParameter);
    const bool wants_retry = is_retry(message);
    if (wants_retry && retried) return fail(Alert::UnexpectedMessage);
    const std::uint8_t place = wants_retry ? in::kHelloRetryRequest : in::kServerHello;
    if (const auto alert = check_answers(server.extensions, place)) return fail(*alert);
    if (!ends_record()) return;
    info.suite = server.suite;
    if (wants_retry) return on_retry(message, server.extensions);
    info.version = kTls13;
    if (const auto alert = accept_key_exchange(server.extensions)) return fail(*alert);
    transcript.add(message);
    const Extension* share = server.extensions.find(KeyShare);
    derive_handshake(share == nullptr ? 0 : shared_secret(share->body.subspan(4)));
    use_read_key(server_handshake, Epoch::Handshake);
    const bool is_early = write.epoch == Epoch::Early;
    if (!is_early && !profile->dialect.takes_write_keys_late)
        use_write_key(client_handshake, Epoch::Handshake);
    enter(State::WaitEncryptedExtensions);
}

/// The share and the PSK of a ServerHello. RFC 8446 §4.2.8, §4.2.9, §4.2.11.
std::optional<Alert> Endpoint::Parts::accept_key_exchange(const ExtensionList& extensions) {
    const Extension* share = extensions.find(KeyShare);
    const Extension* chosen = extensions.find(PreSharedKey);
    if (chosen != nullptr) {
        ByteReader reader{chosen->body};
        const std::uint16_t index = reader.u16();
        if (!reader.is_complete()) return Alert::DecodeError;
        const Session& session = ticket->session;
        if (index != 0 || facts(session.suite).hash != facts(info.suite).hash)
            return Alert::IllegalParameter;
        psk_chosen = info.is_resumed = true;
    }
    const bool may_miss = psk_chosen && config->offers_psk_only;
    if (share == nullptr && !may_miss) return Alert::MissingExtension;
    if (share != nullptr && psk_chosen && !config->offers_psk_dhe) return Alert::IllegalParameter;
    start_schedule(psk_chosen ? ticket->session.psk : 0);
    if (share == nullptr) return std::nullopt;
    ByteReader reader{share->body};
    info.group = static_cast<Group>(reader.u16());
    const Bytes value = reader.vector(2, 1);
    if (!reader.is_complete()) return Alert::DecodeError;
    if (std::ranges::find(shared_groups, info.group) == shared_groups.end())
        return Alert::IllegalParameter;
    info.used_dhe = true;
    return check_share(info.group, Role::Server, value);
}

Secret Endpoint::Parts::shared_secret(Bytes server_share) const {
    ByteReader shares{own_shares};
    while (!shares.is_empty()) {
        const auto group = static_cast<Group>(shares.u16());
        const Bytes own = shares.vector(2);
        if (group == info.group) return agree(group, own, server_share);
    }
    SEEDWIRE_ASSERT(false);
    return 0;
}

/// RFC 8446 §4.1.4.
void Endpoint::Parts::on_retry(Bytes message, const ExtensionList& extensions) {
    const Extension* share = extensions.find(KeyShare);
    const Extension* token = extensions.find(Cookie);
    if (share == nullptr && token == nullptr) return fail(Alert::IllegalParameter);
    if (token != nullptr) {
        const Bytes value = list_of(token->body, 2);
        if (check_body(*token)) return fail(Alert::DecodeError);
        if (value.size() > cookie.size()) return fail(Alert::IllegalParameter);
        std::ranges::copy(value, cookie.begin());
        cookie_length = static_cast<std::uint16_t>(value.size());
    }
    Duration keys;
    if (share != nullptr) {
        ByteReader reader{share->body};
        const auto group = static_cast<Group>(reader.u16());
        if (!reader.is_complete()) return fail(Alert::DecodeError);
        const bool is_offered = std::ranges::find(config->groups, group) != config->groups.end() &&
                                facts(group).client_share > 0;
        const bool is_shared = std::ranges::find(shared_groups, group) != shared_groups.end();
        if (!is_offered || is_shared) return fail(Alert::IllegalParameter);
        retry_group = group;
        write_own_shares({&group, 1});
        keys = facts(group).generate;
    }
    retried = info.had_retry = true;
    retry_suite = info.suite;
    if (info.early_data == EarlyDataStatus::Offered) refuse_early_data();
    // The PSK goes again only if its hash fits the suite that is now certain.
    if (ticket && facts(ticket->session.suite).hash != facts(info.suite).hash) ticket.reset();
    transcript.replace_by_message_hash();
    transcript.add(message);
    use_write_key(0, Epoch::Plain);
    send_ccs_if_due();
    spend(Operation::Generate, keys);
    add_steps({Step::ClientHello, Step::Flush});
}

/// In all three ways of refusal: nothing of it counts. RFC 8446 §4.2.10.
void Endpoint::Parts::refuse_early_data() {
    info.early_data = EarlyDataStatus::Refused;
    early_limit = 0;
    emit({.kind = Event::Kind::EarlyDataRefused});
}

void Endpoint::Parts::on_encrypted_extensions(Bytes body) {
    ByteReader reader{body};
    const Bytes list = reader.vector(2);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    ExtensionList extensions;
    if (const auto alert = extensions.parse(list, Alert::IllegalParameter)) return fail(*alert);
    if (const auto alert = check_answers(extensions, in::kEncryptedExtensions)) return fail(*alert);
    for (const Extension& extension : extensions.all())
        if (const auto alert = accept_answer(extension)) return fail(*alert);
    // RFC 8449 §5: one of the two.
    if (extensions.has(MaxFragmentLength) && extensions.has(RecordSizeLimit))
        return fail(Alert::IllegalParameter);
    const bool accepts_early = extensions.has(EarlyData);
    if (accepts_early) {
        // With the first PSK, its suite and its protocol only. RFC 8446 §4.2.10.
        const Session* session = ticket ? &ticket->session : nullptr;
        const std::uint64_t alpn =
            info.alpn == nullptr ? 0 : stable_hash(std::string_view{*info.alpn});
        if (!psk_chosen || session->suite != info.suite || session->alpn != alpn)
            return fail(Alert::IllegalParameter);
        info.early_data = EarlyDataStatus::Accepted;
        emit({.kind = Event::Kind::EarlyDataAccepted});
    } else if (info.early_data == EarlyDataStatus::Offered) {
        refuse_early_data();
        const bool is_late = profile->dialect.takes_write_keys_late;
        use_write_key(is_late ? 0 : client_handshake, is_late ? Epoch::Plain : Epoch::Handshake);
    }
    emit({.kind = Event::Kind::Negotiated});
    enter(psk_chosen ? State::WaitFinished : State::WaitCertificateOrRequest);
}

std::optional<Alert> Endpoint::Parts::accept_answer(const Extension& extension) {
    ByteReader body{extension.body};
    switch (extension.type) {
        case ServerName:
        case EarlyData:
            return body.is_empty() ? std::nullopt : std::optional{Alert::DecodeError};
        case Alpn: {
            if (const auto alert = check_body(extension)) return alert;
            ByteReader list{body.vector(2)};
            const Bytes protocol = list.vector(1);
            const auto is_it = [&](const std::string& name) {
                return std::ranges::equal(name, protocol, [](char a, std::uint8_t b) {
                    return static_cast<std::uint8_t>(a) == b;
                });
            };
            const auto name = std::ranges::find_if(config->alpn, is_it);
            // Exactly one, of those offered. RFC 7301 §3.1.
            if (!list.is_empty() || name == config->alpn.end()) return Alert::IllegalParameter;
            info.alpn = &*name;
            return std::nullopt;
        }
        case MaxFragmentLength: {
            const std::uint8_t value = body.u8();
            if (!body.is_complete()) return Alert::DecodeError;
            if (value != config->max_fragment_length) return Alert::IllegalParameter;
            outgoing_limit = plain_limit = 256U << value;
            incoming_limit = plain_limit + 1;
            return std::nullopt;
        }
        case RecordSizeLimit: {
            if (const auto alert = check_body(extension)) return alert;
            // RFC 8449 §4: in TLS 1.3 the limit counts the inner type; ours holds once it answers.
            outgoing_limit = std::min<std::uint32_t>(body.u16(), kMaxPlaintext + 1) - 1;
            incoming_limit = std::min<std::uint32_t>(config->record_size_limit, kMaxPlaintext + 1);
            return std::nullopt;
        }
        case SupportedGroups:
            return check_body(extension);
        default:
            return std::nullopt;
    }
}

void Endpoint::Parts::on_server_finished(Bytes message) {
    if (const auto alert = check_finished(server_handshake, transcript.value(), message))
        return fail(*alert);
    if (!ends_record()) return;
    transcript.add(message);
    derive_application();
    use_read_key(server_application, Epoch::Application);
    ccs_allowed = false;
    spend(Operation::Handshake, config->handshake_overhead - config->handshake_overhead / 2);
    if (info.early_data == EarlyDataStatus::Accepted) add_steps({Step::EndOfEarlyData});
    if (certificate_asked)
        add_steps({Step::Certificate, Step::PriceSignature, Step::CertificateVerify});
    add_steps({Step::ClientFinished, Step::Flush, Step::Done});
}

void Endpoint::Parts::send_end_of_early_data() {
    constexpr std::size_t kSize = 4;
    ByteWriter out{storage(kSize)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::EndOfEarlyData));
    out.u24(0);
    transcript.add(out.written());
    send_message(HandshakeType::EndOfEarlyData, out, kSize);
}

/// The keys of the second flight, if they are not in use yet.
void Endpoint::Parts::take_second_flight_keys() {
    if (write.epoch != Epoch::Early) send_ccs_if_due();
    if (write.epoch != Epoch::Handshake) use_write_key(client_handshake, Epoch::Handshake);
}

void Endpoint::Parts::send_client_finished() {
    take_second_flight_keys();
    const std::size_t size = 4U + finished_length();
    ByteWriter out{storage(size)};
    write_finished(client_handshake, transcript.value(), out);
    transcript.add(out.written());
    send_message(HandshakeType::Finished, out, size);
    derive_resumption();
    use_write_key(client_application, Epoch::Application);
}

}  // namespace seedwire::tls
