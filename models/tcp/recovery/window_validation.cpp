#include "models/tcp/recovery/window_validation.h"

#include <algorithm>

#include "models/tcp/timer_table.h"

namespace seedwire::tcp {

namespace {

/// ssthresh remembers a window that was once good. RFC 7661 §4.4.1. [CC-6]
void remember_in_ssthresh(Window& window) {
    window.ssthresh = std::max(window.ssthresh, (window.cwnd >> 1) + (window.cwnd >> 2));
}

}  // namespace

void WindowValidation::on_send_loop_end(Time now, const Facts& facts, Window& window) {
    if (facts.snd_una >= usage_end_.near(facts.snd_una) || facts.limited ||
        (!limited_ && facts.packets_out > max_packets_out_)) {
        limited_ = facts.limited;
        max_packets_out_ = facts.packets_out;
        usage_end_ = facts.snd_nxt;
    }
    // [CC-5]
    if (may_grow(window)) {
        used_ = 0;
        stamp_ = now;
        return;
    }
    used_ = std::max(used_, facts.packets_out);
    // Compared in ticks: the kernel's stamp is one of the coarse clock.
    const std::int64_t tick = facts.tick.ns();
    if (!facts.slow_start_after_idle ||
        whole_units(now.ns(), tick) - whole_units(stamp_.ns(), tick) <
            whole_units(facts.rto.ns(), tick))
        return;
    if (facts.open && !facts.sndbuf_blocked) {
        const std::uint32_t used = std::max(used_, facts.initial_cwnd);
        if (used < window.cwnd) {
            remember_in_ssthresh(window);
            window.cwnd = (window.cwnd + used) / 2;
        }
        used_ = 0;
    }
    stamp_ = now;
}

// [CC-7]
void WindowValidation::restart_after_idle(Time now, const Idle& idle, Window& window) {
    const std::int64_t tick = idle.tick.ns(), rto = idle.rto.ns() / tick;
    std::int64_t ticks = now.ns() / tick - idle.last_sent.ns() / tick;
    if (ticks <= rto) return;
    window.ssthresh = idle.current_ssthresh;
    const std::uint32_t least = std::min(idle.initial_cwnd, window.cwnd);
    std::uint32_t cwnd = window.cwnd;
    while ((ticks -= rto) > 0 && cwnd > least) cwnd >>= 1;
    window.cwnd = std::max(cwnd, least);
    stamp_ = now;
    used_ = 0;
}

}  // namespace seedwire::tcp
