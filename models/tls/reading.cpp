// From records to messages: headers, protection, inner types, fragments, alerts. RFC 8446 §5, §6.
#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

namespace {

constexpr std::uint8_t kCcs = 20, kAlert = 21, kHandshake = 22, kData = 23;
constexpr std::size_t kMessageHeader = 4;

std::uint32_t length_in(Bytes message) {
    return std::uint32_t{message[1]} << 16 | std::uint32_t{message[2]} << 8 | message[3];
}

/// RFC 8446 §5.2: how much larger a protected record may be than its content.
std::optional<Alert> check_header(const Record& record, bool is_protected) {
    if (record.type < kCcs || record.type > kData) return Alert::UnexpectedMessage;
    const bool is_sealed = is_protected && record.type == kData;
    const std::uint32_t limit = is_sealed || record.type == kData ? kMaxCiphertext : kMaxPlaintext;
    if (record.length > limit) return Alert::RecordOverflow;
    return std::nullopt;
}

/// The content of a record that has only a few bytes, in one piece.
Bytes short_content(std::span<const Piece> pieces, std::span<std::uint8_t> storage) {
    std::size_t count = 0;
    for (const Piece& piece : pieces)
        for (std::uint32_t i = 0; i < piece.length && count < storage.size(); ++i)
            storage[count++] = piece.data[i];
    return storage.first(count);
}

}  // namespace

void Gathered::add(Bytes piece) {
    if (view_.empty()) {
        view_ = piece;
        return;
    }
    const bool is_copied = !copy_.empty() && view_.data() >= copy_.data() &&
                           view_.data() < copy_.data() + copy_.size();
    if (!is_copied && view_.data() + view_.size() == piece.data()) {
        view_ = {view_.data(), view_.size() + piece.size()};
        return;
    }
    if (is_copied)
        copy_.erase(copy_.begin(), copy_.begin() + (view_.data() - copy_.data()));
    else
        copy_.assign(view_.begin(), view_.end());
    copy_.insert(copy_.end(), piece.begin(), piece.end());
    view_ = copy_;
}

/// True if the front of what has come is a whole message, which is then priced.
bool Endpoint::Parts::has_whole_message() {
    const Bytes held = gathered.view();
    if (held.size() < kMessageHeader) {
        if (!held.empty() && !is_expected(static_cast<HandshakeType>(held[0])))
            fail(Alert::UnexpectedMessage);
        return false;
    }
    const auto type = static_cast<HandshakeType>(held[0]);
    if (!is_expected(type)) {
        fail(Alert::UnexpectedMessage);
        return false;
    }
    if (length_in(held) > config->max_message) {
        fail(Alert::IllegalParameter);
        return false;
    }
    if (held.size() < kMessageHeader + length_in(held)) return false;
    has_message = true;
    price_message(type, message());
    return true;
}

bool Endpoint::Parts::fetch() {
    while (!is_over()) {
        if (next_step < plan.size()) return true;
        if (has_whole_message()) return true;
        if (is_over()) return false;
        if (gathered.is_empty()) env.incoming->consume(next_record);
        if (next_record == env.incoming->count() || !read_record()) {
            if (has_ended && !is_over()) on_stream_end();
            return false;
        }
    }
    return false;
}

/// Takes the next record if all of it has come; false: it has not.
bool Endpoint::Parts::read_record() {
    const Record& record = (*env.incoming)[next_record];
    if (arrived < record.begin + kRecordHeader) return false;
    const bool is_protected = read.secret != 0;
    if (const auto alert = check_header(record, is_protected)) {
        fail(*alert);
        return true;
    }
    if (arrived < record.end()) return false;
    ++next_record;
    ++info.records_received;
    if (record.type == kCcs)
        on_ccs(record);
    else if (is_protected)
        on_protected(record);
    else
        on_plain(record);
    return true;
}

