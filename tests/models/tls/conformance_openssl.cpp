// Tampering with a connection between two OpenSSL 3.0, and the alerts measured there.
#include "tests/models/tls/conformance_cases.h"

namespace seedwire::tls {

namespace {

ConformanceCase measured(Role machine, std::string_view stimulus, std::optional<Alert> expected,
                         bool is_protected, std::function<void(Scene&)> arrange) {
    ConformanceCase row{"tamper", machine, stimulus, expected, std::move(arrange)};
    row.stack = "openssl-3.0";
    if (expected) row.is_protected = is_protected;
    return row;
}

void change_share(Scene& s, std::function<void(Octets&)> change) {
    s.client().groups = s.client().key_shares = s.server().groups = {Group::X25519};
    edit(s, on_extensions(ClientHello, [=](Parsed& hello) { change(*hello.find(X::KeyShare)); }));
}
void swap_type(Scene& s, ContentType type, Octets content) {
    edit(s, insert_after(ServerHello, plain(type, std::move(content))));
}

std::vector<ConformanceCase> at_server() {
    using enum Alert;
    return {
        measured(kServer, "corrupt tag of client Finished", BadRecordMac, true,
                 [](Scene& s) {
                     edit(s,
                          on_record(Finished, [](WireRecord& w) { w.record.is_damaged = true; }));
                 }),
        measured(kServer, "application_data before ClientHello", UnexpectedMessage, false,
                 [](Scene& s) {
                     edit(s, insert_before(ClientHello,
                                           plain(ContentType::ApplicationData, Octets(9))));
                 }),
        measured(kServer, "ChangeCipherSpec before ClientHello", UnexpectedMessage, false,
                 [](Scene& s) {
                     edit(s, insert_before(ClientHello,
                                           plain(ContentType::ChangeCipherSpec, octets({1}))));
                 }),
        measured(kServer, "CCS value 2 after ClientHello", Alert::IllegalParameter, true,
                 [](Scene& s) {
                     edit(s, insert_before(Finished,
                                           plain(ContentType::ChangeCipherSpec, octets({2}))));
                 }),
        measured(kServer, "Finished (plain) instead of ClientHello", UnexpectedMessage, false,
                 [](Scene& s) { edit(s, on_message(ClientHello, [](Octets& m) { m[0] = 20; })); }),
        measured(kServer, "supported_versions removed: TLS 1.2 without a suite", HandshakeFailure,
                 false,
                 [](Scene& s) {
                     s.server().versions = {kTls13, kTls12};
                     remove_extension(s, ClientHello, X::SupportedVersions);
                 }),
        measured(kServer, "supported_versions only 0x0305", Alert::ProtocolVersion, false,
                 [](Scene& s) {
                     edit_extension(s, ClientHello, X::SupportedVersions, octets({2, 3, 5}));
                 }),
        measured(kServer, "key_share removed", MissingExtension, false,
                 [](Scene& s) { remove_extension(s, ClientHello, X::KeyShare); }),
        measured(kServer, "supported_groups removed", MissingExtension, false,
                 [](Scene& s) { remove_extension(s, ClientHello, X::SupportedGroups); }),
        measured(kServer, "signature_algorithms removed", MissingExtension, false,
                 [](Scene& s) { remove_extension(s, ClientHello, X::SignatureAlgorithms); }),
        measured(kServer, "duplicate extension", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     edit(s, on_extensions(ClientHello, [](Parsed& hello) {
                              hello.extensions.push_back(hello.extensions.front());
                          }));
                 }),
        measured(kServer, "key_share all-zero x25519", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     change_share(s, [](Octets& body) {
                         std::fill(body.begin() + 6, body.end(), std::uint8_t{0});
                     });
                 }),
        measured(kServer, "key_share 31-byte x25519", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     change_share(s, [](Octets& body) {
                         body.pop_back();
                         --body[1], --body[5];
                     });
                 }),
        measured(kServer, "key_share for a group not in supported_groups", Alert::IllegalParameter,
                 false,
                 [](Scene& s) {
                     edit_extension(s, ClientHello, X::SupportedGroups, octets({0, 2, 0, 23}));
                 }),
        measured(kServer, "supported_groups length odd", DecodeError, false,
                 [](Scene& s) {
                     edit_extension(s, ClientHello, X::SupportedGroups, octets({0, 3, 0, 29, 0}));
                 }),
        measured(kServer, "compression methods non-null", DecodeError, false,
                 [](Scene& s) {
                     edit(s, on_message(ClientHello, [](Octets& m) {
                              const std::size_t suites = 39U + m[38];
                              m[suites + 3U + m[suites + 1]] = 1;
                          }));
                 }),
        measured(kServer, "truncated extensions block", DecodeError, false,
                 [](Scene& s) {
                     edit(s, on_message(ClientHello, [](Octets& m) {
                              m.resize(m.size() - 3);
                              m[2] = static_cast<std::uint8_t>((m.size() - 4) >> 8);
                              m[3] = static_cast<std::uint8_t>(m.size() - 4);
                          }));
                 }),
        measured(kServer, "no common cipher suite", HandshakeFailure, false,
                 [](Scene& s) { s.client().suites = {Suite::Aes128CcmSha256}; }),
        measured(kServer, "record length 0x4101 in the first record", RecordOverflow, false,
                 [](Scene& s) {
                     edit(s,
                          on_record(ClientHello, [](WireRecord& w) { w.record.length = 0x4101; }));
                 }),
        measured(kServer, "PSK binder corrupted", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     s.resumes = true;
                     edit(s, on_message(ClientHello, flip_last));
                 }),
        measured(kServer, "pre_shared_key not last", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     s.resumes = true;
                     edit(s, on_extensions(ClientHello, [](Parsed& hello) {
                              std::swap(hello.extensions.back(),
                                        hello.extensions[hello.extensions.size() - 2]);
                          }));
                 }),
        measured(kServer, "psk_key_exchange_modes removed", MissingExtension, false,
                 [](Scene& s) {
                     s.resumes = true;
                     remove_extension(s, ClientHello, X::PskKeyExchangeModes);
                 }),
        measured(kServer, "warning alert with unknown code", std::nullopt, false,
                 [](Scene& s) {
                     edit(s, insert_before(Finished, sealed(ContentType::Alert, octets({1, 200}))));
                 }),
    };
}

