// What observers are told about TLS: the records that an end has made, and its events.
#include <algorithm>
#include <array>

#include "models/app/tls_sockets.h"

namespace seedwire::app {
namespace {

/// Handshake content, however many pieces it lies in.
class ContentReader {
public:
    ContentReader(const tls::RecordLog& log, const tls::Record& record)
        : pieces_{log.pieces(record)} {}

    /// At most `size` bytes from `offset` on; what is not there is 0.
    void peek(std::uint64_t offset, std::uint8_t* out, std::size_t size) const {
        std::fill(out, out + size, std::uint8_t{0});
        for (const tls::Piece& piece : pieces_) {
            for (std::size_t i = 0; i < size; ++i) {
                if (offset + i < base(piece)) continue;
                const std::uint64_t at = offset + i - base(piece);
                if (at < piece.length) out[i] = piece.data[at];
            }
        }
    }

private:
    std::uint64_t base(const tls::Piece& piece) const {
        std::uint64_t sum = 0;
        for (const tls::Piece& other : pieces_) {
            if (&other == &piece) break;
            sum += other.length;
        }
        return sum;
    }
    std::span<const tls::Piece> pieces_;
};

constexpr std::uint32_t kMessageHeader = 4;  // type, length of 24 bits; RFC 8446 §4
constexpr std::uint32_t kRandomAt = kMessageHeader + 2;
/// The beginning of the random that makes a ServerHello a HelloRetryRequest. RFC 8446 §4.1.3.
constexpr std::array<std::uint8_t, 4> kRetryRandom{0xCF, 0x21, 0xAD, 0x74};

}  // namespace

void TlsSockets::report_records(Time now, Connection& c) {
    const tls::RecordLog& log = place_.is_client ? c.logs->from_client : c.logs->from_server;
    for (std::uint64_t n = std::max(c.records_seen, log.first()); n < log.count(); ++n) {
        const tls::Record& record = log[n];
        trace::TlsRecord out;
        out.at = now;
        out.connection = c.dense_id;
        out.client = place_.is_client;
        out.begin = record.begin;
        out.end = record.end();
        out.type = record.key == 0 ? record.type : record.inner_type;
        out.epoch = static_cast<std::uint8_t>(record.epoch);
        out.content = record.content;
        if (out.type == static_cast<std::uint8_t>(tls::ContentType::Handshake))
            report_messages(out, c, log, record);
        if (out.type == static_cast<std::uint8_t>(tls::ContentType::Alert)) {
            std::array<std::uint8_t, 2> alert{};
            ContentReader{log, record}.peek(0, alert.data(), alert.size());
            out.alert = alert[1];
        }
        place_.recorder->record(out);
    }
    c.records_seen = log.count();
}

/// Which messages a record holds, whole or in part.
void TlsSockets::report_messages(trace::TlsRecord& out, Connection& c, const tls::RecordLog& log,
                                 const tls::Record& record) const {
    const ContentReader content{log, record};
    std::uint32_t at = 0;
    while (at < record.content) {
        const bool continues = c.message_left > 0;
        if (!continues) {
            std::array<std::uint8_t, kMessageHeader> header{};
            content.peek(at, header.data(), header.size());
            c.message_type = header[0];
            c.message_left = kMessageHeader + (std::uint32_t{header[1]} << 16 |
                                               std::uint32_t{header[2]} << 8 | header[3]);
            std::array<std::uint8_t, kRetryRandom.size()> random{};
            content.peek(at + kRandomAt, random.data(), random.size());
            if (c.message_type == static_cast<std::uint8_t>(tls::HandshakeType::ServerHello) &&
                random == kRetryRandom)
                c.message_type = static_cast<std::uint8_t>(tls::HandshakeType::HelloRetryRequest);
        }
        const std::uint32_t here = std::min(c.message_left, record.content - at);
        if (out.messages < trace::TlsRecord::kMostMessages)
            out.message[out.messages++] = {c.message_type, continues, here};
        c.message_left -= here;
        at += here;
    }
}

void TlsSockets::report_event(Time now, const Connection& c, const tls::Event& event) const {
    const tls::Info& info = c.endpoint->info();
    trace::TlsEvent out;
    out.at = now;
    out.connection = c.dense_id;
    out.client = place_.is_client;
    out.kind = static_cast<std::uint8_t>(event.kind);
    out.message = static_cast<std::uint8_t>(event.message);
    out.alert = static_cast<std::uint8_t>(event.alert);
    out.epoch = static_cast<std::uint8_t>(event.epoch);
    out.from = static_cast<std::uint8_t>(event.from);
    out.to = static_cast<std::uint8_t>(event.to);
    out.is_peer = event.is_peer;
    out.amount = event.amount;
    out.version = info.version;
    out.suite = static_cast<std::uint16_t>(info.suite);
    out.group = static_cast<std::uint16_t>(info.group);
    out.is_resumed = info.is_resumed;
    place_.recorder->record(out);
}

}  // namespace seedwire::app
