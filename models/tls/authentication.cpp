// Certificate and CertificateVerify, of whichever end. RFC 8446 §4.4; RFC 8879.
#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;
constexpr std::size_t kMessageHeader = 4;
constexpr std::uint64_t kServerContext = 0x53, kClientContext = 0x43;  // §4.4.3: context strings

/// What a signature is made over: the transcript and whose it is.
std::uint64_t to_be_signed(const Transcript& over, Role signer, Scheme scheme) {
    const std::uint64_t context = signer == Role::Server ? kServerContext : kClientContext;
    return combine_hash(combine_hash(over.value(), context), static_cast<std::uint64_t>(scheme));
}

Secret signature_value(Secret key, std::uint64_t input) {
    return derive(key, label::kSignature, input);
}

/// One entry of a Certificate message.
struct Entry {
    Bytes data;
    Bytes extensions;
};

/// The references in a compressed message; RFC 8879 §4.
std::optional<Alert> read_compressed(const Pki& pki, Bytes body,
                                     std::vector<CertificateId>& chain) {
    ByteReader reader{body};
    reader.u16();  // algorithm
    const std::uint32_t length = reader.u24();
    ByteReader content{reader.vector(3, 1)};
    if (!reader.is_complete()) return Alert::DecodeError;
    std::uint32_t sum = 4;
    while (sum < length && !content.is_empty()) {
        const CertificateId id = pki.find(content.take(kCertificateReference));
        if (id == 0) return Alert::BadCertificate;
        sum += pki[id].der + 5;
        chain.push_back(id);
    }
    return chain.empty() ? std::optional{Alert::BadCertificate} : std::nullopt;
}

}  // namespace

Scheme Endpoint::Parts::choose_scheme(Bytes offered_schemes, KeyAlgorithm key) const {
    for (std::size_t i = 0; i < offered_schemes.size() / 2; ++i) {
        const auto scheme = static_cast<Scheme>(value_at(offered_schemes, i));
        if (can_sign(key, scheme)) return scheme;
    }
    return Scheme::None;
}

void Endpoint::Parts::send_certificate(Bytes context) {
    if (role == Role::Client && info.state != State::Connected) take_second_flight_keys();
    const Credential& own = config->credential;
    const bool has_one = !own.is_empty() && own_scheme != Scheme::None;
    Bytes whole;
    if (has_one && hello.offers_compression && own.may_compress() && context.empty())
        whole = own.compressed_message();
    else if (has_one)
        whole = own.message(hello.offers_staple, hello.offers_scts);
    if (whole.empty() || !context.empty()) {
        // The same with a context, or an empty list.
        const Bytes list = whole.empty() ? Bytes{} : whole.subspan(kMessageHeader + 1);
        const std::size_t size =
            kMessageHeader + 1 + context.size() + std::max<std::size_t>(list.size(), 3);
        ByteWriter out{storage(size)};
        out.u8(static_cast<std::uint8_t>(HandshakeType::Certificate));
        out.u24(static_cast<std::uint32_t>(size - kMessageHeader));
        out.u8(static_cast<std::uint32_t>(context.size()));
        out.bytes(context);
        if (list.empty())
            out.u24(0);
        else
            out.bytes(list);
        own_transcript().add(out.written());
        return send_message(HandshakeType::Certificate, out, size);
    }
    own_transcript().add(whole);
    send_bytes(static_cast<HandshakeType>(whole[0]), whole);
}

/// Post-handshake authentication has a transcript of its own. RFC 8446 §4.4.
Transcript& Endpoint::Parts::own_transcript() {
    return info.state == State::Connected ? post_transcript : transcript;
}

void Endpoint::Parts::price_signature() {
    if (own_scheme == Scheme::None) return;
    const KeyFacts& key = facts(config->credential.key());
    Duration cost = key.sign;
    if (key.sign_tries > 100) {
        // Each try of ML-DSA's rejection sampling succeeds with one in the mean; FIPS 204, table 1.
        std::int64_t tries = 1;
        while (random() % key.sign_tries >= 100) ++tries;
        cost = cost * 100 / key.sign_tries * tries;
    }
    spend(Operation::Sign, cost);
}

void Endpoint::Parts::send_certificate_verify(Transcript& over) {
    if (own_scheme == Scheme::None) return;
    const std::uint32_t length = facts(config->credential.key()).signature;
    const std::size_t size = kMessageHeader + 4 + length;
    ByteWriter out{storage(size)};
    out.u8(static_cast<std::uint8_t>(HandshakeType::CertificateVerify));
    out.u24(4 + length);
    out.u16(static_cast<std::uint16_t>(own_scheme));
    out.u16(length);
    out.filler(signature_value(config->credential.secret(), to_be_signed(over, role, own_scheme)),
               length);
    over.add(out.written());
    send_message(HandshakeType::CertificateVerify, out, size);
}

