// The adversary of the TLS tests: editors of records, and a mouth for what no endpoint says.
#include <algorithm>
#include <deque>

#include "tests/support/tls_adversary.h"

namespace seedwire::tls {

namespace {

constexpr std::size_t kMessageHeader = 4;

/// Where the length of the list of extensions stands.
std::size_t extensions_at(const Octets& m) {
    switch (static_cast<HandshakeType>(m[0])) {
        case HandshakeType::ClientHello: {
            std::size_t at = kMessageHeader + 34;
            at += 1U + m[at];
            at += 2U + static_cast<std::size_t>(m[at] << 8 | m[at + 1]);
            return at + 1U + m[at];
        }
        case HandshakeType::ServerHello:
            return kMessageHeader + 34U + 1U + m[kMessageHeader + 34] + 3U;
        case HandshakeType::CertificateRequest:
            return kMessageHeader + 1U + m[kMessageHeader];
        case HandshakeType::NewSessionTicket: {
            std::size_t at = kMessageHeader + 8;
            at += 1U + m[at];
            return at + 2U + static_cast<std::size_t>(m[at] << 8 | m[at + 1]);
        }
        default:
            return kMessageHeader;  // EncryptedExtensions
    }
}

void put16(Octets& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void set_length(Octets& message) {
    const std::size_t body = message.size() - kMessageHeader;
    message[1] = static_cast<std::uint8_t>(body >> 16);
    message[2] = static_cast<std::uint8_t>(body >> 8);
    message[3] = static_cast<std::uint8_t>(body);
}

/// Calls `act` with the position of the nth record that begins with such a message.
Editor at_nth(HandshakeType type, int nth,
              std::function<void(std::vector<WireRecord>&, std::size_t)> act) {
    auto seen = std::make_shared<int>(0);
    return [=](std::vector<WireRecord>& stream) {
        for (std::size_t i = 0; i < stream.size(); ++i) {
            if (stream[i].message() != type || ++*seen != nth) continue;
            act(stream, i);
            return;
        }
    };
}

}  // namespace

std::optional<HandshakeType> WireRecord::message() const {
    if (type() != 22 || content.empty()) return std::nullopt;
    const auto first = static_cast<HandshakeType>(content[0]);
    return first == HandshakeType::ServerHello && content.size() > 7 && content[6] == 0xCF &&
                   content[7] == 0x21
               ? HandshakeType::HelloRetryRequest
               : first;
}

Parsed::Parsed(const Octets& message) {
    const std::size_t at = extensions_at(message);
    head.assign(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(at));
    ByteReader reader{Bytes{message}.subspan(at)};
    ByteReader list{reader.vector(2)};
    while (!list.is_empty()) {
        const std::uint16_t type = list.u16();
        const Bytes body = list.vector(2);
        extensions.emplace_back(type, Octets{body.begin(), body.end()});
    }
}

Octets Parsed::build() const {
    Octets list;
    for (const auto& [type, body] : extensions) {
        put16(list, type);
        put16(list, body.size());
        list.insert(list.end(), body.begin(), body.end());
    }
    Octets message = head;
    put16(message, list.size());
    message.insert(message.end(), list.begin(), list.end());
    set_length(message);
    return message;
}

Octets* Parsed::find(ExtensionType type) {
    for (auto& [candidate, body] : extensions)
        if (candidate == static_cast<std::uint16_t>(type)) return &body;
    return nullptr;
}
void Parsed::remove(ExtensionType type) {
    std::erase_if(extensions, [type](const auto& extension) {
        return extension.first == static_cast<std::uint16_t>(type);
    });
}
void Parsed::set(ExtensionType type, Octets body) {
    if (Octets* old = find(type)) {
        *old = std::move(body);
        return;
    }
    const bool has_psk = find(ExtensionType::PreSharedKey) != nullptr;
    extensions.emplace(has_psk ? extensions.end() - 1 : extensions.end(),
                       static_cast<std::uint16_t>(type), std::move(body));
}

Octets handshake(HandshakeType type, Octets body) {
    Octets message(kMessageHeader);
    message[0] = static_cast<std::uint8_t>(type);
    message.insert(message.end(), body.begin(), body.end());
    set_length(message);
    return message;
}

Editor on_record(HandshakeType type, std::function<void(WireRecord&)> change, int nth) {
    return at_nth(type, nth, [change](auto& stream, std::size_t i) { change(stream[i]); });
}
Editor on_message(HandshakeType type, std::function<void(Octets&)> change, int nth) {
    return on_record(
        type, [change](WireRecord& wire) { change(wire.content); }, nth);
}
Editor on_extensions(HandshakeType type, std::function<void(Parsed&)> change, int nth) {
    return on_message(
        type,
        [change](Octets& message) {
            Parsed parsed{message};
            change(parsed);
            message = parsed.build();
        },
        nth);
}
Editor insert_before(HandshakeType type, WireRecord extra, int nth) {
    return at_nth(type, nth, [extra](auto& stream, std::size_t i) {
        WireRecord copy = extra;
        if (copy.record.key == 1) copy.record.key = stream[i].record.key;
        stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(i), copy);
    });
}
Editor insert_after(HandshakeType type, WireRecord extra, int nth) {
    return at_nth(type, nth, [extra](auto& stream, std::size_t i) {
        WireRecord copy = extra;
        if (copy.record.key == 1) copy.record.key = stream[i].record.key;
        stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(i) + 1, copy);
    });
}
Editor drop(HandshakeType type, int nth) {
    return at_nth(type, nth, [](auto& stream, std::size_t i) {
        stream.erase(stream.begin() + static_cast<std::ptrdiff_t>(i));
    });
}

