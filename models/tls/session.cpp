#include "models/tls/session.h"

#include <algorithm>

namespace seedwire::tls {

namespace {

std::uint64_t seal_of(std::uint64_t key, Bytes content) { return hash_bytes(key, content); }

bool is_expired(const Session& session, Time now) {
    return now - session.issued > Duration::s(std::int64_t{session.lifetime});
}

}  // namespace

void SessionCache::add(std::string_view server, Ticket ticket) {
    if (capacity_ == 0) return;
    auto place = tickets_.find(server);
    if (place == tickets_.end()) place = tickets_.emplace(server, std::vector<Ticket>{}).first;
    if (place->second.size() == capacity_) place->second.erase(place->second.begin());
    place->second.push_back(std::move(ticket));
}

std::optional<Ticket> SessionCache::take(std::string_view server, Time now) {
    const auto place = tickets_.find(server);
    if (place == tickets_.end()) return std::nullopt;
    std::vector<Ticket>& tickets = place->second;
    std::erase_if(tickets, [now](const Ticket& ticket) { return ticket.is_expired(now); });
    if (tickets.empty()) return std::nullopt;
    if (reuses_) return tickets.back();
    std::optional<Ticket> ticket = std::move(tickets.back());
    tickets.pop_back();
    return ticket;
}

std::size_t SessionCache::size() const {
    std::size_t sum = 0;
    for (const auto& [server, tickets] : tickets_) sum += tickets.size();
    return sum;
}

std::vector<std::uint8_t> TicketAuthority::seal(const Session& session, std::uint64_t id,
                                                std::size_t size) const {
    std::vector<std::uint8_t> ticket(size);
    seal(session, id, ticket);
    return ticket;
}

void TicketAuthority::seal(const Session& session, std::uint64_t id,
                           std::span<std::uint8_t> out) const {
    SEEDWIRE_ASSERT(out.size() >= kSmallestTicket);
    ByteWriter writer{out};
    writer.u64(id);
    writer.u64(session.psk);
    writer.u16(session.version);
    writer.u16(static_cast<std::uint16_t>(session.suite));
    writer.u64(session.alpn);
    writer.u64(session.name);
    writer.u64(static_cast<std::uint64_t>(session.issued.ns()));
    writer.u32(session.lifetime);
    writer.u32(session.age_add);
    writer.u32(session.max_early_data);
    writer.u64(session.client);
    writer.filler(id, out.size() - writer.size() - 8);
    writer.u64(seal_of(key_, writer.written()));
}

void TicketAuthority::store(const Session& session, std::uint64_t id, std::span<std::uint8_t> out) {
    SEEDWIRE_ASSERT(out.size() == kHandle);
    stored_.insert_or_assign(id, session);
    ByteWriter writer{out};
    writer.u64(id);
    writer.filler(id, kHandle - 8);
}

std::optional<Session> TicketAuthority::open(Bytes ticket, Time now, bool uses) {
    ByteReader reader{ticket};
    const std::uint64_t id = reader.u64();
    if (ticket.size() == kHandle) {
        const auto place = stored_.find(id);
        if (place == stored_.end()) return std::nullopt;
        const Session session = place->second;
        std::uint8_t rest[kHandle - 8];
        fill_bytes(id, rest);
        if (!std::ranges::equal(rest, ticket.subspan(8))) return std::nullopt;
        if (uses || is_expired(session, now)) stored_.erase(place);
        if (is_expired(session, now)) return std::nullopt;
        return session;
    }
    if (ticket.size() < kSmallestTicket) return std::nullopt;
    ByteReader seal{ticket.last(8)};
    if (seal.u64() != seal_of(key_, ticket.first(ticket.size() - 8))) return std::nullopt;
    Session session;
    session.psk = reader.u64();
    session.version = reader.u16();
    session.suite = static_cast<Suite>(reader.u16());
    session.alpn = reader.u64();
    session.name = reader.u64();
    session.issued = Time::from_ns(static_cast<std::int64_t>(reader.u64()));
    session.lifetime = reader.u32();
    session.age_add = reader.u32();
    session.max_early_data = reader.u32();
    session.client = reader.u64();
    if (is_expired(session, now)) return std::nullopt;
    return session;
}

bool TicketAuthority::is_first_use(std::uint64_t hello, Time now, Duration window) {
    while (!seen_in_order_.empty() && now - seen_in_order_.front().at > window)
        seen_.erase(seen_in_order_.take_front().hello);
    if (!seen_.insert(hello).second) return false;
    seen_in_order_.push_back({now, hello});
    return true;
}

}  // namespace seedwire::tls