/// RFC 8446 §5, §D.4.
void Endpoint::Parts::on_ccs(const Record& record) {
    std::uint8_t storage[2];
    const Bytes content = short_content(env.incoming->pieces(record), storage);
    if (!gathered.is_empty()) return fail(Alert::UnexpectedMessage);
    if (tls12_takes_ccs(record)) return;
    if (!ccs_allowed || (had_ccs && config->is_strict_about_ccs))
        return fail(Alert::UnexpectedMessage);
    if (record.content != 1 || content.size() != 1 || content[0] != 1)
        return fail(profile->dialect.bad_ccs_value);
    had_ccs = true;
}

void Endpoint::Parts::on_plain(const Record& record) {
    if (record.content > plain_limit) return fail(Alert::RecordOverflow);
    if (record.type == kData) {
        // Early data behind a ClientHello that was answered by a HelloRetryRequest. §4.2.10
        if (may_skip) return skip(record);
        return fail(Alert::UnexpectedMessage);
    }
    on_content(record, record.type);
}

/// Refused early data looks like records that do not open. RFC 8446 §4.2.10.
void Endpoint::Parts::skip(const Record& record) {
    skipped += record.length;
    info.skipped_bytes += record.length;
    if (skipped > config->skip_budget) fail(Alert::UnexpectedMessage);
}

void Endpoint::Parts::on_protected(const Record& record) {
    if (record.type == kAlert && info.version == kTls13) {
        const bool is_server_shaking_hands = role == Role::Server && info.state != State::Connected;
        switch (is_server_shaking_hands ? profile->dialect.plain_alert
                                        : PlainAlert::UnexpectedMessage) {
            case PlainAlert::Accept:
                return on_content(record, record.type);
            case PlainAlert::BadRecordMac:
                return fail(Alert::BadRecordMac);
            case PlainAlert::UnexpectedMessage:
                return fail(Alert::UnexpectedMessage);
        }
    }
    if (record.type != kData && info.version == kTls13) return fail(Alert::UnexpectedMessage);
    const bool has_tag = record.length > facts(info.suite).tag;
    const bool opens = has_tag && record.key == read.secret && record.sequence == read.sequence &&
                       !record.is_damaged;
    if (!opens) {
        if (may_skip) return skip(record);
        return fail(Alert::BadRecordMac);
    }
    ++read.sequence;
    may_skip = false;
    const std::uint32_t limit = incoming_limit == 0 ? kMaxPlaintext + 1 : incoming_limit;
    if (record.content + record.padding + 1 > limit) return fail(Alert::RecordOverflow);
    if (record.inner_type < kAlert || record.inner_type > kData)
        return fail(Alert::UnexpectedMessage);
    on_content(record, record.inner_type);
}

void Endpoint::Parts::on_content(const Record& record, std::uint8_t type) {
    // RFC 8446 §5.1: nothing comes between the fragments of a message; §5.1, §5.4: no empty ones.
    const bool is_handshake = type == kHandshake;
    if (!is_handshake && !gathered.is_empty()) return fail(Alert::UnexpectedMessage);
    if (type != kData && record.content == 0) return fail(Alert::UnexpectedMessage);
    if (type == kAlert) return on_alert(record);
    if (type == kData) return on_data(record);
    for (const Piece& piece : env.incoming->pieces(record))
        gathered.add({piece.data, piece.length});
}

void Endpoint::Parts::on_alert(const Record& record) {
    std::uint8_t storage[2];
    const Bytes content = short_content(env.incoming->pieces(record), storage);
    if (record.content != 2 || content.size() != 2) return fail(Alert::DecodeError);
    const auto alert = static_cast<Alert>(content[1]);
    emit({.kind = Event::Kind::AlertReceived, .alert = alert, .epoch = read.epoch});
    if (alert == Alert::UserCanceled) return;
    info.received = alert;
    if (alert == Alert::CloseNotify) {
        peer_closed = true;
        if (info.state == State::Connected) return on_peer_closed();
        // Before the end of the handshake there is nothing left to say. RFC 8446 §6.1.
        if (!close_sent) send_alert(Alert::CloseNotify);
        return end();
    }
    const bool is_warning = content[0] == 1;
    if (is_warning && name_of(alert).empty() && profile->dialect.ignores_unknown_warnings) {
        info.received.reset();
        return;
    }
    end();
}

