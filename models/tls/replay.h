// Somebody who saw a client's first flight go by and sends it again: he knows no key, and needs
// none. RFC 8446 §8, §E.5.
#pragma once

#include <cstdint>
#include <vector>

#include "models/tls/record_log.h"

namespace seedwire::tls {

/// ClientHello, change_cipher_spec and early data, sealed as they were.
struct FirstFlight {
    struct Item {
        Record record;
        std::vector<std::uint8_t> content;  ///< of handshake and other small records
    };
    std::vector<Item> items;
    std::uint32_t early_bytes = 0;  ///< application data in it
};

/// All that a client has said so far, before anything of it was consumed.
FirstFlight copy_flight(const RecordLog& log);

/// Appends the same records, byte for byte.
void append_flight(const FirstFlight& flight, RecordLog& log);

}  // namespace seedwire::tls
