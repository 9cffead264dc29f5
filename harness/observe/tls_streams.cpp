#include "harness/observe/tls_streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/observe/certificate_der.h"
#include "models/tls/extensions.h"
#include "models/wire/payload.h"
#include "sim/base/stable_hash.h"

namespace seedwire::observe {

using tls::ByteReader;
using tls::ContentType;
using tls::Epoch;
using tls::ExtensionType;
using tls::HandshakeType;
using tls::Suite;

namespace {

constexpr std::size_t kMessageHeader = 4, kNonce = 12, kTls12Explicit = 8;
constexpr std::uint8_t type_of(ContentType type) { return static_cast<std::uint8_t>(type); }

/// RFC 8446 §4.1.3.
constexpr std::array<std::uint8_t, 4> kRetryRandom{0xCF, 0x21, 0xAD, 0x74};

// Labels of a key log, by epoch and end: the NSS Key Log Format.
constexpr std::string_view kEarly = "CLIENT_EARLY_TRAFFIC_SECRET",
                           kClientHandshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                           kServerHandshake = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                           kClientApplication = "CLIENT_TRAFFIC_SECRET_0",
                           kServerApplication = "SERVER_TRAFFIC_SECRET_0",
                           kTls12Master = "CLIENT_RANDOM";
constexpr std::size_t kMasterSecret = 48;  // bytes, RFC 5246 §8.1

std::string hex(OctetView bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    return text;
}

/// In TLS 1.2 the model speaks one suite: AES-256-GCM with SHA-384, whose AEAD is that of
/// TLS_AES_256_GCM_SHA384.
constexpr Suite kTls12Suite = Suite::Aes256GcmSha384;

/// Early data go under the suite of the ticket, which the hello does not name; the length of the
/// binder does: it is that of the suite's hash. RFC 8446 §4.2.11.2.
Suite suite_of_binder(tls::Bytes pre_shared_key, tls::Bytes suites) {
    ByteReader reader{pre_shared_key};
    reader.vector(2);
    ByteReader binders{reader.vector(2)};
    const std::size_t length = binders.vector(1).size();
    for (ByteReader list{suites}; !list.is_empty();) {
        const auto suite = static_cast<Suite>(list.u16());
        if (tls::facts(suite).hash == length) return suite;
    }
    return Suite::None;
}

}  // namespace

// --- what was said ------------------------------------------------------------------------------

void TlsStreams::on_record(const trace::TlsRecord& r) {
    const app::TlsWorld::Logs* logs = world_.find_logs(r.connection);
    if (logs == nullptr) return;
    const tls::RecordLog& log = r.client ? logs->from_client : logs->from_server;
    std::uint64_t number = log.count();
    while (number > log.first() && log[number - 1].begin > r.begin) --number;
    if (number == log.first() || log[number - 1].begin != r.begin) return;
    State& state = states_[r.connection];
    state.seed = combine_hash(world_.seed(), connections_.key(r.connection));
    Direction& direction = r.client ? state.client : state.server;
    Kept kept{log[number - 1]};
    if (kept.record.epoch == Epoch::Application) {
        const bool is_new = direction.last_key != 0 && direction.last_key != kept.record.key;
        if (is_new) ++direction.key_updates;
        direction.last_key = kept.record.key;
    }
    // Early data that are sent again are the same bytes under the same secret.
    if (kept.record.epoch == Epoch::Early) state.early_seed = kept.record.key;
    kept.key_updates = direction.key_updates;
    const bool is_handshake = r.type == type_of(ContentType::Handshake);
    Octets& store = is_handshake ? direction.handshake : direction.other;
    kept.content_at = store.size();
    for (const tls::Piece& piece : log.pieces(kept.record))
        store.insert(store.end(), piece.data, piece.data + piece.length);
    // A record that its sender broke off has fewer bytes than it promises.
    if (r.type != type_of(ContentType::ApplicationData))
        store.resize(kept.content_at + kept.record.content);
    direction.records.push_back(kept);
    if (is_handshake) look_at_messages(state, direction, r.client);
}

void TlsStreams::look_at_messages(State& state, Direction& direction, bool from_client) {
    for (;;) {
        const std::span rest = std::span{direction.handshake}.subspan(direction.judged);
        if (rest.size() < kMessageHeader) return;
        ByteReader header{rest};
        const auto type = static_cast<HandshakeType>(header.u8());
        const std::size_t size = kMessageHeader + header.u24();
        if (rest.size() < size) return;
        const std::span message = rest.first(size);
        direction.judged += size;
        if (type == HandshakeType::ClientHello && from_client) look_at_client_hello(state, message);
        if (type == HandshakeType::ServerHello && !from_client)
            look_at_server_hello(state, message);
        if (type == HandshakeType::NewSessionTicket && state.version == tls::kTls12)
            look_at_tls12_ticket(state, message);
        if (type == HandshakeType::Certificate && pki_ != nullptr)
            write_real_certificates(*pki_, state.version, message);
    }
}

void TlsStreams::look_at_client_hello(State& state, std::span<const std::uint8_t> message) const {
    if (state.has_client_hello) return;  // a second one repeats the random
    ByteReader reader{message.subspan(kMessageHeader)};
    reader.u16();
    const tls::Bytes random = reader.take(state.client_random.size());
    const tls::Bytes session_id = reader.vector(1);
    const tls::Bytes suites = reader.vector(2);
    reader.vector(1);
    tls::ExtensionList extensions;
    const tls::Bytes list = reader.is_empty() ? tls::Bytes{} : reader.vector(2);
    if (reader.failed() || extensions.parse(list, tls::Alert::DecodeError)) return;
    std::ranges::copy(random, state.client_random.begin());
    state.has_client_hello = true;
    state.session_id.assign(session_id.begin(), session_id.end());
    if (const tls::Extension* ticket = extensions.find(ExtensionType::SessionTicket)) {
        const auto known = tls12_tickets_.find({ticket->body.begin(), ticket->body.end()});
        if (known != tls12_tickets_.end()) state.ticket_seed = known->second;
    }
    const tls::Extension* psk = extensions.find(ExtensionType::PreSharedKey);
    const bool offers_early = extensions.has(ExtensionType::EarlyData) && psk != nullptr;
    if (offers_early) state.early_suite = suite_of_binder(psk->body, suites);
}

void TlsStreams::look_at_tls12_ticket(const State& state, std::span<const std::uint8_t> message) {
    ByteReader reader{message.subspan(kMessageHeader)};
    reader.u32();  // lifetime
    const tls::Bytes ticket = reader.vector(2);
    if (reader.is_complete()) tls12_tickets_[{ticket.begin(), ticket.end()}] = state.master_seed;
}

void TlsStreams::look_at_server_hello(State& state, std::span<const std::uint8_t> message) {
    ByteReader reader{message.subspan(kMessageHeader)};
    state.version = reader.u16();
    const tls::Bytes random = reader.take(state.server_random.size());
    const tls::Bytes session_id = reader.vector(1);
    const auto suite = static_cast<Suite>(reader.u16());
    reader.u8();
    tls::ExtensionList extensions;
    const tls::Bytes list = reader.is_empty() ? tls::Bytes{} : reader.vector(2);
    if (reader.failed() || extensions.parse(list, tls::Alert::DecodeError)) return;
    if (std::ranges::equal(random.first(kRetryRandom.size()), kRetryRandom)) return;
    std::ranges::copy(random, state.server_random.begin());
    const bool is_echo = !session_id.empty() && std::ranges::equal(session_id, state.session_id);
    state.master_seed = is_echo && state.ticket_seed != 0 ? state.ticket_seed : state.seed;
    const bool is_tls13 = extensions.has(ExtensionType::SupportedVersions);
    if (is_tls13) state.version = tls::kTls13;
    state.suite = is_tls13 ? suite : kTls12Suite;
    state.has_server_hello = tls::facts(state.suite).key > 0;
}

// --- secrets and keys ---------------------------------------------------------------------------

Octets TlsStreams::secret_of(const State& state, std::string_view label, Suite suite) const {
    Octets secret(label == kTls12Master ? kMasterSecret : tls::facts(suite).hash);
    const std::uint64_t seed = label == kTls12Master ? state.master_seed
                               : label == kEarly     ? state.early_seed
                                                     : state.seed;
    tls::fill_bytes(combine_hash(seed, stable_hash(label)), secret);
    return secret;
}

std::string TlsStreams::take_key_log(std::uint32_t connection, bool from_client) {
    const auto it = states_.find(connection);
    if (it == states_.end() || !can_seal()) return {};
    State& state = it->second;
    std::string lines;
    const auto say = [&](std::string_view label, Suite suite) {
        lines += fmt::format("{} {} {}\n", label, hex(state.client_random),
                             hex(secret_of(state, label, suite)));
    };
    if (from_client && state.early_seed != 0 && state.early_suite != Suite::None &&
        !std::exchange(state.early_said, true))
        say(kEarly, state.early_suite);
    if (!state.has_client_hello || !state.has_server_hello) return lines;
    if (std::exchange(state.rest_said, true)) return lines;
    if (state.version == tls::kTls12) {
        say(kTls12Master, kTls12Suite);
        return lines;
    }
    for (const std::string_view label :
         {kClientHandshake, kServerHandshake, kClientApplication, kServerApplication})
        say(label, state.suite);
    return lines;
}

TlsStreams::Protection TlsStreams::protection_of(State& state, bool from_client,
                                                 const Kept& kept) const {
    const Epoch epoch = kept.record.epoch;
    const Suite suite = epoch == Epoch::Early ? state.early_suite : state.suite;
    const tls::SuiteFacts& facts = tls::facts(suite);
    if (facts.key == 0) return {};
    Octets secret;
    if (epoch == Epoch::Early) {
        secret = secret_of(state, kEarly, suite);
    } else if (epoch == Epoch::Handshake) {
        secret = secret_of(state, from_client ? kClientHandshake : kServerHandshake, suite);
    } else {
        // RFC 8446 §7.2: the next secret follows from the one before.
        Direction& direction = from_client ? state.client : state.server;
        if (direction.secret.empty() || direction.secret_updates > kept.key_updates) {
            direction.secret =
                secret_of(state, from_client ? kClientApplication : kServerApplication, suite);
            direction.secret_updates = 0;
        }
        for (; direction.secret_updates < kept.key_updates; ++direction.secret_updates)
            direction.secret =
                expand_label(facts.hash, direction.secret, "traffic upd", facts.hash);
        secret = direction.secret;
    }
    return {suite, expand_label(facts.hash, secret, "key", facts.key),
            expand_label(facts.hash, secret, "iv", kNonce)};
}

/// client key, server key, client salt, server salt. RFC 5246 §6.3, RFC 5288 §3.
TlsStreams::Protection TlsStreams::protection_of_tls12(State& state, bool from_client) const {
    constexpr std::size_t kKey = 32, kSalt = 4;
    if (state.tls12_keys.empty()) {
        Octets randoms{state.server_random.begin(), state.server_random.end()};
        randoms.insert(randoms.end(), state.client_random.begin(), state.client_random.end());
        state.tls12_keys =
            expand_tls12(tls::facts(kTls12Suite).hash, secret_of(state, kTls12Master, kTls12Suite),
                         "key expansion", randoms, 2 * (kKey + kSalt));
    }
    const auto part = [&](std::size_t at, std::size_t size) {
        const OctetView view = OctetView{state.tls12_keys}.subspan(at, size);
        return Octets{view.begin(), view.end()};
    };
    return {kTls12Suite, part(from_client ? 0 : kKey, kKey),
            part(2 * kKey + (from_client ? 0 : kSalt), kSalt)};
}

// --- bytes --------------------------------------------------------------------------------------

/// Application data are letters: bytes that no dissector takes for a protocol.
void TlsStreams::fill_content(const State& state, bool from_client, const Kept& kept,
                              std::span<std::uint8_t> out) const {
    const std::uint8_t type = kept.record.key == 0 ? kept.record.type : kept.record.inner_type;
    if (type == type_of(ContentType::ApplicationData)) {
        const bool is_early = kept.record.epoch == Epoch::Early;
        wire::fill_payload(wire::stream_key(is_early ? state.early_seed : state.seed, from_client),
                           kept.record.data_offset, out);
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>('a' + byte % 26);
        return;
    }
    const Direction& direction = from_client ? state.client : state.server;
    const bool is_handshake = type == type_of(ContentType::Handshake);
    const OctetView store = is_handshake ? direction.handshake : direction.other;
    std::ranges::copy(store.subspan(kept.content_at, out.size()), out.begin());
}

void TlsStreams::seal_tls13(State& state, bool from_client, const Kept& kept, Octets& out) const {
    const Protection protection = protection_of(state, from_client, kept);
    if (protection.suite == Suite::None) return;
    const tls::Record& record = kept.record;
    Octets inner(std::size_t{record.content} + 1 + record.padding);
    fill_content(state, from_client, kept, std::span{inner}.first(record.content));
    inner[record.content] = record.inner_type;
    Octets nonce = protection.iv;
    for (std::size_t i = 0; i < 8; ++i)
        nonce[kNonce - 1 - i] ^= static_cast<std::uint8_t>(record.sequence >> (8 * i));
    const Octets sealed = seal(protection.suite, protection.key, nonce,
                               OctetView{out}.first(tls::kRecordHeader), inner);
    if (sealed.size() == record.length) std::ranges::copy(sealed, out.begin() + tls::kRecordHeader);
}

void TlsStreams::seal_tls12(State& state, bool from_client, const Kept& kept, Octets& out) const {
    const Protection protection = protection_of_tls12(state, from_client);
    const tls::Record& record = kept.record;
    Octets content(record.content);
    fill_content(state, from_client, kept, content);
    Octets sequence;
    for (int i = 8; i-- > 0;)
        sequence.push_back(static_cast<std::uint8_t>(record.sequence >> (8 * i)));
    Octets nonce = protection.iv;
    nonce.insert(nonce.end(), sequence.begin(), sequence.end());
    Octets additional = sequence;
    additional.insert(additional.end(), out.begin(), out.begin() + 3);
    additional.push_back(static_cast<std::uint8_t>(record.content >> 8));
    additional.push_back(static_cast<std::uint8_t>(record.content));
    const Octets sealed = seal(protection.suite, protection.key, nonce, additional, content);
    if (kTls12Explicit + sealed.size() != record.length) return;
    std::ranges::copy(sequence, out.begin() + tls::kRecordHeader);
    std::ranges::copy(sealed, out.begin() + tls::kRecordHeader + kTls12Explicit);
}

void TlsStreams::make_bytes(State& state, bool from_client, std::size_t index) const {
    Direction& direction = from_client ? state.client : state.server;
    if (direction.cached == index) return;
    const Kept& kept = direction.records[index];
    const tls::Record& record = kept.record;
    Octets& out = direction.bytes;
    out.resize(std::size_t{tls::kRecordHeader} + record.length);
    out[0] = record.type;
    out[1] = static_cast<std::uint8_t>(record.version >> 8);
    out[2] = static_cast<std::uint8_t>(record.version);
    out[3] = static_cast<std::uint8_t>(record.length >> 8);
    out[4] = static_cast<std::uint8_t>(record.length);
    direction.cached = index;
    const std::span body = std::span{out}.subspan(tls::kRecordHeader);
    if (record.key == 0) {
        const std::size_t size = std::min<std::size_t>(record.content, body.size());
        return fill_content(state, from_client, kept, body.first(size));
    }
    // What cannot be sealed stays opaque.
    tls::fill_bytes(combine_hash(state.seed, record.begin), body);
    if (!can_seal()) return;
    if (state.version == tls::kTls12)
        seal_tls12(state, from_client, kept, out);
    else
        seal_tls13(state, from_client, kept, out);
    if (record.is_damaged && !body.empty()) body.back() ^= 1;
}

bool TlsStreams::fill(std::uint32_t connection, bool from_client, std::uint64_t offset,
                      std::span<std::uint8_t> out) {
    const auto it = states_.find(connection);
    if (it == states_.end()) return false;
    State& state = it->second;
    const Direction& direction = from_client ? state.client : state.server;
    auto record = std::ranges::upper_bound(direction.records, offset, {},
                                           [](const Kept& kept) { return kept.record.begin; });
    if (record == direction.records.begin()) return false;
    --record;
    while (!out.empty()) {
        if (record == direction.records.end() || record->record.end() <= offset) return false;
        make_bytes(state, from_client,
                   static_cast<std::size_t>(record - direction.records.begin()));
        const auto from = static_cast<std::size_t>(offset - record->record.begin);
        const std::size_t size = std::min(out.size(), direction.bytes.size() - from);
        std::copy_n(direction.bytes.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
        out = out.subspan(size);
        offset += size;
        ++record;
    }
    return true;
}

}  // namespace seedwire::observe
