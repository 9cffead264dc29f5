#include "harness/observe/certificate_der.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace seedwire::observe {
namespace {

using Der = std::vector<std::uint8_t>;
using tls::KeyAlgorithm;

// Tags of X.690 §8.
constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04,
                       kObjectIdentifier = 0x06, kEnumerated = 0x0A, kUtf8String = 0x0C,
                       kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18,
                       kSequence = 0x30, kSet = 0x31, kContext0 = 0xA0, kContext2 = 0xA2,
                       kContext3 = 0xA3, kPrimitive0 = 0x80, kDnsName = 0x82;

Der tlv(std::uint8_t tag, std::span<const std::uint8_t> content) {
    Der out{tag};
    const std::size_t size = content.size();
    if (size < 0x80) {
        out.push_back(static_cast<std::uint8_t>(size));
    } else {
        const int bytes = size > 0xFFFF ? 3 : size > 0xFF ? 2 : 1;
        out.push_back(static_cast<std::uint8_t>(0x80 + bytes));
        for (int i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
    }
    out.insert(out.end(), content.begin(), content.end());
    return out;
}

Der tlv(std::uint8_t tag, std::initializer_list<Der> parts) {
    Der content;
    for (const Der& part : parts) content.insert(content.end(), part.begin(), part.end());
    return tlv(tag, content);
}

Der text(std::uint8_t tag, std::string_view value) {
    return tlv(tag, Der{value.begin(), value.end()});
}

/// "1.2.840.10045.2.1"; X.690 §8.19.
Der identifier(std::string_view dotted) {
    Der content;
    std::uint32_t first = 0;
    int position = 0;
    while (!dotted.empty()) {
        const std::size_t dot = std::min(dotted.find('.'), dotted.size());
        std::uint32_t arc = 0;
        for (const char digit : dotted.substr(0, dot))
            arc = arc * 10 + static_cast<std::uint32_t>(digit - '0');
        dotted.remove_prefix(std::min(dot + 1, dotted.size()));
        if (position++ == 0) {
            first = arc;
            continue;
        }
        if (position == 2) arc += first * 40;
        Der septets{static_cast<std::uint8_t>(arc & 0x7F)};
        for (arc >>= 7; arc > 0; arc >>= 7)
            septets.push_back(static_cast<std::uint8_t>(0x80 | (arc & 0x7F)));
        content.insert(content.end(), septets.rbegin(), septets.rend());
    }
    return tlv(kObjectIdentifier, content);
}

Der filler(std::uint64_t key, std::size_t size) {
    Der out(size);
    tls::fill_bytes(key, out);
    return out;
}

/// Positive, of exactly that many content bytes.
Der integer(std::uint64_t key, std::size_t size) {
    Der content = filler(key, size);
    content[0] = static_cast<std::uint8_t>((content[0] & 0x3F) | 0x40);
    return tlv(kInteger, content);
}

Der bit_string(const Der& content) {
    Der bits{0};  // unused bits
    bits.insert(bits.end(), content.begin(), content.end());
    return tlv(kBitString, bits);
}

/// How a kind of key is written. RFC 3279, RFC 5480, RFC 8410;
/// draft-ietf-lamps-dilithium-certificates, draft-ietf-lamps-x509-slhdsa; Falcon as in the
/// experiments of Open Quantum Safe.
struct KeyNames {
    KeyAlgorithm key;
    std::string_view public_key, curve, signature;
};
constexpr std::string_view kRsa = "1.2.840.113549.1.1.1", kRsaSha256 = "1.2.840.113549.1.1.11",
                           kEc = "1.2.840.10045.2.1";
constexpr KeyNames kNames[] = {
    {KeyAlgorithm::Rsa2048, kRsa, "", kRsaSha256},
    {KeyAlgorithm::Rsa3072, kRsa, "", kRsaSha256},
    {KeyAlgorithm::Rsa4096, kRsa, "", kRsaSha256},
    {KeyAlgorithm::P256, kEc, "1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"},
    {KeyAlgorithm::P384, kEc, "1.3.132.0.34", "1.2.840.10045.4.3.3"},
    {KeyAlgorithm::P521, kEc, "1.3.132.0.35", "1.2.840.10045.4.3.4"},
    {KeyAlgorithm::Ed25519, "1.3.101.112", "", "1.3.101.112"},
    {KeyAlgorithm::Mldsa44, "2.16.840.1.101.3.4.3.17", "", "2.16.840.1.101.3.4.3.17"},
    {KeyAlgorithm::Mldsa65, "2.16.840.1.101.3.4.3.18", "", "2.16.840.1.101.3.4.3.18"},
    {KeyAlgorithm::Mldsa87, "2.16.840.1.101.3.4.3.19", "", "2.16.840.1.101.3.4.3.19"},
    {KeyAlgorithm::SlhdsaSha2With128s, "2.16.840.1.101.3.4.3.20", "", "2.16.840.1.101.3.4.3.20"},
    {KeyAlgorithm::SlhdsaSha2With128f, "2.16.840.1.101.3.4.3.21", "", "2.16.840.1.101.3.4.3.21"},
    {KeyAlgorithm::SlhdsaSha2With192s, "2.16.840.1.101.3.4.3.22", "", "2.16.840.1.101.3.4.3.22"},
    {KeyAlgorithm::SlhdsaSha2With256s, "2.16.840.1.101.3.4.3.24", "", "2.16.840.1.101.3.4.3.24"},
    {KeyAlgorithm::Falcon512, "1.3.9999.3.6", "", "1.3.9999.3.6"},
    {KeyAlgorithm::Falcon1024, "1.3.9999.3.9", "", "1.3.9999.3.9"},
};

const KeyNames& names_of(KeyAlgorithm key) {
    const auto* row = std::ranges::find(kNames, key, &KeyNames::key);
    return row == std::end(kNames) ? kNames[0] : *row;
}

Der null() { return {0x05, 0x00}; }

Der signature_algorithm(KeyAlgorithm key) {
    const KeyNames& names = names_of(key);
    return tlv(kSequence,
               {identifier(names.signature), names.signature == kRsaSha256 ? null() : Der{}});
}

Der public_key(KeyAlgorithm key, std::uint64_t seed) {
    const KeyNames& names = names_of(key);
    const std::size_t size = tls::facts(key).public_key;
    if (names.public_key == kRsa) {
        Der modulus = filler(seed, size + 1);
        modulus[0] = 0;  // a positive number with its highest bit set
        modulus[1] |= 0x80;
        modulus.back() |= 1;
        const Der exponent = tlv(kInteger, Der{1, 0, 1});
        return tlv(kSequence, {tlv(kSequence, {identifier(kRsa), null()}),
                               bit_string(tlv(kSequence, {tlv(kInteger, modulus), exponent}))});
    }
    Der value = filler(seed, size);
    const bool is_on_curve = !names.curve.empty();
    if (is_on_curve) value[0] = 4;  // an uncompressed point, SEC 1 §2.3.3
    return tlv(kSequence, {tlv(kSequence, {identifier(names.public_key),
                                           is_on_curve ? identifier(names.curve) : Der{}}),
                           bit_string(value)});
}

/// ECDSA's is a pair of numbers, of its usual size with one highest bit set; others are opaque.
Der signature(KeyAlgorithm key, std::uint64_t seed) {
    const std::size_t size = tls::facts(key).signature;
    if (names_of(key).curve.empty()) return filler(seed, size);
    const std::size_t half = (tls::facts(key).public_key - 1U) / 2;
    const std::size_t numbers = size - (size < 0x82 ? 2U : 3U) - 4;
    if (numbers < half + 1 || numbers - half > half + 1) return filler(seed, size);
    Der r = filler(seed, numbers - half), s = filler(seed + 1, half);
    r[0] = numbers - half > half ? 0 : (r[0] & 0x3F) | 0x40;
    r[1] |= 0x80;
    s[0] = static_cast<std::uint8_t>((s[0] & 0x3F) | 0x40);
    return tlv(kSequence, {tlv(kInteger, r), tlv(kInteger, s)});
}

constexpr std::size_t kLongestName = 64;  // ub-common-name, RFC 5280 §A.1

Der name(std::string_view common) {
    const Der attribute =
        tlv(kSequence, {identifier("2.5.4.3"), text(kUtf8String, common.substr(0, kLongestName))});
    return tlv(kSequence, {tlv(kSet, attribute)});
}

/// On the clock of the capture, whose first moment is the start of 1970. RFC 5280 §4.1.2.5.
Der moment(Duration at) {
    constexpr std::int64_t kDay = 86'400;
    std::int64_t seconds = at.ns() / 1'000'000'000;
    std::int64_t days = seconds / kDay;
    seconds %= kDay;
    if (seconds < 0) seconds += kDay, --days;
    // From days to a date: eras of 400 years, whose years begin in March.
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t day = days - era * 146'097;
    const std::int64_t year = (day - day / 1460 + day / 36'524 - day / 146'096) / 365;
    const std::int64_t of_year = day - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    const std::int64_t civil_month = month < 10 ? month + 3 : month - 9;
    const std::int64_t civil_year = year + era * 400 + (civil_month <= 2 ? 1 : 0);
    const std::string rest =
        fmt::format("{:02}{:02}{:02}{:02}{:02}Z", civil_month, of_year - (153 * month + 2) / 5 + 1,
                    seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (civil_year >= 1950 && civil_year < 2050)
        return text(kUtcTime, fmt::format("{:02}{}", civil_year % 100, rest));
    return text(kGeneralizedTime, fmt::format("{:04}{}", civil_year, rest));
}

Der extension(std::string_view id, bool is_critical, const Der& value) {
    return tlv(kSequence, {identifier(id), is_critical ? Der{kBoolean, 1, 0xFF} : Der{},
                           tlv(kOctetString, value)});
}

/// How much of a certificate is written: what does not fit is left out.
enum class Contents : std::uint8_t { All, NoIdentifiers, NamesOnly, Nothing };

Der extensions(const tls::Certificate& c, tls::CertificateId id, Contents contents) {
    Der list;
    const auto add = [&list](const Der& one) { list.insert(list.end(), one.begin(), one.end()); };
    if (contents == Contents::Nothing) return list;
    if (!c.names.empty()) {
        Der names;
        for (const std::string& dns : c.names) {
            const Der one = text(kDnsName, dns);
            names.insert(names.end(), one.begin(), one.end());
        }
        add(extension("2.5.29.17", false, tlv(kSequence, names)));
    }
    if (contents == Contents::NamesOnly) return list;
    const Der constraints = c.is_ca ? Der{kBoolean, 1, 0xFF} : Der{};
    add(extension("2.5.29.19", true, tlv(kSequence, constraints)));
    // keyCertSign and cRLSign, or digitalSignature. RFC 5280 §4.2.1.3.
    add(extension("2.5.29.15", true,
                  c.is_ca ? Der{kBitString, 2, 1, 6} : Der{kBitString, 2, 7, 0x80}));
    if (contents == Contents::NoIdentifiers) return list;
    if (!c.is_ca) {
        const Der both =
            tlv(kSequence, {identifier("1.3.6.1.5.5.7.3.1"), identifier("1.3.6.1.5.5.7.3.2")});
        add(extension("2.5.29.37", false, both));
    }
    const auto key_id = [](tls::CertificateId of) { return filler(tls::Pki::key_of(of), 20); };
    add(extension("2.5.29.14", false, tlv(kOctetString, key_id(id))));
    const tls::CertificateId issuer = c.issuer == 0 ? id : c.issuer;
    add(extension("2.5.29.35", false, tlv(kSequence, {tlv(kPrimitive0, key_id(issuer))})));
    return list;
}

/// Fills a certificate up: Netscape's comment, in no RFC and read by everybody.
Der comment_extension(std::size_t length) {
    std::string said = "simulated: filler up to the size that the model gave this certificate ";
    said.resize(length, '.');
    return extension("2.16.840.1.113730.1.13", false, text(kIa5String, said));
}

struct Draft {
    const tls::Pki& pki;
    tls::CertificateId id;
    Contents contents;
    std::size_t serial = 8;   ///< bytes, RFC 5280 §4.1.2.2: at most 20
    std::size_t comment = 0;  ///< characters; 0: none

    Der write() const {
        const tls::Certificate& c = pki[id];
        const std::string& issuer = c.issuer == 0 ? c.subject : pki[c.issuer].subject;
        const std::uint64_t key = tls::Pki::key_of(id);
        Der list = extensions(c, id, contents);
        if (comment > 0) {
            const Der filled = comment_extension(comment);
            list.insert(list.end(), filled.begin(), filled.end());
        }
        const Der version = tlv(kContext0, Der{kInteger, 1, 2});
        const Der validity = tlv(kSequence, {moment(c.not_before), moment(c.not_after)});
        const Der body =
            tlv(kSequence, {list.empty() ? Der{} : version, integer(key + 1, serial),
                            signature_algorithm(c.signed_by), name(issuer), validity,
                            name(c.subject), public_key(c.key, key + 2),
                            list.empty() ? Der{} : tlv(kContext3, tlv(kSequence, list))});
        return tlv(kSequence, {body, signature_algorithm(c.signed_by),
                               bit_string(signature(c.signed_by, key + 3))});
    }
};

/// Lengths of lengths make some sizes unreachable by one filling; a longer serial number helps.
bool fit(Draft& draft, std::size_t size, Der& out) {
    for (draft.serial = 8; draft.serial <= 20; ++draft.serial) {
        draft.comment = 0;
        for (int attempt = 0; attempt < 6; ++attempt) {
            out = draft.write();
            if (out.size() == size) return true;
            const std::size_t too_long = out.size() > size ? out.size() - size : 0;
            if (too_long >= draft.comment && too_long > 0) break;
            draft.comment = draft.comment + size - out.size();
        }
    }
    return false;
}

/// What `make` makes of as many filler bytes as give exactly that size; empty: none does, since a
/// length takes a byte more where the size needs one less.
template <class Make>
Der of_size(std::size_t size, Make make) {
    const std::size_t least = make(0).size();
    for (std::size_t more = 0; more <= 12 && least + more <= size; ++more) {
        Der out = make(size - least - more);
        if (out.size() == size) return out;
    }
    return {};
}

/// The least that still has the form of a certificate: no names, a key of one byte.
Der smallest_certificate(const tls::Certificate& c, std::size_t size, std::uint64_t key) {
    const Der algorithm = tlv(kSequence, {identifier("1.3.101.112")});
    const Der validity = tlv(kSequence, {moment(c.not_before), moment(c.not_after)});
    const Der no_name = tlv(kSequence, Der{});
    const Der spki = tlv(kSequence, {algorithm, bit_string(filler(key, 1))});
    for (std::size_t serial = 1; serial <= 3; ++serial) {
        const Der body =
            tlv(kSequence, {integer(key, serial), algorithm, no_name, validity, no_name, spki});
        Der out = of_size(size, [&](std::size_t rest) {
            return tlv(kSequence, {body, algorithm, bit_string(filler(key, rest))});
        });
        if (!out.empty()) return out;
    }
    return {};
}

/// DER and no more.
Der opaque_sequence(std::size_t size, std::uint64_t key) {
    for (const Der& head : {Der{}, null()}) {
        Der out = of_size(size, [&](std::size_t rest) {
            return tlv(kSequence, {head, tlv(kOctetString, filler(key, rest))});
        });
        if (!out.empty()) return out;
    }
    return {};
}

/// A BasicOCSPResponse: the certificate is good. RFC 6960 §4.2.1.
Der ocsp_answer(std::size_t signature_size, std::uint64_t key) {
    const Der hash = tlv(kSequence, {identifier("1.3.14.3.2.26"), null()});  // SHA-1, as usual here
    const Der name_hash = tlv(kOctetString, filler(key, 20));
    const Der key_hash = tlv(kOctetString, filler(key + 1, 20));
    const Der certificate = tlv(kSequence, {hash, name_hash, key_hash, integer(key + 2, 8)});
    const Der now = text(kGeneralizedTime, "19700101000000Z");
    const Der answer = tlv(kSequence, {certificate, Der{kPrimitive0, 0}, now});
    const Der responder = tlv(kContext2, key_hash);
    const Der data = tlv(kSequence, {responder, now, tlv(kSequence, {answer})});
    return tlv(kSequence, {data, signature_algorithm(KeyAlgorithm::P256),
                           bit_string(filler(key + 3, signature_size))});
}

}  // namespace

std::vector<std::uint8_t> certificate_der(const tls::Pki& pki, tls::CertificateId id) {
    const std::size_t size = pki[id].der;
    Der out;
    for (const Contents contents :
         {Contents::All, Contents::NoIdentifiers, Contents::NamesOnly, Contents::Nothing}) {
        Draft draft{pki, id, contents};
        if (fit(draft, size, out)) return out;
    }
    const std::uint64_t key = tls::Pki::key_of(id);
    out = smallest_certificate(pki[id], size, key);
    return out.empty() ? opaque_sequence(size, key) : out;
}

std::vector<std::uint8_t> ocsp_response(std::size_t size, std::uint64_t key) {
    const Der successful{kEnumerated, 1, 0};
    const Der basic = identifier("1.3.6.1.5.5.7.48.1.1");
    Der out = of_size(size, [&](std::size_t rest) {
        const Der answer = tlv(kOctetString, ocsp_answer(rest, key));
        return tlv(kSequence, {successful, tlv(kContext0, {tlv(kSequence, {basic, answer})})});
    });
    return out.empty() ? opaque_sequence(size, key) : out;
}

std::vector<std::uint8_t> certificate_timestamp(std::size_t size, std::uint64_t key) {
    constexpr std::size_t kHead = 1 + 32 + 8 + 2, kSignatureHead = 2 + 2;
    Der out = filler(key, size);
    if (size < kHead + kSignatureHead) return out;
    out[0] = 0;  // v1
    for (std::size_t i = 33; i < 36; ++i)
        out[i] = 0;            // milliseconds since 1970: not in the far future
    out[41] = out[42] = 0;     // no extensions
    out[43] = 4, out[44] = 3;  // SHA-256 with ECDSA
    const std::size_t rest = size - kHead - kSignatureHead;
    out[45] = static_cast<std::uint8_t>(rest >> 8), out[46] = static_cast<std::uint8_t>(rest);
    return out;
}

namespace {

void put(const Der& real, std::span<std::uint8_t> place) {
    if (real.size() == place.size()) std::ranges::copy(real, place.begin());
}

std::span<std::uint8_t> writable(std::span<std::uint8_t> message, tls::Bytes part) {
    return message.subspan(static_cast<std::size_t>(part.data() - message.data()), part.size());
}

/// What may stand beside a certificate: a stapled response, timestamps. RFC 8446 §4.4.2.1.
void write_extensions(tls::Bytes list, std::uint64_t key, std::span<std::uint8_t> message) {
    tls::ByteReader reader{list};
    while (!reader.is_empty()) {
        const auto type = static_cast<tls::ExtensionType>(reader.u16());
        tls::ByteReader body{reader.vector(2)};
        if (type == tls::ExtensionType::StatusRequest) {
            body.u8();
            const tls::Bytes staple = body.vector(3);
            put(ocsp_response(staple.size(), key), writable(message, staple));
        } else if (type == tls::ExtensionType::SignedCertificateTimestamp) {
            tls::ByteReader stamps{body.vector(2)};
            while (!stamps.is_empty()) {
                const tls::Bytes stamp = stamps.vector(2);
                put(certificate_timestamp(stamp.size(), ++key), writable(message, stamp));
            }
        }
    }
}

}  // namespace

void write_real_certificates(const tls::Pki& pki, std::uint16_t version,
                             std::span<std::uint8_t> message) {
    constexpr std::size_t kHeader = 4;
    if (message.size() < kHeader) return;
    tls::ByteReader reader{message.subspan(kHeader)};
    if (version == tls::kTls13) reader.vector(1);  // certificate_request_context
    tls::ByteReader list{reader.vector(3)};
    while (!list.is_empty()) {
        const tls::Bytes data = list.vector(3);
        const tls::Bytes beside = version == tls::kTls13 ? list.vector(2) : tls::Bytes{};
        const tls::CertificateId id = pki.find(data);
        if (id == 0) continue;
        put(certificate_der(pki, id), writable(message, data));
        write_extensions(beside, id, message);
    }
}

}  // namespace seedwire::observe
