#include "models/tls/replay.h"

#include <algorithm>

#include "models/tls/parts.h"

namespace seedwire::tls {

FirstFlight copy_flight(const RecordLog& log) {
    FirstFlight flight;
    for (std::uint64_t n = log.first(); n < log.count(); ++n) {
        FirstFlight::Item item{log[n], {}};
        for (const Piece& piece : log.pieces(item.record))
            item.content.insert(item.content.end(), piece.data, piece.data + piece.length);
        if (item.record.epoch == Epoch::Early) flight.early_bytes += item.record.content;
        flight.items.push_back(std::move(item));
    }
    return flight;
}

void append_flight(const FirstFlight& flight, RecordLog& log) {
    for (const FirstFlight::Item& item : flight.items) {
        const std::span<std::uint8_t> content = log.allocate(item.content.size());
        std::ranges::copy(item.content, content.begin());
        const Piece piece{content.data(), static_cast<std::uint32_t>(content.size())};
        log.append(item.record, {&piece, content.empty() ? 0U : 1U});
    }
}

void Endpoint::replay(Time now, const FirstFlight& flight, Output& out) {
    Parts& p = *parts_;
    SEEDWIRE_ASSERT(p.role == Role::Client && p.info.state == State::Start);
    p.begin(now, out);
    p.is_replay = true;
    append_flight(flight, *p.env.outgoing);
    for (const FirstFlight::Item& item : flight.items) {
        out.writes.push_back(kRecordHeader + item.record.length);
        ++p.info.records_sent;
    }
    p.info.early_bytes = flight.early_bytes;
    if (flight.early_bytes > 0) p.info.early_data = EarlyDataStatus::Offered;
    p.enter(State::WaitServerHello);
}

/// What the server answers is of no use without keys: the first of it ends the connection.
void Endpoint::Parts::run_replay() {
    const bool is_answered = env.incoming->count() > 0 && arrived > 0;
    if ((is_answered || has_ended) && !is_over()) end();
}

}  // namespace seedwire::tls
