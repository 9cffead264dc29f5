// The list of extensions of a message: taken apart, checked, searched. RFC 8446 §4.2.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "models/tls/bytes.h"
#include "models/tls/types.h"

namespace seedwire::tls {

/// Messages that carry extensions, as bits.
namespace in {
constexpr std::uint8_t kClientHello = 1, kServerHello = 2, kEncryptedExtensions = 4,
                       kCertificate = 8, kCertificateRequest = 16, kNewSessionTicket = 32,
                       kHelloRetryRequest = 64;
}  // namespace in

/// Where an extension may appear, from the table of RFC 8446 §4.2; 0: the model does not know it.
std::uint8_t allowed_in(ExtensionType type);

struct Extension {
    ExtensionType type{};
    Bytes body;
};

/// Extensions in the order of the message, without those beyond kMost (which no peer sends).
class ExtensionList {
public:
    static constexpr std::size_t kMost = 64;

    /// Takes `bytes` apart. DecodeError if they are no list of extensions; `duplicate` if a type
    /// occurs twice.
    std::optional<Alert> parse(Bytes bytes, Alert duplicate);

    std::span<const Extension> all() const { return {extensions_.data(), count_}; }
    const Extension* find(ExtensionType type) const;
    bool has(ExtensionType type) const { return find(type) != nullptr; }
    bool ends_with(ExtensionType type) const { return last_ == type; }

private:
    std::array<Extension, kMost> extensions_;
    std::size_t count_ = 0;
    std::optional<ExtensionType> last_;
};

/// Whether the body has the form that the extension has in a ClientHello, and values that are
/// allowed whoever says them; what it means is the negotiation's business.
std::optional<Alert> check_body(const Extension& extension);

/// The values of a list with a length in front, such as supported_groups; empty if malformed.
Bytes list_of(Bytes body, std::size_t length_width);
/// One of the 16-bit values of a list without its length.
inline std::uint16_t value_at(Bytes list, std::size_t index) {
    return static_cast<std::uint16_t>(list[2 * index] << 8 | list[2 * index + 1]);
}
bool contains_value(Bytes list, std::uint16_t value);

}  // namespace seedwire::tls
