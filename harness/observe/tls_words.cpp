#include "harness/observe/tls_words.h"

#include <fmt/format.h>

#include <array>

#include "sim/base/assert.h"

namespace seedwire::observe {

std::string_view tls_event_word(std::uint8_t kind) {
    static constexpr std::array<std::string_view, 18> kWords{"state",
                                                             "message_sent",
                                                             "message_received",
                                                             "change_cipher_spec_sent",
                                                             "negotiated",
                                                             "handshake_done",
                                                             "early_data_accepted",
                                                             "early_data_refused",
                                                             "data",
                                                             "early_data",
                                                             "ticket_received",
                                                             "ticket_sent",
                                                             "key_updated",
                                                             "client_authenticated",
                                                             "alert_sent",
                                                             "alert_received",
                                                             "closed_by_peer",
                                                             "truncated"};
    static_assert(static_cast<std::size_t>(tls::Event::Kind::Truncated) + 1 == kWords.size());
    SEEDWIRE_ASSERT(kind < kWords.size());
    return kWords[kind];
}

std::string_view tls_version_word(std::uint16_t version) {
    if (version == tls::kTls13) return "TLS 1.3";
    return version == tls::kTls12 ? "TLS 1.2" : "";
}

std::string tls_record_text(const trace::TlsRecord& record) {
    switch (static_cast<tls::ContentType>(record.type)) {
        case tls::ContentType::Alert:
            return fmt::format("alert {}", tls::name_of(static_cast<tls::Alert>(record.alert)));
        case tls::ContentType::ApplicationData:
            return fmt::format("data {} B", record.content);
        case tls::ContentType::ChangeCipherSpec:
            return "ChangeCipherSpec";
        case tls::ContentType::Handshake:
            break;
    }
    std::string text;
    for (std::uint8_t i = 0; i < record.messages; ++i) {
        const trace::TlsRecord::Message& message = record.message[i];
        text += fmt::format("{}{}{}", i > 0 ? ", " : "",
                            tls::name_of(static_cast<tls::HandshakeType>(message.type)),
                            message.continues ? " (continued)" : "");
    }
    return text;
}

}  // namespace seedwire::observe
