// From messages to records, and from records to write() calls. RFC 8446 §5.1, §5.4, §6.
#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

constexpr std::uint8_t kCcsValue[1] = {1};

/// The first `count` bytes of the pieces from (`piece`, `offset`) on; moves the two behind them.
void cut(std::span<const Piece> pieces, std::size_t& piece, std::uint32_t& offset,
         std::uint32_t count, std::vector<Piece>& out) {
    out.clear();
    while (count > 0) {
        const Piece& from = pieces[piece];
        const std::uint32_t part = std::min(count, from.length - offset);
        out.push_back({from.data + offset, part});
        count -= part;
        offset += part;
        if (offset == from.length) {
            ++piece;
            offset = 0;
        }
    }
}

}  // namespace

std::uint32_t Endpoint::Parts::content_limit() const {
    std::uint32_t limit = config->max_plaintext;
    if (outgoing_limit != 0) limit = std::min(limit, outgoing_limit);
    return limit;
}

/// A record of this content on the wire, and into the outgoing log.
void Endpoint::Parts::append_record(ContentType type, std::uint32_t content,
                                    std::span<const Piece> pieces, std::uint64_t data_offset) {
    Record record;
    record.type = static_cast<std::uint8_t>(type);
    record.content = content;
    record.data_offset = data_offset;
    record.epoch = write.epoch;
    const bool is_first_hello = info.records_sent == 0 && role == Role::Client;
    record.version = is_first_hello ? kTls10 : kTls12;  // §5.1
    std::uint32_t length = content;
    const bool is_protected = write.secret != 0 && type != ContentType::ChangeCipherSpec;
    if (is_protected) {
        record.inner_type = record.type;
        record.key = write.secret;
        record.sequence = write.sequence++;
        length += protection(content, record);
    }
    record.length = static_cast<std::uint16_t>(length);
    env.outgoing->append(record, pieces);
    ++info.records_sent;
    const std::uint32_t wire = kRecordHeader + length;
    if (type != ContentType::ApplicationData) info.handshake_sent += wire;
    if (type == ContentType::ApplicationData)
        output->writes.push_back(wire);
    else
        buffer(wire);
}

/// What protection adds to the content: of TLS 1.3 inner type, padding and tag.
std::uint32_t Endpoint::Parts::protection(std::uint32_t content, Record& record) const {
    if (info.version == kTls12) return 8 + 16;  // explicit nonce and tag, RFC 5288 §3
    record.type = static_cast<std::uint8_t>(ContentType::ApplicationData);
    const std::uint32_t block = config->padding_block;
    if (block > 0) {
        const std::uint32_t inner = content + 1;
        record.padding = std::min((inner + block - 1) / block * block, kMaxPlaintext + 1) - inner;
    }
    // Early data travel under the suite of the ticket. RFC 8446 §4.2.10
    const Suite suite = write.epoch == Epoch::Early && ticket ? ticket->session.suite : info.suite;
    return 1 + record.padding + facts(suite).tag;
}

/// How a buffered writer gathers: it fills its buffer and hands it on whole; what is then larger
/// than the buffer goes in one write. OpenSSL puts a flight through 4096 bytes this way.
void Endpoint::Parts::buffer(std::uint32_t bytes) {
    const std::uint32_t size = config->write_buffer;
    if (size == 0) {
        output->writes.push_back(bytes);
        return;
    }
    if (bytes > size - buffered) {
        if (buffered > 0) {
            bytes -= size - buffered;
            output->writes.push_back(size);
            buffered = 0;
        }
        if (bytes >= size) {
            output->writes.push_back(bytes);
            return;
        }
    }
    buffered += bytes;
}

void Endpoint::Parts::flush() {
    close_flight();
    if (buffered > 0) output->writes.push_back(buffered);
    buffered = 0;
}

void Endpoint::Parts::append_handshake(std::span<const Piece> pieces, std::uint32_t bytes) {
    std::size_t piece = 0;
    std::uint32_t offset = 0;
    while (bytes > 0) {
        const std::uint32_t part = std::min(bytes, content_limit());
        cut(pieces, piece, offset, part, cut_pieces);
        append_record(ContentType::Handshake, part, cut_pieces, 0);
        bytes -= part;
    }
}

void Endpoint::Parts::close_flight() {
    if (flight.empty()) return;
    append_handshake(flight, flight_bytes);
    flight.clear();
    flight_bytes = 0;
}

void Endpoint::Parts::send_bytes(HandshakeType type, Bytes message) {
    emit({.kind = Event::Kind::MessageSent,
          .message = type,
          .epoch = write.epoch,
          .amount = static_cast<std::uint32_t>(message.size())});
    const Piece piece{message.data(), static_cast<std::uint32_t>(message.size())};
    if (config->coalesces && write.secret != 0) {
        flight.push_back(piece);
        flight_bytes += piece.length;
        return;
    }
    append_handshake({&piece, 1}, piece.length);
}

void Endpoint::Parts::send_message(HandshakeType type, const ByteWriter& message,
                                   std::size_t allocated) {
    env.outgoing->shrink_last(allocated, message.size());
    send_bytes(type, message.written());
}

void Endpoint::Parts::use_write_key(Secret secret, Epoch epoch) {
    close_flight();
    write = {secret, 0, epoch};
}

/// RFC 8446 §D.4: never protected, whatever else is.
void Endpoint::Parts::send_ccs() {
    close_flight();
    const Piece piece{kCcsValue, 1};
    append_record(ContentType::ChangeCipherSpec, 1, {&piece, 1}, 0);
    ccs_sent = true;
    emit({.kind = Event::Kind::CcsSent});
}

void Endpoint::Parts::send_ccs_if_due() {
    if (ccs_sent || !config->is_compatible || info.version == kTls12) return;
    const SendsCcs habit = role == Role::Client ? profile->client_ccs : profile->server_ccs;
    const bool is_due = habit == SendsCcs::Always ||
                        (habit == SendsCcs::IfSessionId && hello.session_id_length > 0);
    if (is_due) send_ccs();
}

void Endpoint::Parts::send_alert(Alert alert) {
    close_flight();
    if (role == Role::Client && write.epoch == Epoch::Handshake) send_ccs_if_due();
    const std::span<std::uint8_t> content = storage(2);
    content[0] = is_fatal(alert) ? 2 : 1;
    content[1] = static_cast<std::uint8_t>(alert);
    const Piece piece{content.data(), 2};
    emit({.kind = Event::Kind::AlertSent, .alert = alert, .epoch = write.epoch});
    append_record(ContentType::Alert, 2, {&piece, 1}, 0);
    if (alert == Alert::UserCanceled) return;
    if (alert == Alert::CloseNotify) close_sent = true;
    info.sent = alert;
}

/// Application bytes [offset, offset + bytes) in records; the last one is what is left.
std::uint32_t Endpoint::Parts::send_data(std::uint32_t bytes, std::uint64_t offset) {
    flush();
    for (std::uint32_t left = bytes; left > 0;) {
        const std::uint32_t part = std::min(left, content_limit());
        append_record(ContentType::ApplicationData, part, {}, offset);
        output->bulk_work += price_of_record(part);
        offset += part;
        left -= part;
    }
    return bytes;
}

Duration Endpoint::Parts::price_of_record(std::uint32_t content) const {
    if (!config->has_costs) return Duration::zero();
    const SuiteFacts& suite = facts(info.suite);
    return suite.per_record + suite.per_16_kib * content / 16'384;
}

}  // namespace seedwire::tls
