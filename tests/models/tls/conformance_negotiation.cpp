// Negotiation, key shares, HelloRetryRequest and ServerHello.
#include "tests/models/tls/conformance_cases.h"

namespace seedwire::tls {

namespace {

void set_share(Scene& s, Group group, const std::function<void(Octets&)>& change) {
    s.client().groups = s.client().key_shares = s.server().groups = {group};
    edit(s, on_extensions(ClientHello, [=](Parsed& hello) { change(*hello.find(X::KeyShare)); }));
}
void zero_from(Octets& bytes, std::size_t from) {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), std::uint8_t{0});
}
void duplicate(Scene& s, HandshakeType type, X extension) {
    edit(s, on_extensions(type, [=](Parsed& message) {
             const Octets body = *message.find(extension);
             message.extensions.emplace_back(static_cast<std::uint16_t>(extension), body);
         }));
}
std::size_t suite_at(const Octets& hello) { return 4U + 34U + 1U + hello[38]; }

const std::vector<ConformanceCase> kNegotiation = {
    {"T001", kServer, "no key_share and no supported_groups", Alert::MissingExtension,
     [](Scene& s) {
         remove_extension(s, ClientHello, X::KeyShare);
         remove_extension(s, ClientHello, X::SupportedGroups);
     }},
    {"T003", kServer, "no supported_groups", Alert::MissingExtension,
     [](Scene& s) { remove_extension(s, ClientHello, X::SupportedGroups); }},
    {"§9.2", kServer, "no key_share", Alert::MissingExtension,
     [](Scene& s) { remove_extension(s, ClientHello, X::KeyShare); }},
    {"T004", kServer, "no signature_algorithms and no PSK", Alert::MissingExtension,
     [](Scene& s) { remove_extension(s, ClientHello, X::SignatureAlgorithms); }},
    {"T006", kServer, "only legacy schemes", Alert::HandshakeFailure,
     [](Scene& s) {
         s.client().schemes = {Scheme::RsaPkcs1Sha256, Scheme::EcdsaSha1};
     }},
    {"T007", kServer, "only schemes the server's key cannot make", Alert::HandshakeFailure,
     [](Scene& s) {
         s.client().schemes = {Scheme::Ed25519, Scheme::RsaPssRsaeSha256};
     }},
    {"T009", kServer, "no suite in common", Alert::HandshakeFailure,
     [](Scene& s) {
         s.client().suites = {Suite::Aes128GcmSha256};
         s.server().suites = {Suite::Aes256GcmSha384};
     }},
    {"T010", kServer, "only unassigned suites", Alert::HandshakeFailure,
     [](Scene& s) { s.client().suites = {static_cast<Suite>(0xEE01)}; }},
    {"T012", kServer, "unknown extension", std::nullopt,
     [](Scene& s) { s.client().extra_hello = 40; }, is_connected},
    {"T013", kServer, "GREASE everywhere", std::nullopt,
     [](Scene& s) { s.client().greases = true; }, is_connected},
    {"T015", kServer, "no supported_versions, legacy version too low", Alert::ProtocolVersion,
     [](Scene& s) {
         remove_extension(s, ClientHello, X::SupportedVersions);
         edit(s, on_message(ClientHello, [](Octets& hello) { hello[5] = 2; }));
     }},
    {"T016", kServer, "unknown versions around 0x0304", std::nullopt,
     [](Scene& s) {
         s.client().versions = {0x7F1C, kTls13, 0x0399};
     },
     is_connected},
    {"§4.2.1", kServer, "only versions that the server does not know", Alert::ProtocolVersion,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::SupportedVersions, octets({2, 3, 5}));
     }},
    {"T018", kServer, "session id of 33 bytes", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(ClientHello, [](Octets& hello) {
                  hello[38] = 33;
                  hello.insert(hello.begin() + 39, 0);
                  ++hello[3];
              }));
     }},
    {"T019", kServer, "same extension twice", Alert::DecodeError,
     [](Scene& s) { duplicate(s, ClientHello, X::SupportedGroups); }},
    {"T021", kServer, "ALPN with an empty name", Alert::DecodeError,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::Alpn, octets({0, 4, 2, 'h', '2', 0}));
     }},
    {"RFC 7301", kServer, "ALPN without a name", Alert::DecodeError,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::Alpn, octets({0, 0}));
     }},
    {"RFC 7301", kServer, "no protocol in common", Alert::NoApplicationProtocol,
     [](Scene& s) {
         s.client().alpn = {"h2"};
         s.server().alpn = {"http/1.1"};
     }},
    {"T022", kServer, "a name that is not served, strictly", Alert::UnrecognizedName,
     [](Scene& s) { s.server().hosted_names = {"elsewhere.example"}; }},
    {"RFC 6066", kServer, "an empty list of names", Alert::DecodeError,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::ServerName, octets({0, 0}));
     }},
    {"RFC 6066", kServer, "max_fragment_length of 5", Alert::IllegalParameter,
     [](Scene& s) { edit_extension(s, ClientHello, X::MaxFragmentLength, octets({5})); }},
    {"RFC 8449", kServer, "record_size_limit of 63", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::RecordSizeLimit, octets({0, 63}));
     }},
    {"§4.1.2", kServer, "two compression methods", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_message(ClientHello, [](Octets& hello) {
                  const std::size_t suites = 39U + hello[38];
                  const std::size_t at =
                      suites + 2U +
                      static_cast<std::size_t>(hello[suites] << 8 | hello[suites + 1]);
                  hello[at] = 2;
                  hello.insert(hello.begin() + static_cast<std::ptrdiff_t>(at) + 1, 1);
                  ++hello[3];
              }));
     }},
    {"§4.2", kServer, "oid_filters in a ClientHello", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::OidFilters, octets({0, 0}));
     }},
    {"§4.2.7", kServer, "supported_groups of odd length", Alert::DecodeError,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::SupportedGroups, octets({0, 3, 0, 29, 0}));
     }},
    {"§4.2.8", kServer, "key_share of 31 bytes for x25519", Alert::IllegalParameter,
     [](Scene& s) {
         set_share(s, Group::X25519, [](Octets& body) {
             body.pop_back();
             --body[1], --body[5];
         });
     }},
    {"§4.2.8", kServer, "a share for a group that is not listed", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, ClientHello, X::SupportedGroups, octets({0, 2, 0, 23}));
     }},
    {"§4", kServer, "a truncated list of extensions", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(ClientHello, [](Octets& hello) {
                  hello.resize(hello.size() - 5);
                  hello[2] = static_cast<std::uint8_t>((hello.size() - 4) >> 8);
                  hello[3] = static_cast<std::uint8_t>(hello.size() - 4);
              }));
     }},
    {"T024", kServer, "x25519 share of zeros", Alert::IllegalParameter,
     [](Scene& s) { set_share(s, Group::X25519, [](Octets& body) { zero_from(body, 6); }); }},
    {"T026", kServer, "P-256 share off the curve", Alert::IllegalParameter,
     [](Scene& s) { set_share(s, Group::Secp256r1, [](Octets& body) { body[20] ^= 1; }); }},
    {"§4.2.8.2", kServer, "compressed P-256 point", Alert::IllegalParameter,
     [](Scene& s) { set_share(s, Group::Secp256r1, [](Octets& body) { body[6] = 2; }); }},
    {"T027", kServer, "two shares of one group", Alert::IllegalParameter,
     [](Scene& s) {
         set_share(s, Group::X25519, [](Octets& body) {
             const Octets entry{body.begin() + 2, body.end()};
             body.insert(body.end(), entry.begin(), entry.end());
             body[1] = static_cast<std::uint8_t>(2 * entry.size());
         });
     }},
    {"T029", kServer, "malformed ML-KEM part of a hybrid share", Alert::IllegalParameter,
     [](Scene& s) { set_share(s, Group::X25519Mlkem768, [](Octets& body) { body[100] ^= 1; }); }},
    {"mlkem", kServer, "x25519 part of a hybrid share is zero", Alert::IllegalParameter,
     [](Scene& s) {
         set_share(s, Group::X25519Mlkem768,
                   [](Octets& body) { zero_from(body, body.size() - 32); });
     }},
    {"T045", kServer, "second ClientHello changes an extension", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, ClientHello, X::RecordSizeLimit, octets({2, 0}), 2);
     }},
    {"§4.1.2", kServer, "second ClientHello changes its random", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit(s, on_message(
                     ClientHello, [](Octets& hello) { hello[10] ^= 1; }, 2));
     }},
    {"§4.1.2", kServer, "second ClientHello offers early data", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, ClientHello, X::EarlyData, {}, 2);
     }},
    {"§4.2.2", kServer, "second ClientHello without the cookie", Alert::MissingExtension,
     [](Scene& s) {
         force_retry(s);
         s.machine.profile = find_profile("nss");
         remove_extension(s, ClientHello, X::Cookie, 2);
     }},
    {"T047", kServer, "early data behind the second ClientHello", Alert::BadRecordMac,
     [](Scene& s) {
         force_retry(s);
         WireRecord early = sealed(ContentType::ApplicationData, Octets(50));
         early.record.key = 77;
         edit(s, insert_after(ClientHello, early, 2));
     }},
    {"T048", kServer, "second ClientHello drops the PSK", Alert::MissingExtension,
     [](Scene& s) {
         s.resumes = true;
         s.before_second = force_retry;
         remove_extension(s, ClientHello, X::PreSharedKey, 2);
     }},
};

