// One end of TLS: what it offers, who it is and whom it believes, and its habits.
#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/load_tls.h"

namespace seedwire::scenario {
namespace {

std::uint16_t version_named(std::string_view name) {
    if (name == "tls1.3" || name == "tls13") return tls::kTls13;
    if (name == "tls1.2" || name == "tls12") return tls::kTls12;
    return 0;
}

}  // namespace

std::vector<std::string> TlsLoader::read_words(const Fields& fields, std::string_view key) {
    std::vector<std::string> words;
    const Node* node = fields.node(key);
    if (node == nullptr) return words;
    if (node->is_scalar()) return {node->text};
    if (!node->is_sequence()) {
        reporter_.error(error_id::kWrongKind, *node, fmt::format("{} takes a list", key),
                        "write [a, b]");
        return words;
    }
    for (const Node& item : node->items)
        if (require_scalar(item, key, "word", reporter_)) words.push_back(item.text);
    return words;
}

/// A list of names of a registry, each known.
template <class T, class Find>
void TlsLoader::read_list(const Fields& fields, std::string_view key, std::vector<T>& out,
                          Find find) {
    const Node* node = fields.node(key);
    if (node == nullptr) return;
    out.clear();
    if (!node->is_sequence() && !node->is_scalar()) {
        reporter_.error(error_id::kWrongKind, *node, fmt::format("{} takes a list", key),
                        "write [a, b]");
        return;
    }
    const auto add = [&](const Node& item) {
        if (!require_scalar(item, key, "name", reporter_)) return;
        const T value = find(item.text);
        if (value == T{})
            reporter_.error(error_id::kUnknownName, item,
                            fmt::format("{}: there is no '{}'", key, item.text), "",
                            "`seedwire list tls-names` has the names that are known");
        else
            out.push_back(value);
    };
    if (node->is_scalar()) return add(*node);
    for (const Node& item : node->items) add(item);
}

void TlsLoader::read_offers(End& end, const Fields& fields) {
    tls::Config& config = end.config;
    read_list(fields, "versions", config.versions, version_named);
    read_list(fields, "suites", config.suites, tls::suite_named);
    read_list(fields, "groups", config.groups, tls::group_named);
    read_list(fields, "signature_schemes", config.schemes, tls::scheme_named);
    if (fields.has("key_shares")) {
        read_list(fields, "key_shares", config.key_shares, tls::group_named);
    } else if (fields.has("groups")) {
        // Who lists groups means them: the stack's shares among them, else the first group.
        std::erase_if(config.key_shares, [&](tls::Group share) {
            return std::ranges::find(config.groups, share) == config.groups.end();
        });
        if (config.key_shares.empty() && !config.groups.empty())
            config.key_shares = {config.groups.front()};
    }
    if (fields.has("alpn")) config.alpn = read_words(fields, "alpn");
    config.server_name = fields.text("name");
    config.hosted_names = read_words(fields, "hosted_names");
    if (fields.has("extra_hello"))
        config.extra_hello = static_cast<std::uint16_t>(fields.number("extra_hello"));
    if (fields.has("compat_mode")) {
        config.is_compatible = fields.flag("compat_mode");
        config.session_id = config.is_compatible ? 32 : 0;
    }
}

void TlsLoader::read_authentication(End& end, const Fields& fields, tls::Role role) {
    tls::Config& config = end.config;
    if (const Node* chain = fields.node("chain"); chain != nullptr) read_chain(end, *chain);
    if (const Node* trust = fields.node("trust"); trust != nullptr) {
        end.names_trust = true;
        for (const std::string& name : read_words(fields, "trust")) {
            trusted_.try_emplace(name, reporter_.span(*trust));
            config.trust.roots.push_back(authority(name, tls::KeyAlgorithm::P256));
        }
    }
    config.trust.is_blind = !fields.flag("verify");
    config.trust.checks_revocation = fields.flag("check_revocation");
    config.trust.clock_error = fields.duration("clock_fast") - fields.duration("clock_slow");
    constexpr std::int64_t kPostHandshake = 3;  // of the choices in schema_tls.cpp
    const std::int64_t asks = fields.number("client_auth");
    config.asks_late_only = asks == kPostHandshake;
    config.client_auth =
        config.asks_late_only ? tls::ClientAuth::Required : static_cast<tls::ClientAuth>(asks);
    if (role == tls::Role::Client && config.client_auth != tls::ClientAuth::None)
        reporter_.error(error_id::kContradiction, *fields.node("client_auth"),
                        "client_auth is a setting of the server");
}

void TlsLoader::read_resumption(End& end, const Fields& fields, tls::Role role) {
    tls::Config& config = end.config;
    const auto early = static_cast<std::uint32_t>(fields.number("early_data"));
    (role == tls::Role::Client ? config.early_data : config.max_early_data) = early;
    config.anti_replay = fields.flag("anti_replay");
    config.early_data_window = fields.duration("early_data_window");
    if (const auto psk = fields.optional_number("psk")) {
        config.offers_psk_dhe = config.accepts_psk = *psk == 1;
        config.offers_psk_only = config.accepts_psk_only = *psk == 2;
        if (*psk == 2) config.accepts_psk = true;
    }
    const Node* tickets = fields.node("tickets");
    if (tickets == nullptr) return;
    if (tickets->is_scalar()) {
        const Key& row = *Schema::instance().find("tls.profiles.*.tickets", "count");
        const auto count = read_quantity(*tickets, row, reporter_);
        config.tickets = static_cast<std::uint8_t>(count.value_or(config.tickets));
        if (config.tickets == 0) config.tickets_resumed = 0;
        return;
    }
    const Fields keys{reporter_, *tickets, *tickets, "tls.profiles.*.tickets"};
    if (!keys.ok()) return;
    if (const auto count = keys.optional_number("count"))
        config.tickets = static_cast<std::uint8_t>(*count);
    if (const auto count = keys.optional_number("on_resumption"))
        config.tickets_resumed = static_cast<std::uint8_t>(*count);
    config.ticket_lifetime = static_cast<std::uint32_t>(keys.number("lifetime") / 1'000'000'000);
    config.stores_sessions = keys.flag("stored");
}

void TlsLoader::read_records(End& end, const Fields& fields) {
    tls::Config& config = end.config;
    config.max_plaintext = static_cast<std::uint32_t>(fields.number("max_record"));
    config.padding_block = static_cast<std::uint32_t>(fields.number("padding"));
    if (const auto limit = fields.optional_number("record_size_limit"))
        config.record_size_limit = static_cast<std::uint16_t>(*limit);
    if (const auto records = fields.optional_number("records")) config.coalesces = *records == 1;
    if (const auto buffer = fields.optional_number("write_buffer"))
        config.write_buffer = static_cast<std::uint32_t>(*buffer);
    config.key_update_after = static_cast<std::uint64_t>(fields.number("key_update_after"));
    config.has_costs = fields.flag("costs");
    config.handshake_overhead = fields.duration("handshake_overhead");
    config.per_certificate = fields.duration("per_certificate");
}

// --- certificates -------------------------------------------------------------------------------

tls::CertificateId TlsLoader::authority(const std::string& name, tls::KeyAlgorithm key) {
    tls::CertificateId& id = authorities_[name];
    if (id != 0) return id;
    tls::Certificate root;
    root.subject = name;
    root.key = root.signed_by = key;
    root.is_ca = true;
    return id = pki_->add(root);
}

tls::KeyAlgorithm TlsLoader::read_key(const Fields& fields, std::string_view key,
                                      tls::KeyAlgorithm fallback) {
    if (!fields.has(key)) return fallback;
    const std::string name = fields.text(key);
    const tls::KeyAlgorithm found = tls::key_algorithm_named(name);
    if (found != tls::KeyAlgorithm::None) return found;
    std::vector<std::string_view> known;
    for (const tls::KeyFacts& facts : tls::key_algorithms())
        if (!facts.name.empty()) known.push_back(facts.name);
    reporter_.error(error_id::kNotAChoice, *fields.node(key),
                    fmt::format("no kind of key '{}'", name), did_you_mean(name, known),
                    "it is " + list_of(known));
    return fallback;
}

tls::CertificateId TlsLoader::read_certificate(const Node&, const Fields& fields,
                                               tls::CertificateId above) {
    tls::Certificate certificate;
    certificate.is_ca = fields.has("ca");
    certificate.names = read_words(fields, "names");
    certificate.subject = certificate.is_ca           ? fields.text("ca")
                          : certificate.names.empty() ? "leaf"
                                                      : certificate.names.front();
    certificate.key = read_key(fields, "key", tls::KeyAlgorithm::P256);
    const tls::KeyAlgorithm issuing = above != 0 ? (*pki_)[above].key : certificate.key;
    certificate.signed_by = read_key(fields, "signed_by", issuing);
    const std::string root = certificate.is_ca ? certificate.subject + "-root" : "example-root";
    const std::string issuer = fields.text("issuer");
    if (!issuer.empty() || above == 0)
        certificate.issuer = above != 0 && (*pki_)[above].subject == issuer
                                 ? above
                                 : authority(issuer.empty() ? root : issuer, certificate.signed_by);
    else
        certificate.issuer = above;
    if (const auto der = fields.optional_number("der"))
        certificate.der = static_cast<std::uint32_t>(*der);
    certificate.scts = static_cast<std::uint16_t>(fields.number("scts"));
    certificate.ocsp = static_cast<std::uint16_t>(fields.number("ocsp"));
    certificate.is_revoked = fields.flag("revoked");
    certificate.not_after = fields.duration("expires");
    if (certificate.not_after == Duration::zero()) certificate.not_after = Duration::s(-3600);
    if (const auto from = fields.optional_number("valid_from"))
        certificate.not_before = Duration::ns(*from);
    const tls::CertificateId id = pki_->add(certificate);
    if (certificate.is_ca) authorities_.try_emplace(certificate.subject, id);
    return id;
}

void TlsLoader::read_chain(End& end, const Node& node) {
    if (!node.is_sequence() || node.items.empty()) {
        reporter_.error(error_id::kWrongKind, node, "a chain is a list of certificates, leaf first",
                        "write [{key: p256, names: [shop.example]}, {ca: acme, key: p256}]");
        return;
    }
    // From the top down: who issues stands before who is issued.
    std::vector<tls::CertificateId> chain;
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) {
        const Fields fields{reporter_, *item, *item, "tls.profiles.*.chain[]"};
        if (!fields.ok()) return;
        chain.push_back(read_certificate(*item, fields, chain.empty() ? 0 : chain.back()));
    }
    std::reverse(chain.begin(), chain.end());
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        const std::string gap = tls::check_chain(*pki_, {chain[i], chain[i + 1]});
        if (gap.empty()) continue;
        reporter_.error(error_id::kContradiction, node.items[i], "the chain does not link: " + gap,
                        "each certificate is issued by the next one");
        return;
    }
    end.root = (*pki_)[chain.back()].issuer;
    if (end.root == 0) end.root = chain.back();
    led_to_.insert((*pki_)[end.root].subject);
    std::uint32_t compressed = 0;
    if (const Node* size = end.node.find("compressed_certificate"); size != nullptr)
        compressed = static_cast<std::uint32_t>(
            read_quantity(*size,
                          *Schema::instance().find("tls.profiles.*", "compressed_certificate"),
                          reporter_)
                .value_or(0));
    end.config.credential = tls::Credential{*pki_, chain, compressed};
}

}  // namespace seedwire::scenario