WireRecord plain(ContentType type, Octets content) {
    WireRecord wire;
    wire.record.type = static_cast<std::uint8_t>(type);
    wire.content = std::move(content);
    return wire;
}
WireRecord sealed(ContentType inner, Octets content) {
    WireRecord wire = plain(ContentType::ApplicationData, std::move(content));
    wire.record.inner_type = static_cast<std::uint8_t>(inner);
    wire.record.key = 1;  // replaced by the right one where it is said
    return wire;
}

Scene::Scene(Role role)
    : machine{role == Role::Client ? client_of(world, "rfc") : server_of(world, "rfc")},
      peer{role == Role::Client ? server_of(world, "rfc") : client_of(world, "rfc")},
      role_{role} {
    machine.has_costs = peer.has_costs = false;
}

void Scene::run() {
    if (resumes) {
        is_edited_ = false;
        connect();
        let_machine([&](Endpoint& end, Output& out) { end.close(now, out); });
        now += Duration::s(1);
        if (before_second) before_second(*this);
    }
    is_edited_ = true;
    connect();
    if (afterwards) afterwards(*this);
}

void Scene::connect() {
    machine_log_.clear();
    peer_log_.clear();
    delivered_.clear();
    machine_log_.keep_consumed();
    peer_log_.keep_consumed();
    delivered_.keep_consumed();
    machine_events_.clear();
    sequences_.clear();
    forwarded_ = 0;
    Environment mine{.pki = &world.pki, .outgoing = &machine_log_, .incoming = &delivered_};
    Environment theirs{.pki = &world.pki, .outgoing = &peer_log_, .incoming = &machine_log_};
    (machine_is_client() ? mine : theirs).sessions = &sessions;
    (machine_is_client() ? theirs : mine).tickets = &tickets;
    mine.entropy = stable_hash(std::uint64_t{5} + (is_edited_ ? 1 : 0));
    theirs.entropy = stable_hash(std::uint64_t{8} + (is_edited_ ? 1 : 0));
    machine_end_ = std::make_unique<Endpoint>(machine, role_, mine);
    peer_end_ =
        std::make_unique<Endpoint>(peer, machine_is_client() ? Role::Server : Role::Client, theirs);
    const std::uint32_t bytes = is_edited_ ? early : 0;
    const auto start = [&](Endpoint& end, Output& out) { end.start(now, bytes, out); };
    if (machine_is_client()) {
        let_peer(start);
        let_machine(start);
    } else {
        let_machine(start);
        let_peer(start);
    }
}

