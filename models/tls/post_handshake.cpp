// After Finished: tickets, new keys, late authentication. RFC 8446 §4.6.
#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

constexpr std::size_t kMessageHeader = 4;
constexpr std::uint32_t kWeek = 604'800;  // seconds; RFC 8446 §4.6.1

std::uint64_t alpn_of(const Info& info) {
    return info.alpn == nullptr ? 0 : stable_hash(std::string_view{*info.alpn});
}

}  // namespace

void Endpoint::Parts::finish_handshake() {
    enter(State::Connected);
    info.is_done = true;
    emit({.kind = Event::Kind::HandshakeDone});
    post_transcript = transcript;
    if (role == Role::Client && info.early_data == EarlyDataStatus::Refused && early_wish > 0 &&
        config->resends_early_data) {
        // The application agreed to 0-RTT: it may as well go as ordinary data. RFC 8446 §4.2.10.
        info.data_sent = send_data(early_wish, 0);
    } else if (role == Role::Client && info.early_data == EarlyDataStatus::Refused) {
        info.data_sent = 0;  // nothing of it counts: the application begins anew
    }
}

/// Bytes of a ticket's identity; a client's certificates travel inside, where the stack does so.
std::uint32_t Endpoint::Parts::identity_size() const {
    if (config->stores_sessions) return TicketAuthority::kHandle;
    std::uint32_t state =
        facts(info.suite).hash == 48 ? profile->ticket_sha384 : profile->ticket_sha256;
    if (resumed.client != 0) state += ticket_growth();
    const std::uint32_t block = profile->ticket_block;
    if (block > 1) state = (state / block + 1) * block;
    return profile->ticket_frame + state;
}

std::uint32_t Endpoint::Parts::ticket_growth() const {
    std::uint32_t size = profile->ticket_growth_extra;
    switch (profile->ticket_growth) {
        case TicketGrowth::None:
            break;
        case TicketGrowth::Leaf:
            size += (*env.pki)[static_cast<CertificateId>(resumed.client)].der;
            break;
        case TicketGrowth::Chain:
            for (const CertificateId id : peer_chain)
                size += (*env.pki)[id].der + profile->growth_per_certificate;
            break;
    }
    return size;
}

/// The resumption secret needs the client's Finished; before it has come, the server knows what it
/// must be. RFC 8446 §4.6.1 allows tickets that early.
Secret Endpoint::Parts::expected_resumption_master() const {
    if (resumption_master != 0) return resumption_master;
    Transcript future = transcript;
    constexpr std::array<std::uint8_t, 4> kEndOfEarlyData = {
        static_cast<std::uint8_t>(HandshakeType::EndOfEarlyData)};
    if (info.early_data == EarlyDataStatus::Accepted) future.add(kEndOfEarlyData);
    std::array<std::uint8_t, 4 + 48> finished;
    ByteWriter out{finished};
    write_finished(client_handshake, future.value(), out);
    future.add(out.written());
    return derive(master_secret, label::kResumptionMaster, future.value());
}

void Endpoint::Parts::send_tickets() {
    sent_tickets = true;
    if (env.tickets == nullptr) return;
    const std::uint32_t count = info.is_resumed ? config->tickets_resumed : config->tickets;
    resumed.version = kTls13;
    resumed.suite = info.suite;
    resumed.alpn = alpn_of(info);
    resumed.name = hello.name;
    resumed.issued = now;
    resumed.lifetime = config->ticket_lifetime;
    resumed.max_early_data = config->max_early_data;
    if (info.peer != 0) resumed.client = info.peer;
    const Secret master = expected_resumption_master();
    for (std::uint32_t i = 0; i < count; ++i) {
        send_ticket(master);
        if (profile->writes_tickets_apart) flush();
    }
}

