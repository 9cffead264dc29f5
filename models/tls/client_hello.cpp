// The ClientHello, byte for byte: extensions in the order of the stack, shares, binder, padding.
// RFC 8446 §4.1.2, §4.2; RFC 7685; RFC 8701.
#include <algorithm>

#include "models/tls/key_exchange.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

using enum ExtensionType;

constexpr std::uint16_t kGrease = 0x3A3A;
/// Suites of older versions that fill up the list. They are real ones, and the signalling values.
constexpr auto kOldSuites = std::to_array<std::uint16_t>(
    {0xC02C, 0xC030, 0x009F, 0xCCA9, 0xCCA8, 0xCCAA, 0xC02B, 0xC02F, 0x009E,
     0xC024, 0xC028, 0x006B, 0xC023, 0xC027, 0x0067, 0xC00A, 0xC014, 0x0039,
     0xC009, 0xC013, 0x0033, 0x009D, 0x009C, 0x003D, 0x003C, 0x0035, 0x002F});
constexpr std::uint16_t kNoRenegotiation = 0x00FF;  // RFC 5746 §3.3

constexpr auto kOptional = std::to_array<ExtensionType>(
    {MaxFragmentLength, StatusRequest, SignedCertificateTimestamp, PostHandshakeAuth,
     CompressCertificate, RecordSizeLimit, Cookie, EarlyData});

std::uint16_t other_suite(std::size_t index, std::size_t count) {
    if (index + 1 == count) return kNoRenegotiation;
    if (index < kOldSuites.size()) return kOldSuites[index];
    return static_cast<std::uint16_t>(0xC0A0 + index);  // CCM, ARIA and others
}

template <class T>
void write_values(const std::vector<T>& values, std::size_t width, bool greases, ByteWriter& out) {
    const std::size_t list = out.open(width);
    if (greases) out.u16(kGrease);
    for (const T value : values) out.u16(static_cast<std::uint16_t>(value));
    out.close(list, width);
}

/// One hello being written: what depends on state beyond the configuration.
struct HelloWriter {
    Endpoint::Parts& parts;
    const Config& config;
    ByteWriter& out;
    bool has_psk;
    bool has_early_data;

    bool offers13() const { return config.offers(kTls13); }
    bool offers_old() const {
        return std::ranges::any_of(config.versions, [](auto version) { return version < kTls13; });
    }

    bool applies(ExtensionType type) const {
        const auto old = config.profile->only_with_old_versions;
        if (!offers_old() && std::ranges::find(old, type) != old.end()) return false;
        switch (type) {
            case ServerName:
                return !config.server_name.empty();
            case MaxFragmentLength:
                return config.max_fragment_length != 0;
            case StatusRequest:
                return config.asks_for_staple;
            case SignedCertificateTimestamp:
                return config.asks_for_scts;
            case Alpn:
                return !config.alpn.empty();
            case PostHandshakeAuth:
                return config.offers_post_handshake_auth;
            case EarlyData:
                return has_early_data;
            case Cookie:
                return parts.cookie_length > 0;
            case CompressCertificate:
                return offers13() && config.compressions > 0;
            case RecordSizeLimit:
                return config.record_size_limit != 0;
            case SupportedVersions:
                return offers13() || config.profile->old_hello_is_modern;
            case KeyShare:
            case PskKeyExchangeModes:
                return offers13();
            case EcPointFormats:
                return std::ranges::any_of(config.groups, is_on_curve);
            case SessionTicket:
                return !has_psk || !config.profile->drops_session_ticket;
            case Padding:
                return false;  // last, once the length is known
            default:
                return true;
        }
    }

    /// Point formats go with groups of elliptic curves. RFC 8422 §4.
    static bool is_on_curve(Group group) {
        return group == Group::X25519 || group == Group::X448 || group == Group::Secp256r1 ||
               group == Group::Secp384r1 || group == Group::Secp521r1;
    }
    void write(ExtensionType type) {
        out.u16(static_cast<std::uint16_t>(type));
        const std::size_t body = out.open(2);
        write_body(type);
        out.close(body, 2);
    }

