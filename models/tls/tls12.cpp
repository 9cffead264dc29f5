// TLS 1.2 as a pattern of flights, to compare with. RFC 5246 §7.3, RFC 5077 §3.
#include "models/tls/negotiation.h"
#include "models/tls/parts.h"

namespace seedwire::tls {

bool Endpoint::Parts::is_expected_in_tls12(HandshakeType) const { return false; }
bool Endpoint::Parts::tls12_takes_ccs(const Record&) { return false; }
void Endpoint::Parts::on_older_server_hello(Bytes) { fail(Alert::ProtocolVersion); }

void Endpoint::Parts::on_older_client_hello(const ClientHello&, Bytes) {
    fail(Alert::ProtocolVersion);
}

}  // namespace seedwire::tls
