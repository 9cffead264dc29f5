// Reno: slow start, one segment more per window, half the window after a loss. RFC 5681 §3.1,
// counted in segments as Linux does.
#include "models/tcp/congestion/registry.h"

namespace seedwire::tcp {

namespace {

class Reno final : public CongestionControl {
public:
    void on_ack(const CongestionMoment&, const CongestionAck& ack, Window& window) override {
        if (!ack.limited) return;
        std::uint32_t delivered = ack.delivered;
        if (window.in_slow_start()) {
            delivered = window.slow_start(delivered);
            if (delivered == 0) return;
        }
        window.grow(window.cwnd, delivered);
    }
    std::uint32_t ssthresh(const CongestionMoment&, const Window& window) override {
        // [CC-3]
        return std::max(window.cwnd >> 1, 2U);
    }
};

}  // namespace

extern const CongestionPlugin reno_plugin;
const CongestionPlugin reno_plugin{
    .name = "reno",
    .summary = "one segment more per round trip, half after a loss",
    .reference = "RFC 5681",
    .parameters = {},
    .make = [](const Parameters&, CongestionSlot& slot) { slot.emplace<Reno>(); }};

}  // namespace seedwire::tcp
