// What one end is set up to do. Shared by all its connections; never changes while they live.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/tls/certificate.h"
#include "models/tls/profile.h"
#include "models/tls/session.h"
#include "models/tls/types.h"
#include "sim/base/time.h"

namespace seedwire::tls {

enum class ClientAuth : std::uint8_t { None, Optional, Required };
enum class Role : std::uint8_t { Client, Server };

/// RFC 8446 §5.1, §5.2: the most that a record may hold and take.
constexpr std::uint32_t kMaxPlaintext = 16'384, kMaxCiphertext = kMaxPlaintext + 256;

struct Config {
    const Profile* profile = nullptr;  ///< habits that have no field of their own here

    // --- what is offered or accepted, best first ---
    std::vector<std::uint16_t> versions;
    std::vector<Suite> suites;
    std::vector<Group> groups;
    std::vector<Scheme> schemes;  ///< that the peer may sign with
    std::vector<std::string> alpn;
    std::string server_name;  ///< client: in server_name; empty: not sent

    // --- the client's hello ---
    std::vector<Group> key_shares;  ///< sent at once; all of them in `groups`
    std::uint16_t other_suites = 0;
    std::uint8_t session_id = 32;
    bool offers_psk_dhe = true, offers_psk_only = false;
    bool asks_for_staple = false, asks_for_scts = false;
    std::uint8_t max_fragment_length = 0;  ///< 1..4: 512, 1024, 2048, 4096 bytes; RFC 6066 §4
    std::uint16_t record_size_limit = 0;   ///< RFC 8449; 0: none
    std::uint8_t compressions = 0;
    bool offers_post_handshake_auth = false;
    bool pads_hello = false, greases = false;
    std::uint16_t extra_hello = 0;
    std::uint32_t early_data = 0;    ///< bytes that the application may send as 0-RTT
    bool resends_early_data = true;  ///< refused 0-RTT goes again as ordinary data

    // --- who proves what ---
    Credential credential;
    Trust trust;
    ClientAuth client_auth = ClientAuth::None;
    bool asks_late_only = false;             ///< server: asks only by request_client_certificate()
    std::vector<CertificateId> authorities;  ///< named in CertificateRequest
    std::vector<std::string> hosted_names;   ///< server: strict about server_name; empty: any

    // --- resumption ---
    std::uint8_t tickets = 2, tickets_resumed = 1;
    bool stores_sessions = false;          ///< tickets are handles to stored sessions, used once
    std::uint32_t ticket_lifetime = 7200;  ///< seconds
    std::uint32_t max_early_data = 0;      ///< bytes; 0: refuses 0-RTT
    bool accepts_psk = true, accepts_psk_only = false;
    bool anti_replay = true;
    Duration early_data_window = Duration::s(10);  ///< by which a ticket's age may be wrong, §8.3
    std::uint32_t skip_budget = 1U << 15;          ///< bytes of refused early data that are skipped

    // --- records and writes ---
    std::uint32_t max_plaintext = kMaxPlaintext;  ///< own limit for what is sent
    std::uint32_t padding_block = 0;              ///< content and type are padded to multiples
    bool coalesces = false;
    std::uint32_t write_buffer = 0;
    std::uint64_t key_update_after = 0;  ///< records under one key before an own KeyUpdate; 0: none

    // --- cost, at scale 1 ---
    bool has_costs = true;
    Duration handshake_overhead = Duration::us(250), per_certificate = Duration::us(250);

    bool is_compatible = true;  ///< sends change_cipher_spec as the stack does; RFC 8446 §D.4
    bool is_strict_about_ccs = false;      ///< a second change_cipher_spec is an error
    std::uint32_t max_message = 1U << 17;  ///< bytes of a handshake message that are accepted

    bool offers(std::uint16_t version) const;
};

/// As the stack does by default.
Config make_config(const Profile& profile, Role role);

/// What makes a configuration impossible, one sentence each, naming the field it is about; empty if
/// it can run. What merely makes handshakes fail is not a problem.
struct ConfigProblem {
    std::string field;  ///< "key_shares"
    std::string text;
};
std::vector<ConfigProblem> check(const Config& config, Role role, const Pki& pki);

/// A chain whose certificates do not sign each other in the order given; empty: it links.
std::string check_chain(const Pki& pki, const std::vector<CertificateId>& chain);

}  // namespace seedwire::tls