    void write_body(ExtensionType type) {
        switch (type) {
            case ServerName: {
                const std::size_t list = out.open(2);
                out.u8(0);
                out.u16(static_cast<std::uint32_t>(config.server_name.size()));
                out.text(config.server_name);
                return out.close(list, 2);
            }
            case MaxFragmentLength:
                return out.u8(config.max_fragment_length);
            case EcPointFormats:
                out.u8(config.profile->point_formats);
                for (std::uint32_t i = 0; i < config.profile->point_formats; ++i) out.u8(i);
                return;
            case SupportedGroups:
                return write_values(config.groups, 2, config.greases, out);
            case StatusRequest:
                out.u8(1);
                return out.zeros(4);
            case Alpn: {
                const std::size_t list = out.open(2);
                for (const std::string& protocol : config.alpn) {
                    out.u8(static_cast<std::uint32_t>(protocol.size()));
                    out.text(protocol);
                }
                return out.close(list, 2);
            }
            case SignatureAlgorithms:
                return write_values(config.schemes, 2, false, out);
            case SupportedVersions:
                return write_values(config.versions, 1, config.greases, out);
            case PskKeyExchangeModes:
                out.u8((config.offers_psk_dhe ? 1U : 0U) + (config.offers_psk_only ? 1U : 0U));
                if (config.offers_psk_dhe) out.u8(1);
                if (config.offers_psk_only) out.u8(0);
                return;
            case KeyShare: {
                const std::size_t list = out.open(2);
                if (config.greases) {
                    out.u16(kGrease);
                    out.u16(1);
                    out.u8(0);
                }
                out.bytes(parts.own_shares);
                return out.close(list, 2);
            }
            case Cookie:
                out.u16(parts.cookie_length);
                return out.bytes(Bytes{parts.cookie}.first(parts.cookie_length));
            case CompressCertificate:
                out.u8(2U * config.compressions);
                for (std::uint32_t i = 0; i < config.compressions; ++i) out.u16(i + 1);
                return;
            case RecordSizeLimit:
                return out.u16(config.record_size_limit);
            case RenegotiationInfo:
                return out.u8(0);
            case SessionTicket:
                if (parts.ticket && parts.ticket->session.version == kTls12)
                    out.bytes(parts.ticket->identity);
                return;
            default:
                return;
        }
    }

    /// Binders are zeros until the transcript before them is known.
    std::size_t write_psk(Time now) {
        const Ticket& ticket = *parts.ticket;
        out.u16(static_cast<std::uint16_t>(PreSharedKey));
        const std::size_t body = out.open(2);
        const std::size_t identities = out.open(2);
        out.u16(static_cast<std::uint32_t>(ticket.identity.size()));
        out.bytes(ticket.identity);
        const auto age = static_cast<std::uint32_t>((now - ticket.session.issued).ms());
        out.u32(age + ticket.session.age_add);  // RFC 8446 §4.2.11.1, modulo 2^32
        out.close(identities, 2);
        const std::size_t binders_begin = out.size();
        const std::size_t binders = out.open(2);
        const std::uint32_t hash = facts(ticket.session.suite).hash;
        out.u8(hash);
        out.zeros(hash);
        out.close(binders, 2);
        out.close(body, 2);
        return binders_begin;
    }
};

/// As encrypted_client_hello with an unreadable inner hello (draft-ietf-tls-esni §5, §6.2), or,
/// where that needs more bytes, as an extension that nobody knows (RFC 8701).
void write_extra(std::uint32_t size, std::uint64_t entropy, ByteWriter& out) {
    constexpr std::uint32_t kEncapsulated = 32, kHead = 1 + 4 + 1 + 2 + kEncapsulated + 2;
    const bool is_ech = size > kHead;
    out.u16(is_ech ? 0xFE0D : 0x4A4A);
    out.u16(size);
    if (!is_ech) return out.filler(entropy, size);
    out.u8(0);             // outer
    out.u32(0x0001'0001);  // HKDF-SHA256 and AES-128-GCM
    out.u8(static_cast<std::uint8_t>(entropy));
    out.u16(kEncapsulated);
    out.filler(entropy, kEncapsulated);
    out.u16(size - kHead);
    out.filler(entropy + 1, size - kHead);
}

std::uint32_t psk_size(const Ticket& ticket) {
    return static_cast<std::uint32_t>(4 + 2 + 2 + ticket.identity.size() + 4 + 2 + 1) +
           facts(ticket.session.suite).hash;
}

/// RFC 7685 §4: some servers choke on hellos of 256 to 511 bytes.
bool write_padding(std::size_t others, bool pads, ByteWriter& out) {
    const std::size_t size = out.size() + others;
    if (!pads || size < 256 || size >= 512) return false;
    const std::size_t body = 512 - size > 4 ? 512 - size - 4 : 1;
    out.u16(static_cast<std::uint16_t>(Padding));
    out.u16(static_cast<std::uint32_t>(body));
    out.zeros(body);
    return true;
}

}  // namespace

