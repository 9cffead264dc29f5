// What a server makes of a ClientHello. The order of checks is fixed, so that two faults in one
// hello give one predictable alert: form, version, suite, mandatory extensions, PSK and binder,
// group and share (HelloRetryRequest), signature scheme and certificate, server name, ALPN. RFC
// 8446 §4.1.1, §4.2, §9.2.
#include "models/tls/negotiation.h"

#include <algorithm>

#include "models/tls/key_exchange.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;
constexpr std::size_t kMessageHeader = 4;

bool contains(Bytes values, std::uint16_t value) { return contains_value(values, value); }

std::uint64_t hash_of(Bytes text) {
    return stable_hash({reinterpret_cast<const char*>(text.data()), text.size()});
}

/// What a second ClientHello must repeat. RFC 8446 §4.1.2 lists what may change.
bool may_change(ExtensionType type) {
    return type == KeyShare || type == EarlyData || type == Cookie || type == PreSharedKey ||
           type == Padding;
}

}  // namespace

std::optional<Alert> ClientHello::parse(Bytes message, const Dialect& dialect) {
    ByteReader reader{message.subspan(kMessageHeader)};
    version = reader.u16();
    random = reader.take(32);
    session_id = reader.vector(1);
    suites = reader.vector(2, 2);
    compressions = reader.vector(1, 1);
    // Extensions may be missing altogether in versions before 1.3. RFC 5246 §7.4.1.2.
    const Bytes list = reader.is_empty() ? Bytes{} : reader.vector(2);
    if (!reader.is_complete() || session_id.size() > 32 || suites.size() % 2 != 0)
        return Alert::DecodeError;
    if (const auto alert = extensions.parse(list, dialect.duplicate_in_client_hello)) return alert;
    for (const Extension& extension : extensions.all()) {
        if (const auto alert = check_body(extension)) return alert;
        const std::uint8_t places = allowed_in(extension.type);
        if (places != 0 && (places & in::kClientHello) == 0) return Alert::IllegalParameter;
    }
    // RFC 8446 §4.2.11: it covers all that stands before it.
    if (extensions.has(PreSharedKey) && !extensions.ends_with(PreSharedKey))
        return Alert::IllegalParameter;
    return std::nullopt;
}

Bytes ClientHello::list(ExtensionType type, std::size_t width) const {
    const Extension* extension = extensions.find(type);
    return extension == nullptr ? Bytes{} : list_of(extension->body, width);
}

std::uint64_t ClientHello::fingerprint() const {
    std::uint64_t h = hash_bytes(version, random);
    h = hash_bytes(h, session_id);
    h = hash_bytes(h, suites);
    h = hash_bytes(h, compressions);
    for (const Extension& extension : extensions.all())
        if (!may_change(extension.type))
            h = hash_bytes(combine_hash(h, static_cast<std::uint64_t>(extension.type)),
                           extension.body);
    return h;
}

Bytes ClientHello::share_of(Group group) const {
    ByteReader shares{list(KeyShare, 2)};
    while (!shares.is_empty()) {
        const auto candidate = static_cast<Group>(shares.u16());
        const Bytes share = shares.vector(2);
        if (candidate == group) return share;
    }
    return {};
}

namespace {

/// One pass through the checks. Each returns the alert that ends it.
struct Negotiation {
    Endpoint::Parts& parts;
    const ClientHello& hello;
    const Config& config;
    Bytes message;
    bool wants_retry = false;

    std::optional<Alert> version() {
        const Extension* versions = hello.extensions.find(SupportedVersions);
        // RFC 8446 §4.2.1: without the extension the legacy field counts, up to TLS 1.2.
        const auto has = [&](std::uint16_t wanted) {
            return versions == nullptr ? wanted <= kTls12 && hello.version >= wanted
                                       : contains(list_of(versions->body, 1), wanted);
        };
        for (const std::uint16_t wanted : {kTls13, kTls12}) {
            if (!config.offers(wanted) || !has(wanted)) continue;
            parts.info.version = wanted;
            return std::nullopt;
        }
        return config.profile->dialect.no_common_version;
    }

