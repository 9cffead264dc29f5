// The order of messages, and who proves what.
#include "tests/models/tls/conformance_cases.h"

namespace seedwire::tls {

namespace {

WireRecord message(HandshakeType type, Octets body) {
    return sealed(ContentType::Handshake, handshake(type, std::move(body)));
}

/// CertificateRequest with one scheme.
Octets request_body(Octets context) {
    Octets body = {static_cast<std::uint8_t>(context.size())};
    body.insert(body.end(), context.begin(), context.end());
    const Octets rest = octets({0, 8, 0, 13, 0, 4, 0, 2, 4, 3});
    body.insert(body.end(), rest.begin(), rest.end());
    return body;
}

void ask_client(Scene& s, ClientAuth policy) {
    s.server().client_auth = policy;
    s.server().trust.roots = {s.world.root};
}
void give_client_certificate(Scene& s) {
    s.client().credential = Credential{s.world.pki, {s.world.leaf, s.world.intermediate}};
}
void authenticate_late(Scene& s) {
    s.server().asks_late_only = true;
    s.client().offers_post_handshake_auth = true;
    s.afterwards = [](Scene& scene) {
        const auto ask = [&](Endpoint& end, Output& out) {
            end.request_client_certificate(scene.now, out);
        };
        if (scene.machine_is_client())
            scene.let_peer(ask);
        else
            scene.let_machine(ask);
    };
}
/// The server proves itself with another kind of key than it says in its Certificate.
void swap_certificate(Scene& s, KeyAlgorithm key) {
    const CertificateId other = s.world.pki.add({.names = {TestPki::kName},
                                                 .key = key,
                                                 .signed_by = KeyAlgorithm::P256,
                                                 .issuer = s.world.intermediate});
    const Credential credential{s.world.pki, {other, s.world.intermediate}};
    const Bytes bytes = credential.message(false, false);
    const Octets whole{bytes.begin(), bytes.end()};
    edit(s, on_message(Certificate, [whole](Octets& m) { m = whole; }));
}

const std::vector<ConformanceCase> kSequence = {
    {"T062", kClient, "no Certificate and CertificateVerify without PSK", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, drop(Certificate));
         edit(s, drop(CertificateVerify));
     }},
    {"§A.1", kClient, "no CertificateVerify", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, drop(CertificateVerify)); }},
    {"§A.1", kClient, "no EncryptedExtensions", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, drop(EncryptedExtensions)); }},
    {"T064", kClient, "Certificate in a PSK handshake", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.resumes = true;
         edit(s, insert_before(Finished, message(Certificate, octets({0, 0, 0, 0}))));
     }},
    {"T065", kClient, "CertificateRequest in a PSK handshake", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.resumes = true;
         edit(s, insert_before(Finished, message(CertificateRequest, request_body({}))));
     }},
    {"T067", kClient, "EndOfEarlyData from the server", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, insert_before(Finished, message(EndOfEarlyData, {}))); }},
    {"T068", kClient, "another type in place of EncryptedExtensions", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, on_message(EncryptedExtensions, [](Octets& m) { m[0] = 42; })); }},
    {"T070", kClient, "KeyUpdate before Finished", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, insert_before(Finished, message(KeyUpdate, octets({0})))); }},
    {"T070", kServer, "KeyUpdate before Finished", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, insert_before(Finished, message(KeyUpdate, octets({0})))); }},
    {"T071", kClient, "application data before Finished", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(Finished, sealed(ContentType::ApplicationData, Octets(5))));
     }},
    {"T071", kServer, "application data under handshake keys", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(Finished, sealed(ContentType::ApplicationData, Octets(5))));
     }},
    {"T073", kServer, "another type in place of Finished", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, on_message(Finished, [](Octets& m) { m[0] = 15; })); }},
    {"T074", kServer, "ClientHello after the handshake", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.afterwards = [](Scene& scene) { scene.say(message(ClientHello, Octets(100))); };
     }},
    {"T076", kServer, "Finished under the wrong keys", Alert::BadRecordMac,
     [](Scene& s) {
         edit(s, on_record(Finished, [](WireRecord& wire) { wire.record.key = 99; }));
     }},
    {"T077", kServer, "part of the next message behind ClientHello", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, on_message(ClientHello, [](Octets& m) { m.insert(m.end(), {1, 0}); }));
     }},
    {"§A.2", kServer, "Finished in place of ClientHello", Alert::UnexpectedMessage,
     [](Scene& s) { edit(s, on_message(ClientHello, [](Octets& m) { m[0] = 20; })); }},
    {"§4.3.1", kClient, "EncryptedExtensions in plain", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, on_record(EncryptedExtensions, [](WireRecord& wire) {
                  wire.record.type = 22;
                  wire.record.key = 0;
                  wire.record.length = 0;
              }));
     }},
    {"§4.6.1", kClient, "NewSessionTicket before Finished", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, insert_before(Finished, message(NewSessionTicket, octets({0, 0, 0, 9, 0, 0, 0, 0,
                                                                           0, 0, 1, 7, 0, 0}))));
     }},
};

