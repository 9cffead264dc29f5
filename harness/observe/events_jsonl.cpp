#include "harness/observe/events_jsonl.h"

#include <fmt/format.h>

#include <iterator>

#include "harness/observe/tls_words.h"
#include "models/tcp/info.h"

namespace seedwire::observe {

namespace {

template <class... Arguments>
void append(std::string& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

std::string flag_letters(std::uint16_t flags) {
    static constexpr std::pair<std::uint16_t, char> kLetters[] = {
        {wire::flag::kSyn, 'S'}, {wire::flag::kFin, 'F'}, {wire::flag::kRst, 'R'},
        {wire::flag::kPsh, 'P'}, {wire::flag::kUrg, 'U'}, {wire::flag::kEce, 'E'},
        {wire::flag::kCwr, 'W'}, {wire::flag::kAe, 'A'},  {wire::flag::kAck, '.'}};
    std::string text;
    for (const auto& [bit, letter] : kLetters)
        if ((flags & bit) != 0) text += letter;
    return text;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (u < 0x20) {
            append(out, "\\u{:04x}", static_cast<unsigned>(u));
        } else {
            out += c;
        }
    }
    out += '"';
}

EventsWriter::EventsWriter(std::FILE* out, const SegmentNames& names,
                           std::vector<std::string> flow_names)
    : out_{out}, names_{names}, flow_names_{std::move(flow_names)} {}

void EventsWriter::begin(Time at, std::string_view kind) {
    line_.clear();
    append(line_, R"({{"t_ns":{},"event":"{}")", at.ns(), kind);
}

void EventsWriter::finish() {
    line_ += "}\n";
    std::fwrite(line_.data(), 1, line_.size(), out_);
}

void EventsWriter::connection_fields(std::uint32_t connection) {
    if (connection >= names_.connections->size()) return;
    const trace::Connection& c = (*names_.connections)[connection];
    line_ += R"(,"flow":)";
    append_json_string(line_, c.flow < flow_names_.size() ? flow_names_[c.flow] : std::string{});
    append(line_, R"(,"connection":{})", c.ordinal);
}

void EventsWriter::end_fields(std::uint32_t connection, bool client) {
    connection_fields(connection);
    append(line_, R"(,"end":"{}")", client ? "client" : "server");
}

void EventsWriter::packet_fields(const wire::Packet& p) {
    connection_fields(p.flow);
    if (p.flow < names_.connections->size())
        append(line_, R"(,"from":"{}")", p.has(wire::packet_bit::kForward) ? "client" : "server");
    append(line_, R"(,"id":{},"source":"{}","destination":"{}","ip_bytes":{})", p.id,
           wire::to_string(p.source), wire::to_string(p.destination), p.ip_length());
    if (p.has(wire::packet_bit::kCopy)) line_ += R"(,"copy":true)";
    if (p.has(wire::packet_bit::kCorrupted)) line_ += R"(,"corrupted":true)";
    if (p.protocol == wire::Protocol::Udp)
        append(line_, R"(,"protocol":"udp","number":{},"len":{})", p.payload_offset,
               p.payload_length);
    if (p.protocol == wire::Protocol::Icmp)
        append(line_, R"(,"protocol":"icmp","type":{},"code":{})", p.source_port >> 8,
               p.source_port & 0xff);
    if (p.protocol != wire::Protocol::Tcp) return;
    wire::SeqNum seq = p.seq, ack = p.ack;
    if (p.flow < names_.connections->size()) {
        const trace::Connection& c = (*names_.connections)[p.flow];
        const bool forward = p.has(wire::packet_bit::kForward);
        seq = wire::SeqNum{
            static_cast<std::uint32_t>(p.seq - (forward ? c.client_initial : c.server_initial))};
        ack = wire::SeqNum{
            static_cast<std::uint32_t>(p.ack - (forward ? c.server_initial : c.client_initial))};
    }
    append(line_, R"(,"protocol":"tcp","flags":"{}","seq":{},"len":{},"window":{})",
           flag_letters(p.flags), seq.raw(), p.payload_length, p.window);
    if ((p.flags & wire::flag::kAck) != 0) append(line_, R"(,"ack":{})", ack.raw());
    if (p.has(wire::packet_bit::kTimestamps))
        append(line_, R"(,"tsval":{},"tsecr":{})", p.ts_value, p.ts_echo);
    if (p.ecn != wire::Ecn::NotEct) append(line_, R"(,"ecn":{})", static_cast<int>(p.ecn));
    append(line_, R"(,"cause":"{}")", wire::describe(p.cause));
}

void EventsWriter::sack_fields(const trace::Transmission& r) {
    if (r.extension == nullptr || r.extension->sack.count == 0) return;
    wire::SeqNum initial;
    if (r.packet->flow < names_.connections->size()) {
        const trace::Connection& c = (*names_.connections)[r.packet->flow];
        initial = r.packet->has(wire::packet_bit::kForward) ? c.server_initial : c.client_initial;
    }
    line_ += R"(,"sack":[)";
    for (std::uint8_t i = 0; i < r.extension->sack.count; ++i) {
        const wire::SackBlock& block = r.extension->sack.block[i];
        append(line_, "{}[{},{}]", i == 0 ? "" : ",",
               static_cast<std::uint32_t>(block.left - initial),
               static_cast<std::uint32_t>(block.right - initial));
    }
    line_ += ']';
}

void EventsWriter::on_transmission(const trace::Transmission& r) {
    begin(r.at, r.kName);
    line_ += R"(,"link":)";
    append_json_string(line_, names_.network->link_name(r.direction / 2));
    append(line_, R"(,"direction":"{}")", r.direction % 2 == 0 ? "up" : "down");
    packet_fields(*r.packet);
    sack_fields(r);
    append(line_, R"(,"queue":{})", r.queue_packets);
    if (r.departure != Time::never()) append(line_, R"(,"departure_ns":{})", r.departure.ns());
    if (r.arrival != Time::never()) append(line_, R"(,"arrival_ns":{})", r.arrival.ns());
    if (r.drop != trace::DropReason::None)
        append(line_, R"(,"drop":"{}")", trace::to_string(r.drop));
    if (r.fault != trace::kNoFault) append(line_, R"(,"fault":{})", r.fault);
    finish();
}

void EventsWriter::on_amended(const trace::TransmissionAmended& r) {
    begin(r.at, r.kName);
    line_ += R"(,"link":)";
    append_json_string(line_, names_.network->link_name(r.direction / 2));
    append(line_, R"(,"direction":"{}")", r.direction % 2 == 0 ? "up" : "down");
    connection_fields(r.packet->flow);
    append(line_, R"(,"id":{})", r.packet->id);
    if (r.departure != Time::never()) append(line_, R"(,"departure_ns":{})", r.departure.ns());
    if (r.arrival != Time::never()) append(line_, R"(,"arrival_ns":{})", r.arrival.ns());
    if (r.drop != trace::DropReason::None)
        append(line_, R"(,"drop":"{}")", trace::to_string(r.drop));
    finish();
}

void EventsWriter::on_node_drop(const trace::NodeDrop& r) {
    begin(r.at, r.kName);
    line_ += R"(,"node":)";
    append_json_string(line_, names_.network->node_name(r.node));
    connection_fields(r.packet->flow);
    append(line_, R"(,"id":{},"drop":"{}")", r.packet->id, trace::to_string(r.drop));
    finish();
}

void EventsWriter::on_state(const trace::StateChange& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"from":"{}","to":"{}")", tcp::to_string(static_cast<tcp::State>(r.from)),
           tcp::to_string(static_cast<tcp::State>(r.to)));
    finish();
}

