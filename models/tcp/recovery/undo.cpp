#include "models/tcp/recovery/undo.h"

#include <algorithm>

#include "models/tcp/timestamp_clock.h"

namespace seedwire::tcp {

void Undo::on_retransmission(Time now) {
    if (first_retransmission_.is_never()) first_retransmission_ = now;
    open_ = std::max(open_, 0) + 1;
}

void Undo::on_duplicates(std::uint32_t segments) {
    open_ = std::max(open_ - static_cast<std::int32_t>(segments), 0);
}

bool Undo::is_original(const TimestampEcho& echo, bool held) const {
    // Nothing was sent again, hence nothing but originals can have been acknowledged.
    if (first_retransmission_.is_never()) return !held;
    // [UNDO-1]
    return echo.present && echo.sent_ms < timestamp_clock_ms(first_retransmission_);
}

}  // namespace seedwire::tcp
