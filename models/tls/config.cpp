#include "models/tls/config.h"

#include <algorithm>

namespace seedwire::tls {

namespace {

template <class T>
std::vector<T> copy_of(std::span<const T> values) {
    return {values.begin(), values.end()};
}

}  // namespace

bool Config::offers(std::uint16_t version) const {
    return std::ranges::find(versions, version) != versions.end();
}

Config make_config(const Profile& profile, Role role) {
    Config config;
    config.profile = &profile;
    config.versions = copy_of(profile.versions);
    config.suites = copy_of(profile.suites);
    config.groups = copy_of(profile.groups);
    config.schemes = copy_of(profile.schemes);
    config.coalesces = profile.coalesces;
    config.write_buffer = profile.write_buffer;
    config.record_size_limit = profile.record_size_limit;
    config.compressions = profile.compressions;
    if (role == Role::Client) {
        config.key_shares = copy_of(profile.key_shares);
        config.other_suites = profile.other_suites;
        config.session_id = profile.session_id;
        config.offers_psk_only = profile.psk_modes > 1;
        config.asks_for_staple = profile.asks_for_staple;
        config.asks_for_scts = profile.asks_for_scts;
        config.pads_hello = profile.pads_hello;
        config.greases = profile.greases;
        config.extra_hello = profile.extra_hello;
    } else {
        config.tickets = profile.tickets;
        config.tickets_resumed = profile.tickets_resumed;
    }
    return config;
}

std::string check_chain(const Pki& pki, const std::vector<CertificateId>& chain) {
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        const Certificate& below = pki[chain[i]];
        const Certificate& above = pki[chain[i + 1]];
        if (below.issuer != chain[i + 1])
            return "'" + below.subject + "' was not issued by '" + above.subject + "'";
        if (!above.is_ca) return "'" + above.subject + "' may not issue certificates";
        if (below.signed_by != above.key)
            return "'" + below.subject + "' is not signed by the kind of key that '" +
                   above.subject + "' has";
    }
    return {};
}

std::vector<ConfigProblem> check(const Config& config, Role role, const Pki& pki) {
    std::vector<ConfigProblem> problems;
    const auto add = [&](std::string field, std::string text) {
        problems.push_back({std::move(field), std::move(text)});
    };
    if (config.versions.empty()) add("versions", "no version is listed");
    if (config.offers(kTls13) && config.suites.empty())
        add("suites", "no suite of TLS 1.3 is listed");
    if (config.offers(kTls13) && config.groups.empty()) add("groups", "no group is listed");
    for (const Group share : config.key_shares)
        if (std::ranges::find(config.groups, share) == config.groups.end())
            add("key_shares", std::string{name_of(share)} + " is not among the groups");
    if (config.max_plaintext < 64 || config.max_plaintext > kMaxPlaintext)
        add("max_record", "a record holds 64 to 16384 bytes");
    if (config.record_size_limit != 0 &&
        (config.record_size_limit < 64 || config.record_size_limit > kMaxPlaintext + 1))
        add("record_size_limit", "it lies between 64 and 16385 bytes (RFC 8449)");
    if (config.max_fragment_length > 4)
        add("max_fragment_length", "it is 512, 1024, 2048 or 4096 bytes (RFC 6066)");
    if (config.ticket_lifetime > 604'800)
        add("tickets.lifetime", "a ticket lives for a week at most (RFC 8446)");
    if (role == Role::Server && config.max_early_data > 0 && config.tickets == 0)
        add("tickets.max_early_data", "early data needs tickets");
    if (role == Role::Client && config.offers(kTls13) && config.schemes.empty())
        add("signature_schemes", "no scheme is listed");
    if (!config.credential.is_empty()) {
        const auto chain = config.credential.chain();
        const std::string gap = check_chain(pki, {chain.begin(), chain.end()});
        if (!gap.empty()) add("chain", gap);
    }
    return problems;
}

}  // namespace seedwire::tls