void EventsWriter::on_window(const trace::WindowChange& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"cwnd":{},"in_flight":{},"recovery":"{}")", r.cwnd, r.in_flight,
           tcp::to_string(static_cast<tcp::RecoveryState>(r.recovery)));
    if (r.ssthresh < tcp::kInfiniteSsthresh) append(line_, R"(,"ssthresh":{})", r.ssthresh);
    finish();
}

void EventsWriter::on_timeout(const trace::TimeoutFired& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"timer":"{}")", wire::describe(r.timer));
    if (r.rto > Duration::zero()) append(line_, R"(,"rto_ns":{})", r.rto.ns());
    finish();
}

void EventsWriter::on_app(const trace::AppEvent& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"what":"{}","amount":{})", trace::to_string(r.kind), r.amount);
    finish();
}

void EventsWriter::on_tls(const trace::TlsRecord& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"begin":{},"end":{},"type":"{}","epoch":"{}","content":{})", r.begin, r.end,
           tls::name_of(static_cast<tls::ContentType>(r.type)),
           tls::name_of(static_cast<tls::Epoch>(r.epoch)), r.content);
    if (r.messages > 0) line_ += R"(,"messages":[)";
    for (std::uint8_t i = 0; i < r.messages; ++i)
        append(line_, R"({}{{"type":"{}","bytes":{},"continues":{}}})", i > 0 ? "," : "",
               tls::name_of(static_cast<tls::HandshakeType>(r.message[i].type)),
               r.message[i].length, r.message[i].continues);
    if (r.messages > 0) line_ += ']';
    if (static_cast<tls::ContentType>(r.type) == tls::ContentType::Alert)
        append(line_, R"(,"alert":"{}")", tls::name_of(static_cast<tls::Alert>(r.alert)));
    finish();
}

void EventsWriter::on_tls(const trace::TlsEvent& r) {
    using Kind = tls::Event::Kind;
    const auto kind = static_cast<Kind>(r.kind);
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"what":"{}")", tls_event_word(r.kind));
    if (kind == Kind::StateChanged)
        append(line_, R"(,"from":"{}","to":"{}")", tls::name_of(static_cast<tls::State>(r.from)),
               tls::name_of(static_cast<tls::State>(r.to)));
    if (kind == Kind::MessageSent || kind == Kind::MessageReceived)
        append(line_, R"(,"message":"{}","epoch":"{}")",
               tls::name_of(static_cast<tls::HandshakeType>(r.message)),
               tls::name_of(static_cast<tls::Epoch>(r.epoch)));
    if (kind == Kind::AlertSent || kind == Kind::AlertReceived)
        append(line_, R"(,"alert":"{}")", tls::name_of(static_cast<tls::Alert>(r.alert)));
    if (r.amount > 0) append(line_, R"(,"bytes":{})", r.amount);
    if (kind == Kind::KeyUpdated) append(line_, R"(,"of_peer":{})", r.is_peer);
    if (kind == Kind::Negotiated || kind == Kind::HandshakeDone)
        append(line_, R"(,"version":"{}","suite":"{}","group":"{}","resumed":{})",
               tls_version_word(r.version), tls::name_of(static_cast<tls::Suite>(r.suite)),
               tls::name_of(static_cast<tls::Group>(r.group)), r.is_resumed);
    finish();
}

void EventsWriter::on_tls(const trace::TlsWork& r) {
    begin(r.at, r.kName);
    end_fields(r.connection, r.client);
    append(line_, R"(,"begin_ns":{},"end_ns":{})", r.begin.ns(), r.end.ns());
    finish();
}

}  // namespace seedwire::observe