    std::optional<Alert> suite() {
        if (hello.compressions.size() != 1 || hello.compressions[0] != 0)
            return config.profile->dialect.bad_compression;
        const auto try_one = [&](Suite suite) {
            const bool is_common = std::ranges::find(config.suites, suite) != config.suites.end() &&
                                   contains(hello.suites, static_cast<std::uint16_t>(suite));
            if (is_common) parts.info.suite = suite;
            return is_common;
        };
        if (config.profile->follows_client) {
            for (std::size_t i = 0; i < hello.suites.size() / 2; ++i)
                if (try_one(static_cast<Suite>(value_at(hello.suites, i)))) return std::nullopt;
        } else {
            for (const Suite suite : config.suites)
                if (try_one(suite)) return std::nullopt;
        }
        return Alert::HandshakeFailure;
    }

    /// RFC 8446 §9.2, §4.2.9.
    std::optional<Alert> mandatory() const {
        const ExtensionList& list = hello.extensions;
        const bool has_psk = list.has(PreSharedKey);
        if (has_psk && !list.has(PskKeyExchangeModes)) return Alert::MissingExtension;
        if (!has_psk && (!list.has(SignatureAlgorithms) || !list.has(SupportedGroups)))
            return Alert::MissingExtension;
        if (list.has(SupportedGroups) != list.has(KeyShare)) return Alert::MissingExtension;
        return std::nullopt;
    }

    /// The second hello against the first. RFC 8446 §4.1.2, §4.2.2.
    std::optional<Alert> repetition() const {
        if (hello.extensions.has(EarlyData)) return Alert::IllegalParameter;
        if (hello.fingerprint() != parts.hello.fingerprint) return Alert::IllegalParameter;
        if (parts.psk_was_chosen_before_retry && !hello.extensions.has(PreSharedKey))
            return Alert::MissingExtension;
        const Extension* token = hello.extensions.find(Cookie);
        if (parts.cookie_length == 0) return std::nullopt;
        if (token == nullptr) return Alert::MissingExtension;
        const Bytes sent = Bytes{parts.cookie}.first(parts.cookie_length);
        return std::ranges::equal(list_of(token->body, 2), sent)
                   ? std::nullopt
                   : std::optional{Alert::IllegalParameter};
    }

    bool allows_modes(bool dhe) const {
        const Bytes modes = hello.list(PskKeyExchangeModes, 1);
        const std::uint8_t wanted = dhe ? 1 : 0;
        return std::ranges::find(modes, wanted) != modes.end();
    }

    /// Whether the session behind a ticket may be resumed here and now.
    bool fits(const Session& session) const {
        if (session.version != kTls13 || session.name != parts.hello.name) return false;
        if (config.client_auth == ClientAuth::Required && session.client == 0) return false;
        return facts(session.suite).hash == facts(parts.info.suite).hash;
    }

    std::optional<Alert> psk() {
        if (!config.accepts_psk || parts.env.tickets == nullptr) return std::nullopt;
        const Extension* extension = hello.extensions.find(PreSharedKey);
        const bool has_mode =
            allows_modes(true) || (config.accepts_psk_only && allows_modes(false));
        if (extension == nullptr || !has_mode) return std::nullopt;
        ByteReader body{extension->body};
        ByteReader identities{body.vector(2)};
        ByteReader binders{body.vector(2)};
        const auto binders_offset =
            static_cast<std::size_t>(extension->body.data() - message.data()) +
            extension->body.size() - binders.left() - 2;
        for (std::uint16_t index = 0; !identities.is_empty(); ++index) {
            const Bytes identity = identities.vector(2);
            const std::uint32_t age = identities.u32();
            const Bytes binder = binders.vector(1);
            const auto session =
                parts.env.tickets->open(identity, parts.now, config.stores_sessions);
            if (!session || !fits(*session)) continue;
            parts.start_schedule(session->psk);
            if (const auto alert = check_binder(binder, binders_offset)) return alert;
            parts.psk_chosen = parts.info.is_resumed = true;
            parts.psk_index = index;
            parts.resumed = *session;
            parts.ticket_age = Duration::ms(static_cast<std::int32_t>(age - session->age_add));
            return std::nullopt;
        }
        return std::nullopt;
    }

    /// RFC 8446 §4.2.11.2.
    std::optional<Alert> check_binder(Bytes binder, std::size_t offset) const {
        Transcript truncated = parts.transcript;
        truncated.add(message.first(offset));
        const Secret key = derive(parts.early_secret, label::kBinder);
        std::array<std::uint8_t, 48> right{};
        const std::size_t length = parts.finished_length();
        fill_bytes(parts.finished_value(key, truncated.value()), std::span{right}.first(length));
        const bool is_right = std::ranges::equal(binder, Bytes{right}.first(length));
        return is_right ? std::nullopt : std::optional{config.profile->dialect.bad_binder};
    }