/// One direction is over; the other goes on until we close it. RFC 8446 §6.1.
void Endpoint::Parts::on_peer_closed() {
    emit({.kind = Event::Kind::PeerClosed});
    if (close_sent) end();
}

void Endpoint::Parts::on_data(const Record& record) {
    if (peer_closed) return;  // RFC 8446 §6.1: ignored behind close_notify
    const bool is_early = role == Role::Server && info.state == State::WaitEndOfEarlyData;
    const bool takes_data = info.state == State::Connected || is_early;
    if (!takes_data) return fail(Alert::UnexpectedMessage);
    if (is_early) {
        if (record.content > early_limit) return fail(Alert::UnexpectedMessage);  // §4.6.1
        early_limit -= record.content;
        info.early_bytes += record.content;
    }
    info.data_received += record.content;
    output->bulk_work += price_of_record(record.content);
    emit({.kind = is_early ? Event::Kind::EarlyDataArrived : Event::Kind::DataArrived,
          .epoch = read.epoch,
          .amount = record.content});
}

/// FIN without close_notify is a truncation. RFC 8446 §6.1.
void Endpoint::Parts::on_stream_end() {
    if (peer_closed || info.is_truncated) return;
    info.is_truncated = true;
    emit({.kind = Event::Kind::Truncated});
    if (profile->dialect.truncation) return fail(*profile->dialect.truncation);
    if (info.state != State::Connected) end();
}

Bytes Endpoint::Parts::message() const {
    return gathered.view().first(kMessageHeader + length_in(gathered.view()));
}

bool Endpoint::Parts::ends_record() {
    if (gathered.view().size() == message().size()) return true;
    fail(Alert::UnexpectedMessage);
    return false;
}

/// The message stays in `gathered` until it was handled: handlers look behind it.
void Endpoint::Parts::take_message() {
    const Bytes whole = message();
    const auto type = static_cast<HandshakeType>(whole[0]);
    const std::size_t size = whole.size();
    emit({.kind = Event::Kind::MessageReceived,
          .message = type == HandshakeType::ServerHello && is_retry(whole)
                         ? HandshakeType::HelloRetryRequest
                         : type,
          .epoch = read.epoch,
          .amount = static_cast<std::uint32_t>(size)});
    if (role == Role::Client)
        on_client_message(type, whole);
    else
        on_server_message(type, whole);
    if (!is_over()) gathered.drop(size);
}

/// The transitions of RFC 8446 §A.1 and §A.2; anything else is unexpected_message.
bool Endpoint::Parts::is_expected(HandshakeType type) const {
    using enum HandshakeType;
    if (info.version == kTls12) return is_expected_in_tls12(type);
    const bool is_client = role == Role::Client;
    const bool is_certificate =
        type == Certificate || (type == CompressedCertificate && config->compressions > 0);
    switch (info.state) {
        case State::Start:
            return !is_client && type == ClientHello;
        case State::WaitServerHello:
            return type == ServerHello;
        case State::WaitEncryptedExtensions:
            return type == EncryptedExtensions;
        case State::WaitCertificateOrRequest:
            return type == CertificateRequest || is_certificate;
        case State::WaitCertificate:
            return is_certificate;
        case State::WaitCertificateVerify:
            return type == CertificateVerify;
        case State::WaitFinished:
            return type == Finished;
        case State::WaitEndOfEarlyData:
            return type == EndOfEarlyData;
        case State::Connected:
            return is_expected_when_connected(type);
        default:
            return false;
    }
}

bool Endpoint::Parts::is_expected_when_connected(HandshakeType type) const {
    using enum HandshakeType;
    if (info.version != kTls13) return false;
    switch (post_handshake) {
        case PostHandshake::WaitVerify:
            return type == CertificateVerify;
        case PostHandshake::WaitFinished:
            return type == Finished;
        case PostHandshake::WaitCertificate:
            if (type == Certificate) return true;
            if (type == CompressedCertificate && config->compressions > 0) return true;
            break;
        case PostHandshake::None:
            break;
    }
    if (type == KeyUpdate) return true;
    if (role == Role::Server) return false;
    return type == NewSessionTicket ||
           (type == CertificateRequest && config->offers_post_handshake_auth);
}

}  // namespace seedwire::tls
