// Which configuration each measured case ran, and flights written as the measurements write them.
#include "tests/models/tls/measured_cases.h"

#include <algorithm>

namespace seedwire::tls {

namespace {

bool starts(const std::string& name, std::string_view with) { return name.starts_with(with); }
bool contains(const std::string& name, std::string_view part) {
    return name.find(part) != std::string::npos;
}

KeyAlgorithm key_in(const std::string& name) {
    if (contains(name, "rsa2048") || contains(name, "rsa_pss")) return KeyAlgorithm::Rsa2048;
    if (contains(name, "big_chain")) return KeyAlgorithm::Rsa2048;
    if (contains(name, "rsa4096")) return KeyAlgorithm::Rsa4096;
    if (contains(name, "p384_chain")) return KeyAlgorithm::P384;
    if (contains(name, "ed25519")) return KeyAlgorithm::Ed25519;
    if (contains(name, "ML-DSA-44")) return KeyAlgorithm::Mldsa44;
    if (contains(name, "ML-DSA-65")) return KeyAlgorithm::Mldsa65;
    if (contains(name, "ML-DSA-87")) return KeyAlgorithm::Mldsa87;
    return KeyAlgorithm::P256;
}

Group group_in(std::string_view name) {
    if (name == "P-256") return Group::Secp256r1;
    if (name == "P-384") return Group::Secp384r1;
    if (name == "P-521") return Group::Secp521r1;
    if (name == "X25519") return Group::X25519;
    if (name == "X448") return Group::X448;
    return group_named(name);
}

void only_group(MeasuredCase& c, Group group) {
    c.client.groups = c.client.key_shares = c.server.groups = {group};
}

/// The client shares `first`; the server takes `second` only.
void retry(MeasuredCase& c, Group first, Group second) {
    c.client.groups = {first, second};
    if (c.client.key_shares.size() == 1) c.client.key_shares = {first};
    c.server.groups = {second};
}

void authenticate_client(MeasuredCase& c, ClientAuth policy) {
    c.server.client_auth = policy;
    c.server.trust.roots = {c.world.chain.back()};
    c.server.authorities = {c.world.chain.back()};
}

void give_client_certificate(MeasuredCase& c, bool with_root, std::uint32_t compressed) {
    std::vector<CertificateId> chain = {c.world.client_leaf};
    if (with_root) chain.push_back(c.world.chain.back());
    c.client.credential = Credential{c.world.pki, chain, compressed};
}

void resume(MeasuredCase& c) { c.needs_session = true; }

void exchange(TlsPair& pair, std::uint32_t bytes) {
    pair.at_client([&](Output& out) { pair.client.write(pair.now, bytes, out); });
    pair.at_server([&](Output& out) { pair.server.write(pair.now, bytes, out); });
}
void close_both(TlsPair& pair) {
    pair.at_client([&](Output& out) { pair.client.close(pair.now, out); });
    pair.at_server([&](Output& out) { pair.server.close(pair.now, out); });
}

using Change = void (*)(MeasuredCase&, const std::string&);
struct Row {
    std::string_view name;  ///< whole, or the beginning if it ends in *
    Change change;
};

const std::vector<Row>& changes() {
    static const std::vector<Row> rows = {
        {"full_x25519mlkem768*", [](auto& c, auto&) { only_group(c, Group::X25519Mlkem768); }},
        {"group_X25519MLKEM768_plus_X25519",
         [](auto& c, auto&) {
             c.client.groups = c.client.key_shares = {Group::X25519Mlkem768, Group::X25519};
             c.server.groups = c.client.groups;
         }},
        {"group_default_lists",
         [](auto& c, auto&) {
             const Config usual = make_config(*c.client.profile, Role::Client);
             c.client.groups = c.server.groups = usual.groups;
             c.client.key_shares = usual.key_shares;
         }},
        {"group_*",
         [](auto& c, auto& name) { only_group(c, group_in(std::string_view{name}.substr(6))); }},
        {"suite_*",
         [](auto& c, auto& name) {
             c.client.suites = c.server.suites = {suite_named(std::string_view{name}.substr(6))};
         }},
        {"no_sni", [](auto& c, auto&) { c.client.server_name.clear(); }},
        {"alpn_h2_http11",
         [](auto& c, auto&) {
             c.client.alpn = {"h2", "http/1.1"};
             c.server.alpn = {"h2"};
         }},
        {"alpn_http11", [](auto& c, auto&) { c.client.alpn = c.server.alpn = {"http/1.1"}; }},
        {"ocsp_request*", [](auto& c, auto&) { c.client.asks_for_staple = true; }},
        {"no_compat_mode",
         [](auto& c, auto&) {
             c.client.session_id = 0;
             c.client.is_compatible = c.server.is_compatible = false;
         }},
        {"hrr_x25519_to_p256", [](auto& c, auto&) { retry(c, Group::X25519, Group::Secp256r1); }},
        {"hrr_p256_to_x25519", [](auto& c, auto&) { retry(c, Group::Secp256r1, Group::X25519); }},
        {"hrr_x25519_to_p384*", [](auto& c, auto&) { retry(c, Group::X25519, Group::Secp384r1); }},
        {"hrr_x25519_to_mlkem",
         [](auto& c, auto&) { retry(c, Group::X25519, Group::X25519Mlkem768); }},
        {"hrr_no_compat",
         [](auto& c, auto&) {
             retry(c, Group::X25519, Group::Secp256r1);
             c.client.session_id = 0;
             c.client.is_compatible = c.server.is_compatible = false;
         }},
        {"psk_dhe_ke_resume_stateful",
         [](auto& c, auto&) {
             resume(c);
             c.server.stores_sessions = true;
         }},
        {"psk_dhe_ke_resume_*",
         [](auto& c, auto& name) {
             resume(c);
             c.client.suites = {suite_named(std::string_view{name}.substr(18))};
         }},
        {"psk_resume_hrr",
         [](auto& c, auto&) {
             resume(c);
             c.before_second = [](MeasuredCase& m, TicketAuthority&) {
                 retry(m, Group::X25519, Group::Secp256r1);
             };
         }},
        {"psk_ke_resume_no_dhe",
         [](auto& c, auto&) {
             resume(c);
             c.client.offers_psk_only = true;
         }},
        {"psk_rejected_unknown_ticket",
         [](auto& c, auto&) {
             resume(c);
             c.before_second = [](MeasuredCase&, TicketAuthority& tickets) {
                 tickets.rotate_key();
             };
         }},
        {"psk_resume_other_hash*",
         [](auto& c, auto&) {
             resume(c);
             c.client.suites = {Suite::Aes256GcmSha384, Suite::Aes128GcmSha256};
             c.before_second = [](MeasuredCase& m, TicketAuthority&) {
                 m.server.suites = {Suite::Aes128GcmSha256};
             };
         }},
        {"numtickets_*",
         [](auto& c, auto& name) {
             c.server.tickets = static_cast<std::uint8_t>(name.back() - '0');
         }},
        {"stateful_tickets", [](auto& c, auto&) { c.server.stores_sessions = true; }},
        {"tickets_with_early_data_ext",
         [](auto& c, auto&) {
             c.server.stores_sessions = true;
             c.server.max_early_data = 16'384;
         }},
        {"tls12_*",
         [](auto& c, auto& name) {
             const bool is_35 = c.client.profile->name == "openssl-3.5";
             c.client.versions = {kTls13, kTls12};
             c.client.other_suites = is_35 ? 27 : 28;
             c.client.schemes.resize(is_35 ? 29 : 23, static_cast<Scheme>(0x0203));
             c.server.versions = {kTls12};
             c.needs_session = contains(name, "resumed");
         }},
        {"keyupdate_and_close",
         [](auto& c, auto&) {
             c.afterwards = [](TlsPair& pair) {
                 for (const bool asks : {false, true})
                     pair.at_client(
                         [&](Output& out) { pair.client.update_keys(pair.now, asks, out); });
                 pair.at_server([&](Output& out) { pair.server.write(pair.now, 1, out); });
                 close_both(pair);
             };
         }},
        {"appdata_*",
         [](auto& c, auto& name) {
             const std::uint32_t bytes = contains(name, "40000") ? 40'000 : 100;
             c.afterwards = [bytes](TlsPair& pair) {
                 exchange(pair, bytes);
                 close_both(pair);
             };
         }},
        {"max_fragment_512*", [](auto& c, auto&) { c.server.max_plaintext = 512; }},
        {"max_fragment_1400*", [](auto& c, auto&) { c.server.max_plaintext = 1400; }},
        {"max_fragment_length_ext_1024", [](auto& c, auto&) { c.client.max_fragment_length = 2; }},
        {"record_padding_block_512",
         [](auto& c, auto&) {
             c.client.padding_block = c.server.padding_block = 512;
             c.afterwards = [](TlsPair& pair) { exchange(pair, 100); };
         }},
        {"sigalg_rsa_pss_rsae_sha*",
         [](auto& c, auto& name) {
             c.client.schemes = {scheme_named(std::string_view{name}.substr(7))};
         }},
        {"csigalgs_short_list",
         [](auto& c, auto&) {
             c.client.schemes = {Scheme::EcdsaSecp256r1Sha256, Scheme::RsaPssRsaeSha256,
                                 Scheme::Ed25519};
         }},
        {"client_tls12_and_13_offer",
         [](auto& c, auto&) {
             const bool is_35 = c.client.profile->name == "openssl-3.5";
             c.client.versions = {kTls13, kTls12};
             c.client.other_suites = is_35 ? 27 : 28;
             c.client.schemes.resize(is_35 ? 29 : 23, static_cast<Scheme>(0x0203));
         }},
    };
    return rows;
}

/// What the runs with early data change.
void set_early_data(MeasuredCase& c, const std::string& name) {
    resume(c);
    const bool is_stateless = contains(name, "stateless") || contains(name, "psk_kept") ||
                              contains(name, "bad_ticket") || name == "zero_rtt_rejected_hrr";
    c.server.stores_sessions = !is_stateless;
    c.server.anti_replay = !is_stateless;
    c.server.max_early_data = 16'384;
    c.client.early_data = 16'384;
    c.early = contains(name, "4000B") ? 4000 : 100;
    c.client.resends_early_data = false;
    if (contains(name, "_128")) c.client.suites = {Suite::Aes128GcmSha256};
    c.before_second = [name](MeasuredCase& m, TicketAuthority& tickets) {
        if (contains(name, "psk_kept")) m.server.max_early_data = 0;
        if (contains(name, "bad_ticket")) tickets.rotate_key();
        if (contains(name, "_hrr")) retry(m, Group::X25519, Group::Secp256r1);
    };
}

void set_mutual(MeasuredCase& c, const std::string& name) {
    const bool has_certificate = !contains(name, "client_has_none") &&
                                 !contains(name, "required") && !contains(name, "no_cert");
    authenticate_client(
        c, contains(name, "client_has_none") ? ClientAuth::Optional : ClientAuth::Required);
    if (contains(name, "no_ca_names")) c.server.authorities.clear();
    // OpenSSL completes a chain from its store, NSS sends the root too.
    const std::string_view stack = c.client.profile->name;
    const bool is_matrix = stack == c.server.profile->name;
    const bool with_root =
        contains(name, "adds_root") || (!is_matrix && (stack == "openssl-3.0" || stack == "nss"));
    const bool is_35 = c.client.profile->name == "openssl-3.5";
    // Compressed sizes depend on content and are configuration.
    const std::uint32_t compressed = !is_35                      ? 0
                                     : contains(name, "rsa2048") ? 904
                                     : contains(name, "ed25519") ? 377
                                     : with_root                 ? 616
                                                                 : 423;
    if (stack == "nss") {
        c.world.client_leaf = c.world.chain[0];
        c.server.trust.roots.push_back(c.world.chain[1]);
    }
    if (has_certificate) give_client_certificate(c, with_root, compressed);
    if (with_root && is_matrix) c.server.credential = Credential{c.world.pki, c.world.sent(2)};
    if (c.server.profile->name == "nss") {
        Certificate other = c.world.pki[c.world.chain.back()];
        other.subject_der = 66;
        c.server.authorities.push_back(c.world.pki.add(other));
    }
    if (contains(name, "resume")) resume(c);
    if (name == "post_handshake_auth") {
        // What a context adds to a compressed certificate depends on its content.
        c.is_claimed = !is_35;
        c.client.offers_post_handshake_auth = true;
        c.afterwards = [](TlsPair& pair) {
            pair.at_server(
                [&](Output& out) { pair.server.request_client_certificate(pair.now, out); });
        };
    }
}

/// How the stacks' programs offer TLS 1.3 alone.
void only_tls13_between(MeasuredCase& c) {
    const std::string_view stack = c.client.profile->name;
    c.client.versions = {kTls13};
    if (stack == "openssl-3.0") {
        c.client.other_suites = 1;
        c.client.schemes.resize(14);
    } else if (stack != "go" && stack != "wolfssl") {
        c.client.other_suites = 0;
    }
    if (stack == "nss") c.client.schemes.resize(11);
}

void set_failure(MeasuredCase& c, const std::string& name) {
    const bool is_between = c.client.profile != c.server.profile;
    if (is_between && (name == "fail_no_group" || name == "fail_tls12_server"))
        only_tls13_between(c);
    if (contains(name, "no_shared_group") || name == "fail_no_group") {
        c.client.groups = c.client.key_shares = {Group::X25519};
        c.server.groups = {Group::Secp256r1};
    }
    if (contains(name, "no_shared_suite")) {
        c.client.suites = {Suite::Aes128GcmSha256};
        c.server.suites = {Suite::Aes256GcmSha384};
    }
    if (contains(name, "no_shared_sigalg"))
        c.client.schemes = {Scheme::RsaPssRsaeSha256, Scheme::RsaPssRsaeSha384};
    if (name == "fail_unknown_ca") c.client.trust.roots.clear();
    if (contains(name, "hostname")) c.client.trust.name = "other.example.com";
    if (contains(name, "alpn")) {
        c.client.alpn = {"h2"};
        c.server.alpn = {"http/1.1"};
    }
    if (contains(name, "tls12_only_server") || name == "fail_tls12_server") {
        c.client.versions = {kTls13};
        c.server.versions = {kTls12};
    }
    if (contains(name, "tls12_only_client") || name == "fail_tls12_client") {
        c.client.versions = {kTls12};
        c.server.versions = {kTls13};
        const bool is_35 = c.client.profile->name == "openssl-3.5";
        const bool is_openssl = is_35 || c.client.profile->name == "openssl-3.0";
        if (is_openssl) c.client.other_suites = is_35 ? 27 : 28;
        if (name != "fail_tls12_client")
            c.client.schemes.resize(23, static_cast<Scheme>(0x0203));
        else if (is_openssl)
            c.client.groups.resize(5);  // without ffdhe
        if (c.client.profile->name == "nss") c.client.groups.resize(4);
    }
    if (contains(name, "sni")) c.server.hosted_names = {"other.example.com"};
    if (contains(name, "no_server_cert")) c.server.credential = Credential{};
    const bool is_expired_server = name == "fail_expired";
    if (is_expired_server || name == "fail_incomplete_chain") {
        Certificate leaf = c.world.pki[c.world.chain[0]];
        if (is_expired_server) leaf.not_after = Duration::zero();
        c.client.trust.roots = {c.world.chain.back()};
        leaf.issuer = is_expired_server ? c.world.chain.back() : c.world.chain[1];
        const CertificateId id = c.world.pki.add(leaf);
        c.server.credential = Credential{c.world.pki, {id}};
    }
}

/// Hellos of runs that offer TLS 1.3 alone, as the matrix of OpenSSL does.
void only_tls13(MeasuredCase& c) {
    const bool is_35 = c.client.profile->name == "openssl-3.5";
    c.client.versions = {kTls13};
    c.client.other_suites = is_35 ? 0 : 1;
    c.client.schemes.resize(is_35 ? 20 : 14);
    c.client.groups = {Group::X25519, Group::Secp256r1};
    c.client.key_shares = {Group::X25519};
    c.server.groups = {Group::X25519, Group::Secp256r1};
}

/// A client certificate of an unknown CA, or an expired one.
void set_bad_client(MeasuredCase& c, const std::string& name) {
    if (contains(name, "required")) return;
    Certificate leaf = c.world.pki[c.world.client_leaf];
    const bool is_expired = contains(name, "expired");
    if (is_expired) {
        leaf.not_after = Duration::zero();
        leaf.names = {"client-name-expired"};
    } else {
        leaf.key = leaf.signed_by = KeyAlgorithm::Rsa2048;
        leaf.issuer = 0;
    }
    leaf.der = 0;
    const bool is_35 = c.client.profile->name == "openssl-3.5";
    const std::uint32_t compressed = !is_35 ? 0 : is_expired ? 415 : 904;
    c.client.credential = Credential{c.world.pki, {c.world.pki.add(leaf)}, compressed};
}

std::size_t chain_length(const std::string& name) {
    for (const char digit : {'1', '2', '3'})
        if (contains(name, std::string{"chain"} + digit))
            return static_cast<std::size_t>(digit - '0');
    return contains(name, "max_fragment") ? 3 : 1;
}

}  // namespace

MeasuredPki::MeasuredPki(KeyAlgorithm key, std::uint16_t subject_der) {
    const auto add = [&](CertificateId issuer, bool is_ca, std::string name) {
        Certificate certificate{.key = key, .signed_by = key, .issuer = issuer, .is_ca = is_ca};
        certificate.subject_der = subject_der;
        if (!name.empty()) certificate.names = {std::move(name)};
        return pki.add(certificate);
    };
    const CertificateId root = add(0, true, "");
    const CertificateId upper = add(root, true, "");
    const CertificateId lower = add(upper, true, "");
    chain = {add(lower, false, TestPki::kName), lower, upper, root};
    client_leaf = add(root, false, "client-name");  // 11 characters
}

MeasuredCase measured_case(std::string_view client, std::string_view server,
                           const std::string& name) {
    const KeyAlgorithm key = contains(name, "fragment") ? KeyAlgorithm::Rsa2048 : key_in(name);
    const bool is_matrix = client == server && client != "gnutls";
    const std::uint16_t matrix_subject = key == KeyAlgorithm::P256 ? 67 : 70;
    MeasuredCase c{.world = MeasuredPki{key, is_matrix ? matrix_subject : std::uint16_t{63}},
                   .client = make_config(*find_profile(client), Role::Client),
                   .server = make_config(*find_profile(server), Role::Server),
                   .before_second = {},
                   .afterwards = {}};
    c.client.server_name = c.client.trust.name = TestPki::kName;
    c.client.trust.roots = {c.world.chain.back(), c.world.chain[1], c.world.chain[2]};
    if (is_matrix) only_tls13(c);
    const std::size_t length =
        is_matrix ? chain_length(name) : 2U + (c.server.profile->sends_root ? 1U : 0U);
    c.server.credential = Credential{c.world.pki, c.world.sent(length)};
    if (name == "big_chain_fragmented_16384") {
        Certificate large = c.world.pki[c.world.chain[0]];
        large.der = 19'275;
        c.server.credential = Credential{c.world.pki, {c.world.pki.add(large)}};
    }
    for (const Row& row : changes()) {
        const bool is_it = row.name.ends_with('*')
                               ? starts(name, row.name.substr(0, row.name.size() - 1))
                               : name == row.name;
        if (!is_it) continue;
        row.change(c, name);
        break;
    }
    if (starts(name, "mtls") || name == "fail_mtls_no_cert" || name == "post_handshake_auth" ||
        contains(name, "client_cert"))
        set_mutual(c, name);
    if (contains(name, "client_cert_")) set_bad_client(c, name);
    if (starts(name, "fail")) set_failure(c, name);
    if (name == "alpn_ok" || name == "alpn_h2") {
        c.client.alpn = {"h2", "http/1.1"};
        c.server.alpn = {"h2"};
    }
    if (contains(name, "#conn2")) resume(c);
    if (contains(name, "zero_rtt#")) {
        // There the client's second hello could not be read by the server's own test.
        c.is_claimed = client != "boringssl" || contains(name, "conn1");
        c.server.max_early_data = c.client.early_data = 16'384;
        c.early = contains(name, "conn2") ? 100 : 0;
        c.server.stores_sessions = server == "openssl-3.0";
        c.client.resends_early_data = false;
        // NSS refuses 0-RTT until its anti-replay window has passed once.
        if (server == "nss") c.server.early_data_window = Duration::ns(-1);
    }
    if (starts(name, "zero_rtt_")) set_early_data(c, name);
    return c;
}

std::string flights_of(const TlsPair& pair) {
    std::string text;
    int flights[2] = {0, 0};
    std::optional<bool> direction;
    std::vector<std::uint8_t> gathered[2];
    std::uint32_t wire[2] = {0, 0};
    for (const auto& [is_client, number] : pair.order) {
        const RecordLog& log = is_client ? pair.client_end.log : pair.server_end.log;
        const Record& record = log[number];
        const std::size_t side = is_client ? 0 : 1;
        if (direction != is_client) {
            text += (text.empty() ? "" : " ") + std::string(1, is_client ? 'C' : 'S') +
                    std::to_string(++flights[side]) + ":";
            direction = is_client;
        }
        const std::uint8_t type = record.key == 0 ? record.type : record.inner_type;
        const std::uint32_t bytes = kRecordHeader + record.length;
        const auto add = [&](std::string_view name, std::size_t size, std::uint32_t on_wire) {
            text += " " + std::string{name} + "=" + std::to_string(size) + "/" +
                    std::to_string(on_wire);
        };
        if (type == 20) add("change_cipher_spec", 1, bytes);
        if (type == 23)
            add(record.epoch == Epoch::Early ? "early_data" : "application_data", record.content,
                bytes);
        std::vector<std::uint8_t>& held = gathered[side];
        if (type == 21 || type == 22)
            for (const Piece& piece : log.pieces(record))
                held.insert(held.end(), piece.data, piece.data + piece.length);
        if (type == 21) {
            add(name_of(static_cast<Alert>(held[1])), 2, bytes);
            held.clear();
        }
        if (type != 22) continue;
        wire[side] += bytes;
        while (held.size() >= 4) {
            const std::size_t size =
                4U + (std::size_t{held[1]} << 16 | std::size_t{held[2]} << 8 | held[3]);
            if (held.size() < size) break;
            static const char* const kNames[26] = {"",
                                                   "client_hello",
                                                   "server_hello",
                                                   "",
                                                   "new_session_ticket",
                                                   "end_of_early_data",
                                                   "",
                                                   "",
                                                   "encrypted_extensions",
                                                   "",
                                                   "",
                                                   "certificate",
                                                   "server_key_exchange",
                                                   "certificate_request",
                                                   "server_hello_done",
                                                   "certificate_verify",
                                                   "client_key_exchange",
                                                   "",
                                                   "",
                                                   "",
                                                   "finished",
                                                   "",
                                                   "",
                                                   "",
                                                   "key_update",
                                                   "compressed_certificate"};
            const bool is_retry = held[0] == 2 && held[6] == 0xCF && held[7] == 0x21;
            add(is_retry ? "hello_retry_request" : kNames[held[0] % 26], size, wire[side]);
            wire[side] = 0;
            held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(size));
        }
    }
    return text;
}

}  // namespace seedwire::tls
