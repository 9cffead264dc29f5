// A peer that can say anything at any time: an honest endpoint whose records pass through editors,
// and a mouth for whatever it would never say. It holds the honest endpoint's keys.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/tls/endpoint.h"
#include "tests/support/tls_pair.h"

namespace seedwire::tls {

using Octets = std::vector<std::uint8_t>;

/// A record on its way, with its content in one piece.
struct WireRecord {
    Record record;
    Octets content;

    /// Of handshake content: the type of its first message; HelloRetryRequest is told apart.
    std::optional<HandshakeType> message() const;
    std::uint8_t type() const { return record.key == 0 ? record.type : record.inner_type; }
};

/// What stands in the way of the peer's records: may change, drop, add.
using Editor = std::function<void(std::vector<WireRecord>& stream)>;

// --- messages taken apart and put together again ---

/// A message with a list of extensions at its end.
struct Parsed {
    Octets head;  ///< all before the length of the list
    std::vector<std::pair<std::uint16_t, Octets>> extensions;

    explicit Parsed(const Octets& message);
    Octets build() const;
    Octets* find(ExtensionType type);
    void remove(ExtensionType type);
    void set(ExtensionType type, Octets body);  ///< replaces, or appends (before pre_shared_key)
};

/// A handshake message of this type and body.
Octets handshake(HandshakeType type, Octets body);

// --- editors ---

Editor on_message(HandshakeType type, std::function<void(Octets&)> change, int nth = 1);
Editor on_extensions(HandshakeType type, std::function<void(Parsed&)> change, int nth = 1);
Editor on_record(HandshakeType type, std::function<void(WireRecord&)> change, int nth = 1);
Editor insert_before(HandshakeType type, WireRecord extra, int nth = 1);
Editor insert_after(HandshakeType type, WireRecord extra, int nth = 1);
Editor drop(HandshakeType type, int nth = 1);

/// Records said outside of the order. Protection: `like_next`: of the record beside it.
WireRecord plain(ContentType type, Octets content);
WireRecord sealed(ContentType inner, Octets content);

// --- the scene ---

class Scene {
public:
    /// `role`: of the machine under test.
    explicit Scene(Role role);

    bool machine_is_client() const { return role_ == Role::Client; }
    Config& client() { return machine_is_client() ? machine : peer; }
    Config& server() { return machine_is_client() ? peer : machine; }

    TestPki world;
    Config machine, peer;
    bool resumes = false;  ///< an honest connection before brings a ticket
    std::function<void(Scene&)> before_second;
    std::uint32_t early = 0;
    std::vector<Editor> editors;
    std::function<void(Scene&)> afterwards;
    SessionCache sessions;
    TicketAuthority tickets{11};

    /// Runs the connection; the machine's info is then its verdict.
    void run();
    /// The peer says this under the keys of `epoch`, now.
    void say(WireRecord extra, Epoch epoch = Epoch::Application);
    void end_stream();
    template <class Call>
    void let_peer(Call call) {
        Output out;
        call(*peer_end_, out);
        settle(out, false);
    }
    template <class Call>
    void let_machine(Call call) {
        Output out;
        call(*machine_end_, out);
        settle(out, true);
    }
    Endpoint& machine_end() { return *machine_end_; }
    Endpoint& peer_end() { return *peer_end_; }
    const std::vector<Event>& machine_events() const { return machine_events_; }
    bool saw(Event::Kind kind) const;
    /// The last alert the machine sent, and whether it was protected.
    std::optional<std::pair<Alert, bool>> alert() const;
    /// Handshake messages the machine sent, by its events.
    std::vector<HandshakeType> machine_said() const;
    Time now = Time::from_ns(1'000'000'000);

private:
    void connect();
    void settle(Output& out, bool of_machine);
    void forward();
    void append(const WireRecord& wire);

    Role role_;
    RecordLog machine_log_, peer_log_, delivered_;
    std::unique_ptr<Endpoint> machine_end_, peer_end_;
    std::vector<Event> machine_events_;
    std::uint64_t forwarded_ = 0;
    std::map<Secret, std::uint64_t> sequences_;
    bool is_edited_ = false;
};

}  // namespace seedwire::tls