const std::vector<ConformanceCase> kAuthentication = {
    {"T079", kClient, "wrong verify_data in the server's Finished", Alert::DecryptError,
     [](Scene& s) { edit(s, on_message(Finished, flip_last)); }},
    {"T079", kServer, "wrong verify_data in the client's Finished", Alert::DecryptError,
     [](Scene& s) { edit(s, on_message(Finished, flip_last)); }},
    {"T081", kServer, "Finished of wrong length", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(Finished, [](Octets& m) {
                  m.push_back(0);
                  ++m[3];
              }));
     }},
    {"T082", kClient, "signature that does not verify", Alert::DecryptError,
     [](Scene& s) { edit(s, on_message(CertificateVerify, flip_last)); }},
    {"§4.4.3", kClient, "signature by another key than the leaf's", Alert::DecryptError,
     [](Scene& s) { s.peer.credential.set_secret(12345); }},
    {"§4.4.3", kClient, "a scheme that was not offered", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_message(CertificateVerify, [](Octets& m) { m[4] = 2, m[5] = 3; }));
     }},
    {"§4.4.3", kClient, "a scheme that does not fit the key", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_message(CertificateVerify, [](Octets& m) { m[4] = 8, m[5] = 4; }));
     }},
    {"T084", kClient, "empty list of certificates", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(Certificate, [](Octets& m) {
                  m = handshake(Certificate, octets({0, 0, 0, 0}));
              }));
     }},
    {"§4.4.2", kClient, "a certificate of no bytes", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(Certificate, [](Octets& m) {
                  m = handshake(Certificate, octets({0, 0, 0, 5, 0, 0, 0, 0, 0}));
              }));
     }},
    {"§4.4.2", kClient, "a certificate that is none", Alert::BadCertificate,
     [](Scene& s) { edit(s, on_message(Certificate, [](Octets& m) { m[18] ^= 1; })); }},
    {"§4.4.2", kClient, "an extension in Certificate that was not asked for",
     Alert::UnsupportedExtension,
     [](Scene& s) {
         Pki& pki = s.world.pki;
         const CertificateId stapled =
             pki.add({.names = {TestPki::kName}, .issuer = s.world.intermediate, .ocsp = 100});
         const Credential credential{pki, {stapled, s.world.intermediate}};
         const Bytes bytes = credential.message(true, false);
         const Octets whole{bytes.begin(), bytes.end()};
         edit(s, on_message(Certificate, [whole](Octets& m) { m = whole; }));
     }},
    {"T085", kClient, "unknown CA", Alert::UnknownCa,
     [](Scene& s) { s.client().trust.roots.clear(); }},
    {"§6.2", kClient, "expired", Alert::CertificateExpired,
     [](Scene& s) { s.client().trust.clock_error = Duration::s(400 * 86'400); }},
    {"§6.2", kClient, "not valid yet", Alert::CertificateExpired,
     [](Scene& s) { s.client().trust.clock_error = Duration::s(-40 * 86'400); }},
    {"T087", kClient, "another name", Alert::BadCertificate,
     [](Scene& s) { s.client().trust.name = "other.example.com"; }},
    {"T088", kClient, "a kind of key that is not supported", Alert::UnsupportedCertificate,
     [](Scene& s) {
         s.client().schemes = {Scheme::EcdsaSecp256r1Sha256};
         swap_certificate(s, KeyAlgorithm::Rsa2048);
     }},
    {"T090", kServer, "no client certificate, optional", std::nullopt,
     [](Scene& s) { ask_client(s, ClientAuth::Optional); }, is_connected},
    {"§4.4.2.4", kServer, "no client certificate, required", Alert::CertificateRequired,
     [](Scene& s) { ask_client(s, ClientAuth::Required); }},
    {"T091", kServer, "client signature that does not verify", Alert::DecryptError,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         give_client_certificate(s);
         edit(s, on_message(CertificateVerify, flip_last));
     }},
    {"§4.4.2", kServer, "mutual authentication", std::nullopt,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         give_client_certificate(s);
     },
     [](Scene& s) { return is_connected(s) && s.machine_end().info().peer == s.world.leaf; }},
    {"T093", kServer, "empty Certificate after the handshake, required", Alert::CertificateRequired,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         authenticate_late(s);
     }},
    {"§4.6.2", kServer, "post-handshake authentication", std::nullopt,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         give_client_certificate(s);
         authenticate_late(s);
     },
     [](Scene& s) { return s.saw(Event::Kind::ClientAuthenticated); }},
    {"§4.6.2", kServer, "post-handshake signature that does not verify", Alert::DecryptError,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         give_client_certificate(s);
         authenticate_late(s);
         edit(s, on_message(CertificateVerify, flip_last));
     }},
    {"§4.6.2", kServer, "post-handshake Finished is wrong", Alert::DecryptError,
     [](Scene& s) {
         ask_client(s, ClientAuth::Required);
         give_client_certificate(s);
         authenticate_late(s);
         edit(s, on_message(Finished, flip_last, 2));
     }},
    {"T094", kClient, "CertificateRequest though not offered", Alert::UnexpectedMessage,
     [](Scene& s) {
         s.afterwards = [](Scene& scene) {
             scene.say(message(CertificateRequest, request_body(Octets(32, 1))));
         };
     }},
    {"§4.3.2", kClient, "CertificateRequest without signature_algorithms", Alert::MissingExtension,
     [](Scene& s) {
         ask_client(s, ClientAuth::Optional);
         edit(s, on_extensions(CertificateRequest, [](Parsed& m) {
                  m.remove(X::SignatureAlgorithms);
                  m.set(X::StatusRequest, {});
              }));
     }},
};

}  // namespace

std::span<const ConformanceCase> sequence_cases() { return kSequence; }
std::span<const ConformanceCase> authentication_cases() { return kAuthentication; }

}  // namespace seedwire::tls
