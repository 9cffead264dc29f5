// The server's states and messages. RFC 8446 §4.1.3, §4.1.4, §4.3, §A.2.
#include <algorithm>

#include "models/tls/key_exchange.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;
constexpr std::size_t kMessageHeader = 4;

std::size_t begin_extension(ExtensionType type, ByteWriter& out) {
    out.u16(static_cast<std::uint16_t>(type));
    return out.open(2);
}

}  // namespace

void Endpoint::Parts::plan_server_flight() {
    const GroupFacts& group = facts(info.group);
    if (info.used_dhe && group.is_kem)
        spend(Operation::Agree, group.encapsulate);
    else if (info.used_dhe) {
        spend(Operation::Generate, group.generate);
        spend(Operation::Agree, group.agree);
    }
    add_steps({Step::ServerHello});
    if (late_alert) {
        add_steps({Step::LateAlert});
        return;
    }
    add_steps({Step::EncryptedExtensions});
    const bool asks = config->client_auth != ClientAuth::None && !config->asks_late_only;
    certificate_asked = asks && !psk_chosen;
    if (certificate_asked) add_steps({Step::CertificateRequest});
    if (!psk_chosen) add_steps({Step::Certificate, Step::PriceSignature, Step::CertificateVerify});
    add_steps({Step::ServerFinished});
    const bool knows_client_flight = !certificate_asked;
    const bool is_early = info.early_data == EarlyDataStatus::Accepted;
    const TicketTime time = profile->ticket_time;
    // GnuTLS and Go issue tickets in the first flight of a full handshake; Go of a resumed one too.
    const bool in_first_flight = (time == TicketTime::FirstFlight &&
                                  (!info.is_resumed || profile->early_tickets_when_resumed)) ||
                                 (time == TicketTime::FirstWrite && is_early);
    if (in_first_flight && knows_client_flight) add_steps({Step::Tickets});
    add_steps({Step::Flush, Step::ServerWaits});
}

void Endpoint::Parts::write_hello_head(Bytes random_value, ByteWriter& out) const {
    out.u8(static_cast<std::uint8_t>(HandshakeType::ServerHello));
    out.u24(0);  // set when it is known
    out.u16(kTls12);
    out.bytes(random_value);
    out.u8(hello.session_id_length);
    out.bytes(Bytes{hello.session_id}.first(hello.session_id_length));
    out.u16(static_cast<std::uint16_t>(info.suite));
    out.u8(0);
}

void Endpoint::Parts::send_retry() {
    const std::size_t capacity = 160U + profile->cookie;
    ByteWriter out{storage(capacity)};
    write_hello_head(kRetryRandom, out);
    const std::size_t extensions = out.open(2);
    const auto write_version = [&] {
        const std::size_t body = begin_extension(SupportedVersions, out);
        out.u16(kTls13);
        out.close(body, 2);
    };
    if (profile->hello_versions_first) write_version();
    const std::size_t share = begin_extension(KeyShare, out);
    out.u16(static_cast<std::uint16_t>(retry_group));
    out.close(share, 2);
    if (profile->cookie > 0) {
        cookie_length = static_cast<std::uint16_t>(profile->cookie - 2);
        fill_bytes(random(), std::span{cookie}.first(cookie_length));
        const std::size_t body = begin_extension(Cookie, out);
        out.u16(cookie_length);
        out.bytes(Bytes{cookie}.first(cookie_length));
        out.close(body, 2);
    }
    if (!profile->hello_versions_first) write_version();
    out.close(extensions, 2);
    out.close(kMessageHeader, 3);
    retried = info.had_retry = true;
    retry_suite = info.suite;
    transcript.replace_by_message_hash();
    transcript.add(out.written());
    send_message(HandshakeType::HelloRetryRequest, out, capacity);
    send_ccs_if_due();
}

