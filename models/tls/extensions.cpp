#include "models/tls/extensions.h"

#include <algorithm>

namespace seedwire::tls {

namespace {

using enum ExtensionType;

struct Place {
    ExtensionType type;
    std::uint8_t messages;
};

// RFC 8446 §4.2, the table at its end; RFC 8449 §4; RFC 8879 §3; extensions of older versions stand
// in the ClientHello alone. The model knows use_srtp and heartbeat by their place only.
constexpr auto kPlaces = std::to_array<Place>({
    {ServerName, in::kClientHello | in::kEncryptedExtensions},
    {MaxFragmentLength, in::kClientHello | in::kEncryptedExtensions},
    {StatusRequest, in::kClientHello | in::kCertificateRequest | in::kCertificate},
    {SupportedGroups, in::kClientHello | in::kEncryptedExtensions},
    {EcPointFormats, in::kClientHello},
    {SignatureAlgorithms, in::kClientHello | in::kCertificateRequest},
    {UseSrtp, in::kClientHello | in::kEncryptedExtensions},
    {Heartbeat, in::kClientHello | in::kEncryptedExtensions},
    {Alpn, in::kClientHello | in::kEncryptedExtensions},
    {SignedCertificateTimestamp, in::kClientHello | in::kCertificateRequest | in::kCertificate},
    {ClientCertificateType, in::kClientHello | in::kEncryptedExtensions},
    {ServerCertificateType, in::kClientHello | in::kEncryptedExtensions},
    {Padding, in::kClientHello},
    {EncryptThenMac, in::kClientHello},
    {ExtendedMasterSecret, in::kClientHello},
    {CompressCertificate, in::kClientHello | in::kCertificateRequest},
    {RecordSizeLimit, in::kClientHello | in::kEncryptedExtensions},
    {SessionTicket, in::kClientHello},
    {PreSharedKey, in::kClientHello | in::kServerHello},
    {EarlyData, in::kClientHello | in::kEncryptedExtensions | in::kNewSessionTicket},
    {SupportedVersions, in::kClientHello | in::kServerHello | in::kHelloRetryRequest},
    {Cookie, in::kClientHello | in::kHelloRetryRequest},
    {PskKeyExchangeModes, in::kClientHello},
    {CertificateAuthorities, in::kClientHello | in::kCertificateRequest},
    {OidFilters, in::kCertificateRequest},
    {PostHandshakeAuth, in::kClientHello},
    {SignatureAlgorithmsCert, in::kClientHello | in::kCertificateRequest},
    {KeyShare, in::kClientHello | in::kServerHello | in::kHelloRetryRequest},
    {RenegotiationInfo, in::kClientHello},
});

/// Types seen so far. Small numbers in a word, the others in a table that few hellos need.
class SeenTypes {
public:
    bool add(std::uint16_t type) {
        if (type < 64) {
            const std::uint64_t bit = std::uint64_t{1} << type;
            const bool is_new = (small_ & bit) == 0;
            small_ |= bit;
            return is_new;
        }
        if (count_ < others_.size()) {
            const auto end = others_.begin() + static_cast<std::ptrdiff_t>(count_);
            if (std::find(others_.begin(), end, type) != end) return false;
            others_[count_++] = type;
            return true;
        }
        return false;  // more than any peer sends: as good as a duplicate
    }

private:
    std::uint64_t small_ = 0;
    std::array<std::uint16_t, 256> others_;
    std::size_t count_ = 0;
};

bool is_list_of_pairs(ByteReader& body, std::size_t width, std::size_t item) {
    const Bytes list = body.vector(width, item);
    return body.is_complete() && list.size() % item == 0;
}

std::optional<Alert> check_names(ByteReader body) {
    // RFC 6066 §3: at most one name of a type; only host_name exists.
    ByteReader list{body.vector(2, 1)};
    if (!body.is_complete()) return Alert::DecodeError;
    bool had_host = false;
    while (!list.is_empty()) {
        const bool is_host = list.u8() == 0;
        const Bytes name = list.vector(2, 1);
        if (list.failed() || (is_host && had_host)) return Alert::DecodeError;
        if (is_host && std::ranges::find(name, 0) != name.end()) return Alert::DecodeError;
        had_host = had_host || is_host;
    }
    return std::nullopt;
}

std::optional<Alert> check_protocols(ByteReader body) {
    ByteReader list{body.vector(2, 2)};
    if (!body.is_complete()) return Alert::DecodeError;
    while (!list.is_empty()) list.vector(1, 1);
    return list.failed() ? std::optional{Alert::DecodeError} : std::nullopt;
}

std::optional<Alert> check_shares(ByteReader body) {
    ByteReader list{body.vector(2)};
    if (!body.is_complete()) return Alert::DecodeError;
    std::array<std::uint16_t, 32> groups{};
    for (std::size_t i = 0; !list.is_empty(); ++i) {
        const std::uint16_t group = list.u16();
        list.vector(2, 1);
        if (list.failed()) return Alert::DecodeError;
        // RFC 8446 §4.2.8: one share a group. A hello with more than 32 has some twice, or none of
        // them that matter.
        const std::span known = std::span{groups}.first(std::min(i, groups.size()));
        if (std::ranges::find(known, group) != known.end()) return Alert::IllegalParameter;
        if (i < groups.size()) groups[i] = group;
    }
    return std::nullopt;
}

std::optional<Alert> check_psk(ByteReader body) {
    ByteReader identities{body.vector(2, 7)};
    ByteReader binders{body.vector(2, 33)};
    if (!body.is_complete()) return Alert::DecodeError;
    std::size_t difference = 0;
    while (!identities.is_empty()) {
        identities.vector(2, 1);
        identities.u32();
        ++difference;
    }
    while (!binders.is_empty()) {
        binders.vector(1, 32);
        --difference;
    }
    if (identities.failed() || binders.failed()) return Alert::DecodeError;
    // RFC 8446 §4.2.11: a binder an identity.
    return difference == 0 ? std::nullopt : std::optional{Alert::IllegalParameter};
}

std::optional<Alert> check_status_request(ByteReader body) {
    if (body.u8() != 1) return std::nullopt;  // of an unknown kind: ignored, RFC 6066 §8
    body.vector(2);
    body.vector(2);
    return body.is_complete() ? std::nullopt : std::optional{Alert::DecodeError};
}

std::optional<Alert> check_number(Extension extension, std::size_t width, std::uint32_t low,
                                  std::uint32_t high) {
    ByteReader body{extension.body};
    const std::uint32_t value = body.number(width);
    if (!body.is_complete()) return Alert::DecodeError;
    return value < low || value > high ? std::optional{Alert::IllegalParameter} : std::nullopt;
}

}  // namespace

std::uint8_t allowed_in(ExtensionType type) {
    const auto row = std::ranges::find(kPlaces, type, &Place::type);
    return row == kPlaces.end() ? std::uint8_t{0} : row->messages;
}

std::optional<Alert> ExtensionList::parse(Bytes bytes, Alert duplicate) {
    count_ = 0;
    last_.reset();
    ByteReader reader{bytes};
    SeenTypes seen;
    bool has_duplicate = false;
    while (!reader.is_empty()) {
        const std::uint16_t type = reader.u16();
        const Bytes body = reader.vector(2);
        if (reader.failed()) return Alert::DecodeError;
        has_duplicate = !seen.add(type) || has_duplicate;
        last_ = static_cast<ExtensionType>(type);
        const bool is_kept = allowed_in(*last_) != 0 || count_ < kMost / 2;
        if (is_kept && count_ < kMost) extensions_[count_++] = {*last_, body};
    }
    return has_duplicate ? std::optional{duplicate} : std::nullopt;
}

const Extension* ExtensionList::find(ExtensionType type) const {
    for (const Extension& extension : all())
        if (extension.type == type) return &extension;
    return nullptr;
}

std::optional<Alert> check_body(const Extension& extension) {
    ByteReader body{extension.body};
    bool is_well_formed = true;
    switch (extension.type) {
        case ServerName:
            return check_names(body);
        case MaxFragmentLength:
            return check_number(extension, 1, 1, 4);  // RFC 6066 §4
        case RecordSizeLimit:
            return check_number(extension, 2, 64, 0xFFFF);  // RFC 8449 §4
        case StatusRequest:
            return check_status_request(body);
        case Alpn:
            return check_protocols(body);
        case KeyShare:
            return check_shares(body);
        case PreSharedKey:
            return check_psk(body);
        case SupportedGroups:
        case SignatureAlgorithms:
        case SignatureAlgorithmsCert:
            is_well_formed = is_list_of_pairs(body, 2, 2);
            break;
        case SupportedVersions:
        case CompressCertificate:
            is_well_formed = is_list_of_pairs(body, 1, 2);
            break;
        case PskKeyExchangeModes:
        case EcPointFormats:
            body.vector(1, 1);
            is_well_formed = body.is_complete();
            break;
        case Cookie:
            body.vector(2, 1);
            is_well_formed = body.is_complete();
            break;
        case CertificateAuthorities: {
            ByteReader list{body.vector(2, 3)};
            while (!list.is_empty()) list.vector(2, 1);
            is_well_formed = body.is_complete() && !list.failed();
            break;
        }
        case EarlyData:
        case PostHandshakeAuth:
        case SignedCertificateTimestamp:
        case EncryptThenMac:
        case ExtendedMasterSecret:
            is_well_formed = extension.body.empty();
            break;
        default:
            break;
    }
    return is_well_formed ? std::nullopt : std::optional{Alert::DecodeError};
}

Bytes list_of(Bytes body, std::size_t length_width) {
    return ByteReader{body}.vector(length_width);
}

bool contains_value(Bytes list, std::uint16_t value) {
    for (std::size_t i = 0; i < list.size() / 2; ++i)
        if (value_at(list, i) == value) return true;
    return false;
}

}  // namespace seedwire::tls