/// Moves records to and fro until both are silent.
void Scene::settle(Output& out, bool of_machine) {
    const auto note = [&] {
        if (of_machine)
            machine_events_.insert(machine_events_.end(), out.events.begin(), out.events.end());
    };
    note();
    std::uint64_t told_machine = UINT64_MAX, told_peer = UINT64_MAX;
    while (true) {
        forward();
        if (told_machine == delivered_.end() && told_peer == machine_log_.end()) return;
        told_machine = delivered_.end();
        out.clear();
        of_machine = true;
        machine_end_->on_bytes(now, told_machine, out);
        note();
        told_peer = machine_log_.end();
        out.clear();
        peer_end_->on_bytes(now, told_peer, out);
    }
}

void Scene::forward() {
    std::vector<WireRecord> stream;
    for (; forwarded_ < peer_log_.count(); ++forwarded_) {
        WireRecord wire{peer_log_[forwarded_], {}};
        for (const Piece& piece : peer_log_.pieces(wire.record))
            wire.content.insert(wire.content.end(), piece.data, piece.data + piece.length);
        if (wire.record.pieces == 0) wire.content.resize(wire.record.content);
        stream.push_back(std::move(wire));
    }
    if (is_edited_)
        for (const Editor& editor : editors) editor(stream);
    for (const WireRecord& wire : stream) append(wire);
}

void Scene::append(const WireRecord& wire) {
    Record record = wire.record;
    const auto size = static_cast<std::uint32_t>(wire.content.size());
    const std::uint32_t before = record.content;
    record.content = size;
    if (record.key != 0) record.sequence = sequences_[record.key]++;
    const std::uint32_t overhead = record.key == 0 ? 0 : 17 + record.padding;
    // A length that was set on purpose stays.
    if (record.length == 0 || record.length == before + overhead)
        record.length = static_cast<std::uint16_t>(size + overhead);
    const std::span<std::uint8_t> copy = delivered_.allocate(size);
    std::ranges::copy(wire.content, copy.begin());
    const Piece piece{copy.data(), size};
    delivered_.append(record, {&piece, size > 0 ? 1U : 0U});
}

void Scene::say(WireRecord extra, Epoch epoch) {
    forward();
    const Endpoint::TrafficSecrets secrets = peer_end_->secrets();
    const bool is_client = !machine_is_client();
    if (extra.record.key != 0 && epoch == Epoch::Handshake)
        extra.record.key = is_client ? secrets.client_handshake : secrets.server_handshake;
    if (extra.record.key != 0 && epoch == Epoch::Application)
        extra.record.key = is_client ? secrets.client_application : secrets.server_application;
    append(extra);
    let_machine([&](Endpoint& end, Output& out) { end.on_bytes(now, delivered_.end(), out); });
}

void Scene::end_stream() {
    let_machine([&](Endpoint& end, Output& out) { end.on_end(now, out); });
}

bool Scene::saw(Event::Kind kind) const {
    return std::ranges::any_of(machine_events_,
                               [kind](const Event& event) { return event.kind == kind; });
}

std::optional<std::pair<Alert, bool>> Scene::alert() const {
    std::optional<std::pair<Alert, bool>> last;
    for (const Event& event : machine_events_)
        if (event.kind == Event::Kind::AlertSent) last = {event.alert, event.epoch != Epoch::Plain};
    return last;
}

std::vector<HandshakeType> Scene::machine_said() const {
    std::vector<HandshakeType> said;
    for (const Event& event : machine_events_)
        if (event.kind == Event::Kind::MessageSent) said.push_back(event.message);
    return said;
}

}  // namespace seedwire::tls
