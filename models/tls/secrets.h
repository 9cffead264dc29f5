// Secrets as abstract values: equal if both ends went the same way, different otherwise. The tree
// is that of RFC 8446 §7.1; nothing is computed but a hash with a written definition.
#pragma once

#include <cstdint>

#include "models/tls/bytes.h"
#include "sim/base/stable_hash.h"

namespace seedwire::tls {

/// 0 stands for "none" (a record without protection, no PSK); derived ones are never 0.
using Secret = std::uint64_t;

/// HKDF-Expand-Label's place in the model. `label` tells uses apart: see below.
constexpr Secret derive(Secret from, std::uint64_t label, std::uint64_t context = 0) {
    const std::uint64_t value = combine_hash(combine_hash(from, label), context);
    return value == 0 ? 1 : value;
}

/// Labels of RFC 8446 §7.1 to §7.3, §4.4.4 and §4.6.1.
namespace label {
constexpr std::uint64_t kBinder = 1,  ///< "res binder" and "ext binder"
    kClientEarly = 2, kHandshake = 3, kClientHandshake = 4, kServerHandshake = 5, kMaster = 6,
                        kClientApplication = 7, kServerApplication = 8, kExporter = 9,
                        kResumptionMaster = 10, kResumption = 11, kFinished = 12,
                        kTrafficUpdate = 13, kEarly = 14, kSignature = 15, kTls12Master = 16,
                        kTls12Client = 17, kTls12Server = 18;
}  // namespace label

/// The hash of all messages so far, in order. RFC 8446 §4.4.1.
class Transcript {
public:
    void add(Bytes message) { value_ = hash_bytes(value_, message); }
    void add_digest(std::uint64_t digest) { value_ = combine_hash(value_, digest); }
    /// The first ClientHello before a HelloRetryRequest counts by its hash alone.
    void replace_by_message_hash() { value_ = combine_hash(kMessageHash, value_); }
    std::uint64_t value() const { return value_; }

private:
    static constexpr std::uint64_t kMessageHash = 254;
    std::uint64_t value_ = 0;
};

}  // namespace seedwire::tls