    /// RFC 8446 §4.2.7, §4.2.8, §4.1.4.
    std::optional<Alert> group() {
        const Bytes offered = hello.list(SupportedGroups, 2);
        // RFC 8446 §4.2.9: without a share only psk_ke is left.
        const bool has_share = hello.extensions.has(KeyShare);
        const bool may_miss = config.accepts_psk_only && allows_modes(false);
        const bool is_psk_only =
            parts.psk_chosen && (!allows_modes(true) || (!has_share && may_miss));
        if (is_psk_only) return std::nullopt;
        // §9.2, of a hello whose PSK was not taken.
        if (!has_share) return Alert::MissingExtension;
        if (const auto alert = check_share_groups(offered)) return alert;
        Group common = Group::None;
        const std::size_t count =
            config.profile->follows_client ? offered.size() / 2 : config.groups.size();
        for (std::size_t i = 0; i < count; ++i) {
            const Group group = config.profile->follows_client
                                    ? static_cast<Group>(value_at(offered, i))
                                    : config.groups[i];
            const bool is_common = std::ranges::find(config.groups, group) != config.groups.end() &&
                                   contains(offered, static_cast<std::uint16_t>(group));
            if (!is_common) continue;
            if (common == Group::None) common = group;
            if (!hello.share_of(group).empty()) return accept_share(group);
        }
        if (common == Group::None) return Alert::HandshakeFailure;
        // A second hello without the share that was asked for.
        if (parts.retried) return Alert::IllegalParameter;
        parts.retry_group = common;
        wants_retry = true;
        return std::nullopt;
    }

    std::optional<Alert> check_share_groups(Bytes offered) const {
        ByteReader shares{hello.list(KeyShare, 2)};
        std::size_t count = 0;
        while (!shares.is_empty()) {
            const std::uint16_t group = shares.u16();
            shares.vector(2);
            ++count;
            if (!contains(offered, group)) return Alert::IllegalParameter;
            if (parts.retry_group != Group::None && static_cast<Group>(group) != parts.retry_group)
                return Alert::IllegalParameter;
        }
        const bool is_one = count == 1 || parts.retry_group == Group::None;
        return is_one ? std::nullopt : std::optional{Alert::IllegalParameter};
    }

    std::optional<Alert> accept_share(Group group) {
        const Bytes share = hello.share_of(group);
        if (const auto alert = check_share(group, Role::Client, share)) return alert;
        parts.info.group = group;
        parts.info.used_dhe = true;
        parts.peer_share.assign(share.begin(), share.end());
        return std::nullopt;
    }

    std::optional<Alert> certificate() {
        if (parts.psk_chosen) return std::nullopt;
        const Credential& own = config.credential;
        if (own.is_empty()) return config.profile->dialect.no_usable_certificate;
        if (!hello.extensions.has(SignatureAlgorithms)) return Alert::MissingExtension;
        parts.own_scheme = parts.choose_scheme(hello.list(SignatureAlgorithms, 2), own.key());
        parts.info.scheme = parts.own_scheme;
        // Only schemes of TLS 1.3 sign in TLS 1.3; choose_scheme() knows no other.
        return parts.own_scheme == Scheme::None ? std::optional{Alert::HandshakeFailure}
                                                : std::nullopt;
    }

    std::optional<Alert> name() const {
        const bool is_hosted = std::ranges::any_of(config.hosted_names, [&](const auto& hosted) {
            return stable_hash(std::string_view{hosted}) == parts.hello.name;
        });
        const bool is_refused = parts.hello.name != 0 && !config.hosted_names.empty() && !is_hosted;
        return is_refused ? std::optional{Alert::UnrecognizedName} : std::nullopt;
    }

    /// RFC 7301 §3.2: the server's preference decides.
    std::optional<Alert> protocol() {
        const Extension* extension = hello.extensions.find(Alpn);
        if (extension == nullptr || config.alpn.empty()) return std::nullopt;
        for (const std::string& wanted : config.alpn) {
            ByteReader list{list_of(extension->body, 2)};
            while (!list.is_empty()) {
                if (hash_of(list.vector(1)) != stable_hash(std::string_view{wanted})) continue;
                parts.info.alpn = &wanted;
                return std::nullopt;
            }
        }
        return Alert::NoApplicationProtocol;
    }
};

}  // namespace