/// Room that the largest hello of this configuration may need.
std::uint32_t Endpoint::Parts::hello_capacity() const {
    std::size_t size = 1200 + config->server_name.size() + own_shares.size() + cookie_length +
                       2 * (config->suites.size() + config->other_suites + config->groups.size() +
                            config->schemes.size()) +
                       config->extra_hello;
    for (const std::string& protocol : config->alpn) size += 1 + protocol.size();
    if (ticket) size += 80 + ticket->identity.size();
    return static_cast<std::uint32_t>(size);
}

void Endpoint::Parts::write_own_shares(std::span<const Group> groups) {
    std::size_t size = 0;
    for (const Group group : groups) size += 4U + facts(group).client_share;
    own_shares.resize(size);
    ByteWriter out{own_shares};
    shared_groups.assign(groups.begin(), groups.end());
    for (const Group group : groups) {
        out.u16(static_cast<std::uint16_t>(group));
        const std::size_t share = out.open(2);
        write_share(group, Role::Client, random(), out);
        out.close(share, 2);
    }
}

void Endpoint::Parts::send_client_hello() {
    const std::uint32_t capacity = hello_capacity();
    ByteWriter out{storage(capacity)};
    const bool has_psk = ticket && ticket->session.version == kTls13;
    const bool has_early_data = has_psk && !retried && early_limit > 0;
    HelloWriter writer{*this, *config, out, has_psk, has_early_data};
    out.u8(static_cast<std::uint8_t>(HandshakeType::ClientHello));
    const std::size_t body = out.open(3);
    out.u16(kTls12);
    out.bytes(hello.random);
    out.u8(hello.session_id_length);
    out.bytes(Bytes{hello.session_id}.first(hello.session_id_length));
    const std::size_t suites = out.open(2);
    if (config->greases) out.u16(kGrease);
    if (writer.offers13())
        for (const Suite suite : config->suites) out.u16(static_cast<std::uint16_t>(suite));
    for (std::size_t i = 0; i < config->other_suites; ++i)
        out.u16(other_suite(i, config->other_suites));
    out.close(suites, 2);
    out.u8(1);
    out.u8(0);  // no compression
    const std::size_t extensions = out.open(2);
    if (config->greases) out.u16(kGrease), out.u16(0);
    for (const ExtensionType type : profile->hello)
        if (writer.applies(type)) writer.write(type);
    // What the configuration asks for beyond the stack's habits stands behind them.
    for (const ExtensionType type : kOptional)
        if (std::ranges::find(profile->hello, type) == profile->hello.end() && writer.applies(type))
            writer.write(type);
    if (config->extra_hello >= 4) write_extra(config->extra_hello - 4U, random(), out);
    if (config->greases) out.u16(kGrease + 0x1010), out.u16(1), out.u8(0);
    // A second hello is padded if the first one was.
    const bool pads = config->pads_hello && (!retried || hello_was_padded);
    hello_was_padded = write_padding(has_psk ? psk_size(*ticket) : 0, pads, out);
    const std::size_t binders = has_psk ? writer.write_psk(now) : 0;
    out.close(extensions, 2);
    out.close(body, 3);
    if (has_psk) write_binder(out, binders);
    if (!retried) hello.length = static_cast<std::uint32_t>(out.size());
    transcript.add(out.written());
    send_message(HandshakeType::ClientHello, out, capacity);
    if (has_early_data) {
        info.early_data = EarlyDataStatus::Offered;
        start_schedule(ticket->session.psk);
        derive_early();
    }
    enter(State::WaitServerHello);
}

/// RFC 8446 §4.2.11.2: a Finished over everything up to the binders.
void Endpoint::Parts::write_binder(ByteWriter& out, std::size_t binders) {
    Transcript truncated = transcript;
    truncated.add(out.written().first(binders));
    const Secret key = derive(derive(ticket->session.psk, label::kEarly), label::kBinder);
    const std::uint32_t hash = facts(ticket->session.suite).hash;
    fill_bytes(finished_value(key, truncated.value()), {out.at(binders + 3), hash});
}

}  // namespace seedwire::tls