const std::vector<ConformanceCase> kHello = {
    {"T030", kClient, "ServerHello takes a group without a share", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_extensions(ServerHello,
                               [](Parsed& hello) { (*hello.find(X::KeyShare))[1] = 24; }));
     }},
    {"T032", kClient, "server share gives a zero secret", Alert::IllegalParameter,
     [](Scene& s) {
         s.server().groups = {Group::X25519};
         edit(s, on_extensions(ServerHello,
                               [](Parsed& hello) { zero_from(*hello.find(X::KeyShare), 4); }));
     }},
    {"T033", kClient, "HelloRetryRequest for a group already shared", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, HelloRetryRequest, X::KeyShare, octets({0, 29}));
     }},
    {"§4.2.8", kClient, "HelloRetryRequest for a group not offered", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, HelloRetryRequest, X::KeyShare, octets({0, 24}));
     }},
    {"T035", kClient, "HelloRetryRequest that changes nothing", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         remove_extension(s, HelloRetryRequest, X::KeyShare);
     }},
    {"T036", kClient, "second HelloRetryRequest", Alert::UnexpectedMessage,
     [](Scene& s) {
         force_retry(s);
         edit(s, [](std::vector<WireRecord>& stream) {
             if (!stream.empty() && stream[0].message() == HelloRetryRequest)
                 stream.insert(stream.begin(), WireRecord{stream[0]});
         });
     }},
    {"T038", kClient, "HelloRetryRequest with an extension twice", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         duplicate(s, HelloRetryRequest, X::KeyShare);
     }},
    {"T039", kClient, "suite differs from the HelloRetryRequest's", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit(s, on_message(ServerHello, [](Octets& hello) {
                  hello[suite_at(hello) + 1] = hello[suite_at(hello) + 1] == 1 ? 2 : 1;
              }));
     }},
    {"T041", kClient, "version differs from the HelloRetryRequest's", Alert::IllegalParameter,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, ServerHello, X::SupportedVersions, octets({3, 3}));
     }},
    {"T042", kClient, "HelloRetryRequest with a cookie", std::nullopt,
     [](Scene& s) {
         force_retry(s);
         s.peer.profile = find_profile("nss");
     },
     is_connected},
    {"T044", kClient, "part of the next message behind HelloRetryRequest", Alert::UnexpectedMessage,
     [](Scene& s) {
         force_retry(s);
         edit(s, on_message(HelloRetryRequest, [](Octets& m) { m.insert(m.end(), {2, 0}); }));
     }},
    {"T050", kClient, "wrong echo of the session id", Alert::IllegalParameter,
     [](Scene& s) { edit(s, on_message(ServerHello, [](Octets& hello) { hello[40] ^= 1; })); }},
    {"T052", kClient, "compression", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_message(ServerHello, [](Octets& hello) { hello[suite_at(hello) + 2] = 1; }));
     }},
    {"§4.1.3", kClient, "a suite that was not offered", Alert::IllegalParameter,
     [](Scene& s) {
         edit(s, on_message(ServerHello, [](Octets& hello) { hello[suite_at(hello) + 1] = 4; }));
     }},
    {"T053", kClient, "supported_versions selects TLS 1.2", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, ServerHello, X::SupportedVersions, octets({3, 3}));
     }},
    {"T055", kClient, "TLS 1.2, which the client does not allow", Alert::ProtocolVersion,
     [](Scene& s) { remove_extension(s, ServerHello, X::SupportedVersions); }},
    {"T056", kClient, "an extension that was not asked for", Alert::UnsupportedExtension,
     [](Scene& s) {
         edit_extension(s, ServerHello, X::Alpn, octets({0, 3, 2, 'h', '2'}));
     }},
    {"§4.2.8", kClient, "ServerHello without key_share", Alert::MissingExtension,
     [](Scene& s) { remove_extension(s, ServerHello, X::KeyShare); }},
    {"T058", kClient, "supported_versions in EncryptedExtensions", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, EncryptedExtensions, X::SupportedVersions, octets({3, 4}));
     }},
    {"T059", kClient, "EncryptedExtensions without a list", Alert::DecodeError,
     [](Scene& s) {
         edit(s, on_message(EncryptedExtensions,
                            [](Octets& m) { m = handshake(EncryptedExtensions, {}); }));
     }},
    {"T061", kClient, "another max_fragment_length than asked for", Alert::IllegalParameter,
     [](Scene& s) {
         s.client().max_fragment_length = 2;
         edit_extension(s, EncryptedExtensions, X::MaxFragmentLength, octets({3}));
     }},
    {"RFC 8449", kClient, "both limits of records in EncryptedExtensions", Alert::IllegalParameter,
     [](Scene& s) {
         s.client().max_fragment_length = 2;
         s.client().record_size_limit = 1024;
         s.server().profile = find_profile("openssl-3.0");
         edit_extension(s, EncryptedExtensions, X::MaxFragmentLength, octets({2}));
         edit_extension(s, EncryptedExtensions, X::RecordSizeLimit, octets({2, 0}));
     }},
    {"§4.2.8", kServer, "an empty list of shares asks for a HelloRetryRequest", std::nullopt,
     [](Scene& s) { s.client().key_shares.clear(); },
     [](Scene& s) { return is_connected(s) && s.machine_end().info().had_retry; }},
    {"§4.1.4", kClient, "an unknown extension in HelloRetryRequest", Alert::UnsupportedExtension,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, HelloRetryRequest, static_cast<X>(0xBEEF), octets({1}));
     }},
    {"§4.2.2", kClient, "an empty cookie", Alert::DecodeError,
     [](Scene& s) {
         force_retry(s);
         edit_extension(s, HelloRetryRequest, X::Cookie, octets({0, 0}));
     }},
    {"§4.2", kClient, "supported_groups in ServerHello", Alert::IllegalParameter,
     [](Scene& s) {
         edit_extension(s, ServerHello, X::SupportedGroups, octets({0, 2, 0, 29}));
     }},
    {"RFC 6066", kClient, "an answer to server_name that is not empty", Alert::DecodeError,
     [](Scene& s) { edit_extension(s, EncryptedExtensions, X::ServerName, octets({1})); }},
    {"§4.2.8.2", kClient, "server share off the curve", Alert::IllegalParameter,
     [](Scene& s) {
         s.client().groups = s.client().key_shares = s.server().groups = {Group::Secp256r1};
         edit(s, on_extensions(ServerHello,
                               [](Parsed& hello) { hello.find(X::KeyShare)->back() ^= 1; }));
     }},
    {"RFC 7301", kClient, "a protocol that was not offered", Alert::IllegalParameter,
     [](Scene& s) {
         s.client().alpn = {"h2"};
         edit_extension(s, EncryptedExtensions, X::Alpn, octets({0, 3, 2, 'h', '3'}));
     }},
    {"§4.2", kClient, "the same extension twice in EncryptedExtensions", Alert::IllegalParameter,
     [](Scene& s) {
         s.client().alpn = s.server().alpn = {"h2"};
         duplicate(s, EncryptedExtensions, X::Alpn);
     }},
    {"§4.1.3", kClient, "ServerHello and more in one record", Alert::UnexpectedMessage,
     [](Scene& s) {
         edit(s, on_message(ServerHello, [](Octets& m) { m.insert(m.end(), {8, 0, 0, 2, 0, 0}); }));
     }},
};

}  // namespace

std::span<const ConformanceCase> negotiation_cases() { return kNegotiation; }
std::span<const ConformanceCase> hello_cases() { return kHello; }

}  // namespace seedwire::tls