Alert Endpoint::Parts::alert_for(Verdict verdict) const {
    const Dialect& dialect = profile->dialect;
    switch (verdict) {
        case Verdict::UnknownCa:
            return dialect.unknown_ca;
        case Verdict::Expired:
        case Verdict::NotYetValid:
            return dialect.expired;
        case Verdict::Revoked:
            return Alert::CertificateRevoked;
        case Verdict::WrongName:
        case Verdict::Unreadable:
            return dialect.wrong_name;
        case Verdict::UnsupportedKey:
            return Alert::UnsupportedCertificate;
        case Verdict::Trusted:
            break;
    }
    return Alert::CertificateUnknown;
}

/// Takes the list apart; what it holds goes to peer_chain.
std::optional<Alert> Endpoint::Parts::read_chain(Bytes body, Bytes context) {
    ByteReader reader{body};
    const Bytes echoed = reader.vector(1);
    ByteReader list{reader.vector(3)};
    if (!reader.is_complete()) return Alert::DecodeError;
    if (!std::ranges::equal(echoed, context))
        return context.empty() ? Alert::DecodeError : Alert::IllegalParameter;
    bool is_unreadable = false;
    while (!list.is_empty()) {
        const Bytes data = list.vector(3, 1);
        const Bytes entry = list.vector(2);
        if (list.failed()) return Alert::DecodeError;
        ExtensionList extensions;
        if (const auto alert = extensions.parse(entry, Alert::IllegalParameter)) return alert;
        for (const Extension& extension : extensions.all()) {
            const bool was_asked = role == Role::Client && offered(extension.type);
            if (!was_asked) return Alert::UnsupportedExtension;
            if ((allowed_in(extension.type) & in::kCertificate) == 0)
                return Alert::IllegalParameter;
        }
        const CertificateId id = env.pki->find(data);
        is_unreadable = is_unreadable || id == 0;
        peer_chain.push_back(id);
    }
    return is_unreadable ? std::optional{Alert::BadCertificate} : std::nullopt;
}

/// Of the peer, within the handshake. A client need not have a certificate: then nothing is signed.
void Endpoint::Parts::on_authentication(HandshakeType type, Bytes message) {
    const Bytes body = message.subspan(kMessageHeader);
    const bool is_signature = type == HandshakeType::CertificateVerify;
    if (is_signature)
        on_certificate_verify(body, transcript);
    else
        on_certificate(body, type == HandshakeType::CompressedCertificate, {});
    transcript.add(message);
    if (is_over()) return;
    const bool is_done = is_signature || peer_chain.empty();
    enter(is_done ? State::WaitFinished : State::WaitCertificateVerify);
}

void Endpoint::Parts::on_certificate(Bytes body, bool is_compressed, Bytes context) {
    peer_chain.clear();
    const auto problem =
        is_compressed ? read_compressed(*env.pki, body, peer_chain) : read_chain(body, context);
    if (problem == Alert::BadCertificate) info.verdict = Verdict::Unreadable;
    if (problem) return fail(*problem);
    if (peer_chain.empty()) {
        // RFC 8446 §4.4.2.4: a server has no choice, a client may be anonymous.
        if (role == Role::Client) return fail(Alert::DecodeError);
        if (config->client_auth == ClientAuth::Required)
            return fail(profile->dialect.no_client_certificate);
        return;
    }
    info.verdict = judge(*env.pki, peer_chain, config->trust, now);
    const KeyAlgorithm key = (*env.pki)[peer_chain[0]].key;
    const auto is_usable = [key](Scheme scheme) { return can_sign(key, scheme); };
    if (std::ranges::none_of(config->schemes, is_usable)) info.verdict = Verdict::UnsupportedKey;
    if (info.verdict == Verdict::Trusted) return;
    if (profile->dialect.judges_outside) return end();
    fail(alert_for(info.verdict));
}

void Endpoint::Parts::on_certificate_verify(Bytes body, const Transcript& over) {
    ByteReader reader{body};
    const auto scheme = static_cast<Scheme>(reader.u16());
    const Bytes signature = reader.vector(2);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    const KeyAlgorithm key = (*env.pki)[peer_chain[0]].key;
    const bool is_offered = std::ranges::find(config->schemes, scheme) != config->schemes.end();
    if (!is_offered || !can_sign(key, scheme)) return fail(Alert::IllegalParameter);
    const Role signer = role == Role::Client ? Role::Server : Role::Client;
    std::vector<std::uint8_t>& right = expected_signature;
    right.resize(facts(key).signature);
    fill_bytes(signature_value(Pki::key_of(peer_chain[0]), to_be_signed(over, signer, scheme)),
               right);
    if (!std::ranges::equal(signature, right)) return fail(Alert::DecryptError);
    info.peer = peer_chain[0];
    if (role == Role::Client) info.scheme = scheme;
}

