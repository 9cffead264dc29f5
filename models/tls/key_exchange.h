// Key shares as bytes of the right length and form, and the secret two of them agree on.
// RFC 8446 §4.2.8, §7.4; RFC 7748 §6; FIPS 203 §7.2; draft-ietf-tls-ecdhe-mlkem.
#pragma once

#include <cstdint>
#include <optional>

#include "models/tls/bytes.h"
#include "models/tls/config.h"
#include "models/tls/secrets.h"

namespace seedwire::tls {

/// Appends the share of a key pair made from `entropy`, as `role` sends it.
void write_share(Group group, Role role, std::uint64_t entropy, ByteWriter& out);

/// What is wrong with a share that `role` has sent: its length, a point off the curve, a low-order
/// point (the shared secret would be zero), a KEM key that fails its check.
std::optional<Alert> check_share(Group group, Role role, Bytes share);

/// The secret that both ends get, whoever asks.
Secret agree(Group group, Bytes client_share, Bytes server_share);

}  // namespace seedwire::tls
