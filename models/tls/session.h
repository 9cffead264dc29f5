// What outlives a connection: sessions that a client can resume, tickets that a server can read,
// and the memory that stops replays. RFC 8446 §2.2, §4.6.1, §8.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/tls/bytes.h"
#include "models/tls/secrets.h"
#include "models/tls/types.h"
#include "sim/base/ring.h"
#include "sim/base/time.h"

namespace seedwire::tls {

/// What both ends know of a session, each in its own memory.
struct Session {
    Secret psk = 0;  ///< or, of TLS 1.2, the master secret
    std::uint16_t version = kTls13;
    Suite suite = Suite::None;
    std::uint64_t alpn = 0;  ///< stable_hash of the protocol; 0: none was agreed on
    std::uint64_t name = 0;  ///< stable_hash of the server name; 0: none
    Time issued;
    std::uint32_t lifetime = 7200;  ///< seconds; at most a week, RFC 8446 §4.6.1
    std::uint32_t age_add = 0;
    std::uint32_t max_early_data = 0;  ///< bytes; 0: no 0-RTT with it
    std::uint64_t client = 0;  ///< the client proved who it is: its leaf's id; 0: it did not
};

/// A session with the ticket that stands for it.
struct Ticket {
    Session session;
    std::vector<std::uint8_t> identity;
    bool is_expired(Time now) const {
        return now - session.issued > Duration::s(std::int64_t{session.lifetime});
    }
};

/// The tickets of one client host, by what it calls its servers.
class SessionCache {
public:
    /// Keeps at most `capacity` tickets a server; `reuses`: a ticket is not used up by its use
    /// (RFC 8446 §C.4 advises against it).
    explicit SessionCache(std::size_t capacity = 4, bool reuses = false)
        : capacity_{capacity}, reuses_{reuses} {}
    void add(std::string_view server, Ticket ticket);
    /// The newest ticket that has not expired; takes it out, unless tickets are reused.
    std::optional<Ticket> take(std::string_view server, Time now);
    void remove_all(std::string_view server) { tickets_.erase(std::string{server}); }
    std::size_t size() const;

private:
    std::size_t capacity_;
    bool reuses_;
    std::map<std::string, std::vector<Ticket>, std::less<>> tickets_;
};

/// What the servers of one anti-replay domain share: the key of their tickets, stored sessions, and
/// what was seen of 0-RTT.
class TicketAuthority {
public:
    explicit TicketAuthority(std::uint64_t key) : key_{key} {}

    /// Tickets issued before are unreadable from now on.
    void rotate_key() { key_ = stable_hash(key_); }
    void forget_stored() { stored_.clear(); }

    /// A ticket of `size` bytes that holds the session; `id` tells it from all others. Needs
    /// kSmallestTicket bytes.
    std::vector<std::uint8_t> seal(const Session& session, std::uint64_t id,
                                   std::size_t size) const;
    void seal(const Session& session, std::uint64_t id, std::span<std::uint8_t> out) const;
    /// The same as a handle of 32 bytes to a stored session.
    void store(const Session& session, std::uint64_t id, std::span<std::uint8_t> out);

    /// The session a ticket stands for; nothing if it is unknown, unreadable or expired. A stored
    /// one is `used` up by that.
    std::optional<Session> open(Bytes ticket, Time now, bool uses);

    /// RFC 8446 §8.2: true once per ClientHello within the window; remembers it.
    bool is_first_use(std::uint64_t hello, Time now, Duration window);
    std::size_t stored() const { return stored_.size(); }

    static constexpr std::size_t kSmallestTicket = 84, kHandle = 32;

private:
    std::uint64_t key_;
    std::map<std::uint64_t, Session> stored_;
    struct Seen {
        Time at;
        std::uint64_t hello = 0;
    };
    std::set<std::uint64_t> seen_;
    Ring<Seen> seen_in_order_;  ///< of time, so that old ones are found without a search
};

}  // namespace seedwire::tls
