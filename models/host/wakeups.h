// When programs run: a constant time after the news, in the order of the news.
#pragma once

#include <cstdint>

#include "sim/base/ring.h"
#include "sim/base/time.h"

namespace seedwire::host {

/// A blocked program is woken once for all the news that come until it runs. Since the delay is the
/// same for all, a queue in the order of news is a queue in the order of time.
class Wakeups {
public:
    enum class Kind : std::uint8_t { Tcp, Udp, Echo };
    struct Entry {
        Time at;
        std::uint32_t socket = 0;      ///< of its kind; Echo: the owner
        std::uint32_t generation = 0;  ///< of the descriptor: it may have been closed since
        Kind kind = Kind::Tcp;
    };

    explicit Wakeups(Duration delay) : delay_{delay} {}
    void add(Time now, Kind kind, std::uint32_t socket, std::uint32_t generation) {
        queue_.push_back({now + delay_, socket, generation, kind});
    }
    bool empty() const { return queue_.empty(); }
    Time earliest() const { return queue_.empty() ? Time::never() : queue_.front().at; }
    bool is_due(Time now) const { return earliest() <= now; }
    Entry take() { return queue_.take_front(); }

private:
    Duration delay_;
    Ring<Entry> queue_;
};

}  // namespace seedwire::host
