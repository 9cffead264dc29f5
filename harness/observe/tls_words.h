// Words for what happens in TLS, the same in ladders, events and summaries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/tls/endpoint.h"
#include "models/trace/records.h"

namespace seedwire::observe {

/// Of a tls::Event::Kind: "negotiated", "alert_sent".
std::string_view tls_event_word(std::uint8_t kind);
/// "TLS 1.3"; empty for 0.
std::string_view tls_version_word(std::uint16_t version);
/// What a record holds: "ServerHello", "Certificate (continued), Finished", "data 300 B".
std::string tls_record_text(const trace::TlsRecord& record);

}  // namespace seedwire::observe