void Endpoint::Parts::send_server_hello() {
    const std::uint32_t share_size = info.used_dhe ? facts(info.group).server_share : 0;
    const std::size_t capacity = 160U + share_size;
    ByteWriter out{storage(capacity)};
    std::array<std::uint8_t, 32> random_value;
    fill_bytes(random(), random_value);
    write_hello_head(random_value, out);
    const std::size_t extensions = out.open(2);
    const auto write_version = [&] {
        const std::size_t body = begin_extension(SupportedVersions, out);
        out.u16(kTls13);
        out.close(body, 2);
    };
    const auto write_psk = [&] {
        if (!psk_chosen) return;
        const std::size_t body = begin_extension(PreSharedKey, out);
        out.u16(psk_index);
        out.close(body, 2);
    };
    if (profile->hello_psk_first) write_psk();
    if (profile->hello_versions_first) write_version();
    Secret shared = 0;
    if (info.used_dhe) {
        const std::size_t body = begin_extension(KeyShare, out);
        out.u16(static_cast<std::uint16_t>(info.group));
        const std::size_t share = out.open(2);
        write_share(info.group, Role::Server, random(), out);
        out.close(share, 2);
        shared = agree(info.group, peer_share, out.written().subspan(share));
        out.close(body, 2);
    }
    if (!profile->hello_versions_first) write_version();
    if (!profile->hello_psk_first) write_psk();
    out.close(extensions, 2);
    out.close(kMessageHeader, 3);
    transcript.add(out.written());
    send_message(HandshakeType::ServerHello, out, capacity);
    send_ccs_if_due();
    derive_handshake(shared);
    use_write_key(server_handshake, Epoch::Handshake);
    emit({.kind = Event::Kind::Negotiated});
}

void Endpoint::Parts::send_encrypted_extensions() {
    const std::size_t capacity =
        64U + 2 * config->groups.size() + (info.alpn == nullptr ? 0 : info.alpn->size());
    ByteWriter out{storage(capacity)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::EncryptedExtensions));
    const std::size_t body = out.open(3);
    const std::size_t list = out.open(2);
    const bool prefers_other =
        info.used_dhe && !config->groups.empty() && config->groups.front() != info.group;
    if (profile->always_sends_groups || (profile->sends_groups && prefers_other)) {
        const std::size_t extension = begin_extension(SupportedGroups, out);
        out.u16(static_cast<std::uint32_t>(2 * config->groups.size()));
        for (const Group group : config->groups) out.u16(static_cast<std::uint16_t>(group));
        out.close(extension, 2);
    }
    if (hello.record_size_limit > 0 && config->record_size_limit > 0 &&
        profile->answers_record_size_limit) {
        const std::size_t extension = begin_extension(RecordSizeLimit, out);
        out.u16(config->record_size_limit);
        out.close(extension, 2);
        outgoing_limit = std::min<std::uint32_t>(hello.record_size_limit, kMaxPlaintext + 1) - 1;
        incoming_limit = std::min<std::uint32_t>(config->record_size_limit, kMaxPlaintext + 1);
    } else if (hello.fragment_length > 0) {
        const std::size_t extension = begin_extension(MaxFragmentLength, out);
        out.u8(hello.fragment_length);
        out.close(extension, 2);
        outgoing_limit = plain_limit = 256U << hello.fragment_length;
        incoming_limit = plain_limit + 1;
    }
    if (info.alpn != nullptr) {
        const std::size_t extension = begin_extension(Alpn, out);
        const std::size_t names = out.open(2);
        out.u8(static_cast<std::uint32_t>(info.alpn->size()));
        out.text(*info.alpn);
        out.close(names, 2);
        out.close(extension, 2);
    }
    if (info.early_data == EarlyDataStatus::Accepted)
        out.close(begin_extension(ExtensionType::EarlyData, out), 2);
    out.close(list, 2);
    out.close(body, 3);
    transcript.add(out.written());
    send_message(HandshakeType::EncryptedExtensions, out, capacity);
}

namespace {

/// A distinguished name of the size that it counts: one common name, filled up with spaces. X.690,
/// RFC 5280 §4.1.2.4. Sizes that need longer lengths are filler.
void write_name(const Certificate& certificate, ByteWriter& out) {
    constexpr std::uint32_t kAround = 13, kShortest = 128;  // a length of one byte: below 128
    const std::uint32_t size = certificate.subject_der;
    if (size < kAround || size - 2 >= kShortest) return out.filler(size, size);
    const std::uint32_t text = size - kAround;
    for (const std::uint32_t part : {0x30U, size - 2, 0x31U, size - 4, 0x30U, size - 6, 0x06U, 3U,
                                     0x55U, 0x04U, 0x03U, 0x0CU, text})
        out.u8(part);
    std::string name = certificate.subject;
    name.resize(text, ' ');
    out.text(name);
}

}  // namespace

