// A ClientHello taken apart. RFC 8446 §4.1.2.
#pragma once

#include "models/tls/extensions.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

/// Refers to the bytes of the message.
struct ClientHello {
    std::uint16_t version = 0;
    Bytes random, session_id, suites, compressions;
    ExtensionList extensions;

    std::optional<Alert> parse(Bytes message, const Dialect& dialect);
    /// The items of a list that an extension is; empty if it is absent.
    Bytes list(ExtensionType type, std::size_t width) const;
    Bytes share_of(Group group) const;  ///< empty: none
    /// A hash of all that a second ClientHello must repeat.
    std::uint64_t fingerprint() const;
};

}  // namespace seedwire::tls