/// Facts that are needed after the message is gone.
void Endpoint::Parts::keep_facts(const ClientHello& client, std::size_t length) {
    hello.session_id_length = static_cast<std::uint8_t>(client.session_id.size());
    std::ranges::copy(client.session_id, hello.session_id.begin());
    std::ranges::copy(client.random, hello.random.begin());
    hello.length = static_cast<std::uint32_t>(length);
    hello.fingerprint = client.fingerprint();
    const ExtensionList& list = client.extensions;
    hello.offers_early_data = list.has(EarlyData);
    hello.offers_staple = list.has(StatusRequest);
    hello.offers_scts = list.has(SignedCertificateTimestamp);
    hello.offers_post_handshake = list.has(PostHandshakeAuth);
    hello.offers_compression = list.has(CompressCertificate);
    hello.record_size_limit = 0;
    hello.fragment_length = 0;
    if (const Extension* limit = list.find(RecordSizeLimit))
        hello.record_size_limit = value_at(limit->body, 0);
    else if (const Extension* fragment = list.find(MaxFragmentLength))
        hello.fragment_length = fragment->body[0];
    hello.name = 0;
    ByteReader names{client.list(ServerName, 2)};
    while (!names.is_empty()) {
        const bool is_host = names.u8() == 0;
        const Bytes name = names.vector(2);
        if (is_host) hello.name = hash_of(name);
    }
}

void Endpoint::Parts::on_client_hello(Bytes message) {
    ClientHello client;
    if (const auto alert = client.parse(message, profile->dialect)) return fail(*alert);
    Negotiation negotiation{*this, client, *config, message};
    if (const auto alert = negotiation.version()) return fail(*alert);
    if (info.version == kTls12) return on_older_client_hello(client, message);
    if (!ends_record()) return;
    if (const auto alert = negotiation.suite()) return fail(*alert);
    if (const auto alert = negotiation.mandatory()) return fail(*alert);
    if (retried) {
        if (const auto alert = negotiation.repetition()) return fail(*alert);
        if (info.suite != retry_suite) return fail(Alert::IllegalParameter);
    } else {
        keep_facts(client, message.size());
    }
    psk_chosen = info.is_resumed = false;
    start_schedule(0);
    if (const auto alert = negotiation.psk()) return fail(*alert);
    if (const auto alert = negotiation.group()) return fail(*alert);
    transcript.add(message);
    ccs_allowed = true;
    if (negotiation.wants_retry) {
        psk_was_chosen_before_retry = psk_chosen;
        may_skip = hello.offers_early_data;
        if (hello.offers_early_data) refuse_early_data();
        add_steps({Step::HelloRetryRequest, Step::Flush});
        return;
    }
    may_skip = false;
    if (const auto alert = negotiation.certificate()) return fail(*alert);
    if (const auto alert = negotiation.name()) return fail(*alert);
    if (const auto alert = negotiation.protocol()) {
        if (!profile->dialect.alpn_alert_after_server_hello) return fail(*alert);
        late_alert = alert;
    }
    decide_early_data();
    enter(State::ReceivedClientHello);
    plan_server_flight();
}

/// RFC 8446 §4.2.10, §8.
void Endpoint::Parts::decide_early_data() {
    if (!hello.offers_early_data || retried) return;
    const std::uint64_t alpn = info.alpn == nullptr ? 0 : stable_hash(std::string_view{*info.alpn});
    const Duration age = now - resumed.issued;
    const Duration error = ticket_age > age ? ticket_age - age : age - ticket_age;
    const bool is_wanted = config->max_early_data > 0 && psk_chosen && psk_index == 0;
    const bool is_same = is_wanted && resumed.suite == info.suite && resumed.alpn == alpn &&
                         resumed.max_early_data > 0;
    const bool is_fresh = is_same && error <= config->early_data_window;
    // A stored session is used up by its first use, which is protection enough.
    const bool is_first = is_fresh && (!config->anti_replay || config->stores_sessions ||
                                       env.tickets->is_first_use(hash_bytes(0, hello.random), now,
                                                                 config->early_data_window * 2));
    if (!is_first) {
        may_skip = true;
        return refuse_early_data();
    }
    derive_early();
    early_limit = config->max_early_data;
    info.early_data = EarlyDataStatus::Accepted;
    emit({.kind = Event::Kind::EarlyDataAccepted});
}

}  // namespace seedwire::tls