void Endpoint::Parts::send_ticket(Secret master) {
    const std::uint32_t identity = identity_size();
    const std::uint32_t extensions =
        (config->max_early_data > 0 ? 8U : 0U) + profile->ticket_extensions;
    const std::size_t size = std::size_t{17} + profile->ticket_nonce + identity + extensions;
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::NewSessionTicket));
    out.u24(static_cast<std::uint32_t>(size - kMessageHeader));
    out.u32(resumed.lifetime);
    resumed.age_add = static_cast<std::uint32_t>(random());
    out.u32(resumed.age_add);
    const std::size_t nonce = out.open(1);
    out.zeros(profile->ticket_nonce);
    if (profile->ticket_nonce > 0)
        *out.at(out.size() - 1) = static_cast<std::uint8_t>(ticket_number);
    out.close(nonce, 1);
    ++ticket_number;
    resumed.psk = derive(master, label::kResumption,
                         hash_bytes(0, out.written().last(profile->ticket_nonce)));
    out.u16(identity);
    const std::size_t begin = out.size();
    out.zeros(identity);
    const std::span<std::uint8_t> place{out.at(begin), identity};
    if (config->stores_sessions)
        env.tickets->store(resumed, random(), place);
    else
        env.tickets->seal(resumed, random(), place);
    out.u16(extensions);
    if (config->max_early_data > 0) {
        out.u16(static_cast<std::uint16_t>(ExtensionType::EarlyData));
        out.u16(4);
        out.u32(config->max_early_data);
    }
    if (profile->ticket_extensions >= 4) {
        out.u16(0x1A1A);  // RFC 8701 §4.2
        out.u16(profile->ticket_extensions - 4U);
        out.zeros(profile->ticket_extensions - 4U);
    }
    send_message(HandshakeType::NewSessionTicket, out, size);
    ++info.tickets;
    emit({.kind = Event::Kind::TicketSent});
}

void Endpoint::Parts::on_ticket(Bytes body) {
    ByteReader reader{body};
    Ticket fresh;
    fresh.session.lifetime = std::min(reader.u32(), kWeek);
    fresh.session.age_add = reader.u32();
    const Bytes nonce = reader.vector(1);
    const Bytes identity = reader.vector(2, 1);
    const Bytes list = reader.vector(2);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    ExtensionList extensions;
    if (const auto alert = extensions.parse(list, Alert::IllegalParameter)) return fail(*alert);
    for (const Extension& extension : extensions.all()) {
        const std::uint8_t places = allowed_in(extension.type);
        if (places != 0 && (places & in::kNewSessionTicket) == 0)
            return fail(Alert::IllegalParameter);
    }
    if (const Extension* early = extensions.find(ExtensionType::EarlyData)) {
        ByteReader limit{early->body};
        fresh.session.max_early_data = limit.u32();
        if (!limit.is_complete()) return fail(Alert::DecodeError);
    }
    ++info.tickets;
    emit({.kind = Event::Kind::TicketReceived,
          .amount = static_cast<std::uint32_t>(identity.size())});
    if (env.sessions == nullptr || fresh.session.lifetime == 0) return;
    fresh.session.psk = derive(resumption_master, label::kResumption, hash_bytes(0, nonce));
    fresh.session.suite = info.suite;
    fresh.session.alpn = alpn_of(info);
    fresh.session.name =
        config->server_name.empty() ? 0 : stable_hash(std::string_view{config->server_name});
    fresh.session.issued = now;
    fresh.identity.assign(identity.begin(), identity.end());
    env.sessions->add(env.peer.empty() ? std::string_view{config->server_name} : env.peer,
                      std::move(fresh));
}

/// RFC 8446 §4.6.3.
void Endpoint::Parts::on_key_update(Bytes body) {
    if (body.size() != 1) return fail(Alert::DecodeError);
    if (body[0] > 1) return fail(Alert::IllegalParameter);
    if (!ends_record()) return;
    ++info.key_updates_received;
    update_peer_keys();
    emit({.kind = Event::Kind::KeyUpdated, .is_peer = true});
    // One answer suffices for several requests that come before it is sent.
    if (body[0] == 1 && !close_sent) add_steps({Step::KeyUpdateAnswer, Step::Flush});
}

void Endpoint::Parts::send_key_update(bool asks_peer) {
    constexpr std::size_t kSize = 5;
    ByteWriter out{storage(kSize)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::KeyUpdate));
    out.u24(1);
    out.u8(asks_peer ? 1 : 0);
    send_message(HandshakeType::KeyUpdate, out, kSize);
    ++info.key_updates_sent;
    update_own_keys();
    emit({.kind = Event::Kind::KeyUpdated});
}