/// RFC 8446 §4.3.2.
void Endpoint::Parts::on_certificate_request(Bytes message) {
    const bool is_late = info.state == State::Connected;
    ByteReader reader{message.subspan(kMessageHeader)};
    const Bytes asked_context = reader.vector(1);
    const Bytes list = reader.vector(2, 2);
    if (!reader.is_complete()) return fail(Alert::DecodeError);
    ExtensionList extensions;
    if (const auto alert = extensions.parse(list, Alert::IllegalParameter)) return fail(*alert);
    for (const Extension& extension : extensions.all()) {
        const std::uint8_t places = allowed_in(extension.type);
        if (places != 0 && (places & in::kCertificateRequest) == 0)
            return fail(Alert::IllegalParameter);
    }
    if (asked_context.empty() == is_late) return fail(Alert::DecodeError);
    const Extension* schemes = extensions.find(SignatureAlgorithms);
    if (schemes == nullptr) return fail(Alert::MissingExtension);
    if (const auto alert = check_body(*schemes)) return fail(*alert);
    request_context.assign(asked_context.begin(), asked_context.end());
    own_scheme = config->credential.is_empty()
                     ? Scheme::None
                     : choose_scheme(list_of(schemes->body, 2), config->credential.key());
    hello.offers_compression = extensions.has(CompressCertificate);
    hello.offers_staple = extensions.has(StatusRequest);
    hello.offers_scts = extensions.has(SignedCertificateTimestamp);
    if (is_late) {
        post_transcript = transcript;
        post_transcript.add(message);
        price_signature();
        add_steps({Step::PostHandshakeAnswer, Step::Flush});
        return;
    }
    transcript.add(message);
    certificate_asked = true;
    enter(State::WaitCertificate);
}

/// What the CPU has to do before this message can be judged.
void Endpoint::Parts::price_message(HandshakeType type, Bytes message) {
    if (!config->has_costs) return;
    switch (type) {
        case HandshakeType::ClientHello:
            if (!retried) spend(Operation::Handshake, config->handshake_overhead);
            return;
        case HandshakeType::ServerHello:
            return price_agreement(message);
        case HandshakeType::Certificate:
        case HandshakeType::CompressedCertificate:
            return price_chain(message);
        case HandshakeType::CertificateVerify:
            if (!peer_chain.empty())
                spend(Operation::Verify, facts((*env.pki)[peer_chain[0]].key).verify);
            return;
        default:
            return;
    }
}

/// A client that gets a share derives, or decapsulates; the group is the one it shared.
void Endpoint::Parts::price_agreement(Bytes message) {
    if (shared_groups.empty() || is_retry(message)) return;
    Group group = shared_groups.front();
    // The share's group stands 4 bytes before a share; finding it means parsing the message.
    ByteReader reader{message.subspan(kMessageHeader)};
    reader.take(34);
    reader.vector(1);
    reader.take(3);
    ExtensionList extensions;
    if (extensions.parse(reader.vector(2), Alert::IllegalParameter)) return;
    const Extension* share = extensions.find(KeyShare);
    if (share == nullptr || share->body.size() < 2) return;
    group = static_cast<Group>(value_at(share->body, 0));
    spend(Operation::Agree, facts(group).agree);
}

void Endpoint::Parts::price_chain(Bytes message) {
    Duration cost;
    std::vector<CertificateId>& chain = peer_chain;
    chain.clear();
    const Bytes body = message.subspan(kMessageHeader);
    const bool is_compressed =
        static_cast<HandshakeType>(message[0]) == HandshakeType::CompressedCertificate;
    if (is_compressed) {
        read_compressed(*env.pki, body, chain);
    } else {
        ByteReader reader{body};
        reader.vector(1);
        ByteReader list{reader.vector(3)};
        while (!list.is_empty()) {
            const CertificateId id = env.pki->find(list.vector(3));
            list.vector(2);
            if (id != 0) chain.push_back(id);
        }
    }
    for (const CertificateId id : chain)
        cost += facts((*env.pki)[id].signed_by).verify + config->per_certificate;
    spend(Operation::VerifyChain, cost);
}

}  // namespace seedwire::tls