/// RFC 8446 §4.3.2.
void Endpoint::Parts::send_certificate_request(Bytes context) {
    std::size_t capacity =
        64U + context.size() + 2U * profile->request_schemes + profile->request_extra;
    for (const CertificateId id : config->authorities) capacity += 2U + (*env.pki)[id].subject_der;
    ByteWriter out{storage(capacity)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::CertificateRequest));
    const std::size_t body = out.open(3);
    out.u8(static_cast<std::uint32_t>(context.size()));
    out.bytes(context);
    const std::size_t extensions = out.open(2);
    const std::size_t schemes = begin_extension(SignatureAlgorithms, out);
    out.u16(2U * profile->request_schemes);
    for (std::size_t i = 0; i < profile->request_schemes; ++i)
        out.u16(i < config->schemes.size() ? static_cast<std::uint16_t>(config->schemes[i])
                                           : static_cast<std::uint16_t>(0x0301 + i));
    out.close(schemes, 2);
    if (config->compressions > 0) {
        const std::size_t extension = begin_extension(CompressCertificate, out);
        out.u8(2U * config->compressions);
        for (std::uint32_t i = 0; i < config->compressions; ++i) out.u16(i + 1);
        out.close(extension, 2);
    }
    if (profile->request_extra >= 4) {
        out.u16(0x2A2A);  // not modelled: bytes
        out.u16(profile->request_extra - 4U);
        out.zeros(profile->request_extra - 4U);
    }
    if (!config->authorities.empty() && profile->names_authorities) {
        const std::size_t extension = begin_extension(CertificateAuthorities, out);
        const std::size_t names = out.open(2);
        for (const CertificateId id : config->authorities) {
            out.u16((*env.pki)[id].subject_der);
            write_name((*env.pki)[id], out);
        }
        out.close(names, 2);
        out.close(extension, 2);
    }
    out.close(extensions, 2);
    out.close(body, 3);
    own_transcript().add(out.written());
    send_message(HandshakeType::CertificateRequest, out, capacity);
}

void Endpoint::Parts::send_server_finished() {
    const std::size_t size = kMessageHeader + finished_length();
    ByteWriter out{storage(size)};
    write_finished(server_handshake, transcript.value(), out);
    transcript.add(out.written());
    send_message(HandshakeType::Finished, out, size);
    derive_application();
    use_write_key(server_application, Epoch::Application);
    enter(State::Negotiated);
}

void Endpoint::Parts::server_waits() {
    if (info.early_data == EarlyDataStatus::Accepted) {
        use_read_key(client_early, Epoch::Early);
        return enter(State::WaitEndOfEarlyData);
    }
    use_read_key(client_handshake, Epoch::Handshake);
    enter(State::WaitFlight2);
    enter(certificate_asked ? State::WaitCertificate : State::WaitFinished);
}

void Endpoint::Parts::on_server_message(HandshakeType type, Bytes message) {
    if (info.version == kTls12) return on_tls12_server_message(type, message);
    const Bytes body = message.subspan(kMessageHeader);
    if (info.state == State::Connected && type != HandshakeType::KeyUpdate)
        return on_post_handshake(type, message);
    switch (type) {
        case HandshakeType::ClientHello:
            return on_client_hello(message);
        case HandshakeType::EndOfEarlyData:
            if (!body.empty()) return fail(Alert::DecodeError);
            if (!ends_record()) return;
            transcript.add(message);
            use_read_key(client_handshake, Epoch::Handshake);
            enter(State::WaitFlight2);
            return enter(State::WaitFinished);
        case HandshakeType::Certificate:
        case HandshakeType::CompressedCertificate:
        case HandshakeType::CertificateVerify:
            return on_authentication(type, message);
        case HandshakeType::Finished:
            return on_client_finished(message);
        case HandshakeType::KeyUpdate:
            return on_key_update(body);
        default:
            return fail(Alert::UnexpectedMessage);
    }
}

void Endpoint::Parts::on_client_finished(Bytes message) {
    if (const auto alert = check_finished(client_handshake, transcript.value(), message))
        return fail(*alert);
    if (!ends_record()) return;
    transcript.add(message);
    derive_resumption();
    use_read_key(client_application, Epoch::Application);
    ccs_allowed = false;
    add_steps({Step::Done});
    const bool is_due = !sent_tickets && profile->ticket_time != TicketTime::FirstWrite;
    if (is_due) add_steps({Step::Tickets, Step::Flush});
}

}  // namespace seedwire::tls