/// The client's Certificate, CertificateVerify and Finished, one behind the other. §4.6.2.
void Endpoint::Parts::answer_post_handshake() {
    send_certificate(request_context);
    send_certificate_verify(post_transcript);
    const std::size_t size = 4U + finished_length();
    ByteWriter out{storage(size)};
    write_finished(client_application, post_transcript.value(), out);
    send_message(HandshakeType::Finished, out, size);
}

/// The same at the server. RFC 8446 §4.6.2.
void Endpoint::Parts::on_post_handshake(HandshakeType type, Bytes message) {
    const Bytes body = message.subspan(kMessageHeader);
    const bool is_compressed = type == HandshakeType::CompressedCertificate;
    if (type == HandshakeType::Certificate || is_compressed) {
        on_certificate(body, is_compressed, request_context);
        post_transcript.add(message);
        post_handshake =
            peer_chain.empty() ? PostHandshake::WaitFinished : PostHandshake::WaitVerify;
        return;
    }
    if (type == HandshakeType::CertificateVerify) {
        on_certificate_verify(body, post_transcript);
        post_transcript.add(message);
        post_handshake = PostHandshake::WaitFinished;
        return;
    }
    if (const auto alert = check_finished(client_application, post_transcript.value(), message))
        return fail(*alert);
    post_handshake = PostHandshake::None;
    emit({.kind = Event::Kind::ClientAuthenticated});
    if (profile->renews_tickets_after_auth && !peer_chain.empty())
        add_steps({Step::Tickets, Step::Flush});
}

std::uint32_t Endpoint::write(Time now, std::uint32_t bytes, Output& out) {
    Parts& p = *parts_;
    p.begin(now, out);
    if (bytes == 0 || !may_write()) return 0;
    if (p.role == Role::Client && p.info.state != State::Connected) {
        bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, p.early_limit));
        p.early_limit -= bytes;
        p.early_wish += bytes;
        p.info.early_bytes += bytes;
    }
    if (p.role == Role::Server && !p.sent_tickets && p.info.state == State::Connected &&
        p.profile->ticket_time == TicketTime::FirstWrite) {
        p.send_tickets();
    }
    if (p.config->key_update_after > 0 && p.info.state == State::Connected &&
        p.write.sequence >= p.config->key_update_after)
        p.send_key_update(false);
    p.info.data_sent += p.send_data(bytes, p.info.data_sent);
    return bytes;
}

bool Endpoint::may_write() const {
    const Parts& p = *parts_;
    if (p.is_over() || p.close_sent || p.busy || p.next_step < p.plan.size()) return false;
    if (p.info.state == State::Connected) return true;
    // RFC 8446 §4.4.4: a server may write behind its Finished; a client as early data.
    if (p.role == Role::Server) return p.write.epoch == Epoch::Application;
    return p.write.epoch == Epoch::Early && p.early_limit > 0;
}

void Endpoint::close(Time now, Output& out) {
    Parts& p = *parts_;
    p.begin(now, out);
    if (p.is_over() || p.close_sent) return;
    p.send_alert(Alert::CloseNotify);
    p.flush();
    if (p.peer_closed) p.end();
}

void Endpoint::cancel(Time now, Output& out) {
    Parts& p = *parts_;
    p.begin(now, out);
    if (p.is_over()) return;
    p.send_alert(Alert::UserCanceled);
    p.send_alert(Alert::CloseNotify);
    p.end();
}

void Endpoint::update_keys(Time now, bool asks_peer, Output& out) {
    Parts& p = *parts_;
    p.begin(now, out);
    if (!may_write() || p.info.state != State::Connected || p.info.version != kTls13) return;
    p.send_key_update(asks_peer);
    p.flush();
}

void Endpoint::request_client_certificate(Time now, Output& out) {
    Parts& p = *parts_;
    p.begin(now, out);
    const bool is_possible = p.role == Role::Server && p.info.state == State::Connected &&
                             p.hello.offers_post_handshake &&
                             p.post_handshake == PostHandshake::None && !p.close_sent;
    if (!is_possible) return;
    p.request_context.resize(p.profile->post_handshake_context);
    fill_bytes(p.random(), p.request_context);
    p.post_transcript = p.transcript;
    p.send_certificate_request(p.request_context);
    p.flush();
    p.post_handshake = PostHandshake::WaitCertificate;
}

}  // namespace seedwire::tls