std::vector<ConformanceCase> at_client() {
    using enum Alert;
    return {
        measured(kClient, "corrupt tag of EncryptedExtensions", BadRecordMac, false,
                 [](Scene& s) {
                     edit(s, on_record(EncryptedExtensions,
                                       [](WireRecord& w) { w.record.is_damaged = true; }));
                 }),
        measured(kClient, "legacy_session_id_echo changed", Alert::IllegalParameter, false,
                 [](Scene& s) { edit(s, on_message(ServerHello, [](Octets& m) { ++m[45]; })); }),
        measured(kClient, "cipher suite not offered", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     edit(s, on_message(ServerHello, [](Octets& m) { m[39U + m[38] + 1] = 5; }));
                 }),
        measured(kClient, "unsolicited extension (ALPN)", UnsupportedExtension, false,
                 [](Scene& s) {
                     edit_extension(s, ServerHello, X::Alpn, octets({0, 3, 2, 'h', '2'}));
                 }),
        measured(kClient, "key_share group not offered", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     edit(s, on_extensions(ServerHello, [](Parsed& hello) {
                              (*hello.find(X::KeyShare))[1] = 30;
                          }));
                 }),
        measured(kClient, "supported_versions 0x0305", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     edit_extension(s, ServerHello, X::SupportedVersions, octets({3, 5}));
                 }),
        measured(kClient, "key_share missing", MissingExtension, false,
                 [](Scene& s) { remove_extension(s, ServerHello, X::KeyShare); }),
        measured(kClient, "HelloRetryRequest for the group already shared", Alert::IllegalParameter,
                 false,
                 [](Scene& s) {
                     force_retry(s);
                     edit_extension(s, HelloRetryRequest, X::KeyShare, octets({0, 29}));
                 }),
        measured(kClient, "HelloRetryRequest for a group not offered", Alert::IllegalParameter,
                 false,
                 [](Scene& s) {
                     force_retry(s);
                     edit_extension(s, HelloRetryRequest, X::KeyShare, octets({1, 0}));
                 }),
        measured(kClient, "HelloRetryRequest with no change", Alert::IllegalParameter, false,
                 [](Scene& s) {
                     force_retry(s);
                     remove_extension(s, HelloRetryRequest, X::KeyShare);
                 }),
        measured(kClient, "two HelloRetryRequests in a row", UnexpectedMessage, false,
                 [](Scene& s) {
                     force_retry(s);
                     edit(s, [](std::vector<WireRecord>& stream) {
                         if (!stream.empty() && stream[0].message() == HelloRetryRequest)
                             stream.insert(stream.begin(), WireRecord{stream[0]});
                     });
                 }),
        measured(kClient, "EncryptedExtensions in plaintext", UnexpectedMessage, false,
                 [](Scene& s) {
                     edit(s, on_record(EncryptedExtensions, [](WireRecord& w) {
                              w.record.type = 22;
                              w.record.key = 0;
                              w.record.length = 0;
                          }));
                 }),
        measured(kClient, "ServerHello, then close_notify", UnexpectedMessage, false,
                 [](Scene& s) {
                     swap_type(s, ContentType::Alert, octets({1, 0}));
                 }),
        measured(kClient, "fatal alert after ServerHello in plaintext", UnexpectedMessage, false,
                 [](Scene& s) {
                     swap_type(s, ContentType::Alert, octets({2, 40}));
                 }),
    };
}

}  // namespace

std::span<const ConformanceCase> openssl_cases() {
    static const std::vector<ConformanceCase> cases = [] {
        std::vector<ConformanceCase> all = at_server();
        const std::vector<ConformanceCase> others = at_client();
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }();
    return cases;
}

}  // namespace seedwire::tls
