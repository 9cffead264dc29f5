// A bulk transfer between a tcp::Sender and a minimal SACK receiver over one bottleneck: the closed
// loop in which loss recovery lives, without the rest of TCP.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/tcp/recovery/sender.h"
#include "models/tcp/timestamp_clock.h"

namespace seedwire::tcp {

struct PathSettings {
    Duration one_way = Duration::ms(50);
    std::uint64_t rate = 0;  ///< bit/s of the forward direction; 0 = infinite
    std::uint32_t segments = 100;
    std::uint32_t mss = 1448;
    bool sack = true, timestamps = true;
    std::uint32_t window = 4'000'000;  ///< of the peer, bytes
    std::uint32_t ack_every = 1;
    std::set<std::uint32_t> drop{};             ///< data packets by order of transmission, from 1
    std::set<std::uint32_t> duplicate{};        ///< likewise
    std::map<std::uint32_t, Duration> delay{};  ///< likewise; others overtake
    std::map<std::uint32_t, Duration> ack_delay{};  ///< ACKs by order of transmission, from 1
    Duration ack_outage_from = Duration::max(), ack_outage_until{};
};

class BulkPath {
public:
    struct Retransmitted {
        Time at;
        std::uint32_t segment;  ///< from 0
        std::uint32_t number;   ///< in the order of all transmissions, from 1
        wire::Cause cause;
    };
    struct Step {
        Time at;
        std::uint32_t cwnd, ssthresh;
        RecoveryState state;
    };

    BulkPath(const PathSettings& settings, CongestionName algorithm, const Sysctls& sysctls = {})
        : path_{settings}, sysctls_{sysctls}, sender_{sysctls_, algorithm} {}

    /// The handshake, then everything until `until` or until all is acknowledged.
    void run(Time until = Time::zero() + Duration::s(600)) {
        now_ = Time::zero() + path_.one_way * 2;
        sender_.start(now_, {.mss = path_.mss, .sack = path_.sack, .max_window = path_.window});
        sender_.on_handshake_sample(now_, path_.one_way * 2);
        end_ = StreamOffset{1} + std::uint64_t{path_.segments} * path_.mss;
        sender_.on_write(now_);
        send_new();
        while (sender_.snd_una() < end_) {
            const Time timer = sender_.timer().deadline;
            const Time event = events_.empty() ? Time::never() : events_.begin()->first;
            const Time next = std::min(timer, event);
            if (next.is_never() || next > until) return;
            now_ = std::max(now_, next);
            if (event <= timer) {
                const Event happening = events_.begin()->second;
                events_.erase(events_.begin());
                happening.is_data ? on_data(happening) : on_ack(happening);
            } else {
                on_timer();
            }
        }
    }

    const Sender& sender() const { return sender_; }
    bool finished() const { return sender_.snd_una() == end_; }
    Time now() const { return now_; }
    const std::vector<Retransmitted>& retransmissions() const { return retransmissions_; }
    const std::vector<Step>& steps() const { return steps_; }
    std::uint32_t timeouts() const { return sender_.total_timeouts(); }
    /// cwnd as it was at `at`.
    std::uint32_t cwnd_at(Duration at) const {
        std::uint32_t cwnd = 0;
        for (const Step& step : steps_)
            if (step.at.since_start() <= at) cwnd = step.cwnd;
        return cwnd;
    }
    std::uint32_t highest_cwnd = 0;
    bool was_in(RecoveryState state) const {
        for (const Step& step : steps_)
            if (step.state == state) return true;
        return false;
    }

private:
    struct Event {
        bool is_data = true;
        StreamOffset start, end;  ///< data; of an ACK: `start` is the ACK
        std::int64_t sent_ms = 0;
        std::vector<SackRange> sack;
    };
    PeerWindow peer_window() const { return {sender_.snd_una() + path_.window}; }

    void transmit(StreamOffset start, StreamOffset end) {
        const std::uint32_t number = ++transmitted_;
        if (path_.drop.contains(number)) return;
        Time arrival = now_;
        if (path_.rate != 0) {
            const auto bits = static_cast<std::uint64_t>(end - start + 52) * 8;
            link_free_ = std::max(link_free_, now_) +
                         Duration::ns(static_cast<std::int64_t>(bits * 1'000'000'000 / path_.rate));
            arrival = link_free_;
        }
        arrival += path_.one_way;
        if (const auto extra = path_.delay.find(number); extra != path_.delay.end())
            arrival += extra->second;
        const Event event{true, start, end, timestamp_clock_ms(now_), {}};
        events_.emplace(arrival, event);
        if (path_.duplicate.contains(number)) events_.emplace(arrival, event);
    }

    void on_data(const Event& data) {
        std::optional<SackRange> duplicate{};
        if (data.start <= next_) echo_ms_ = data.sent_ms;
        if (data.end <= next_) {
            duplicate = SackRange{data.start, data.end};
        } else if (const auto at = islands_.upper_bound(data.start);
                   at != islands_.begin() && std::prev(at)->second >= data.end) {
            duplicate = SackRange{data.start, data.end};
        } else {
            add_island(data.start, data.end);
        }
        ++unacknowledged_;
        const bool filled = merge_islands();
        if (islands_.empty() && !filled && !duplicate && unacknowledged_ < path_.ack_every &&
            data.end < end_)
            return;
        unacknowledged_ = 0;
        Event ack{false, next_, {}, echo_ms_, {}};
        if (path_.sack) ack.sack = blocks(duplicate);
        const std::uint32_t number = ++acks_;
        if (now_.since_start() >= path_.ack_outage_from &&
            now_.since_start() < path_.ack_outage_until)
            return;
        Time arrival = now_ + path_.one_way;
        if (const auto extra = path_.ack_delay.find(number); extra != path_.ack_delay.end())
            arrival += extra->second;
        events_.emplace(arrival, ack);
    }

    void add_island(StreamOffset start, StreamOffset end) {
        latest_ = start;
        auto at = islands_.upper_bound(start);
        if (at != islands_.begin() && std::prev(at)->second >= start) {
            at = std::prev(at);
            at->second = std::max(at->second, end);
        } else {
            at = islands_.emplace(start, end).first;
        }
        for (auto following = std::next(at);
             following != islands_.end() && following->first <= at->second;
             following = islands_.erase(following))
            at->second = std::max(at->second, following->second);
    }

    bool merge_islands() {
        bool filled = false;
        while (!islands_.empty() && islands_.begin()->first <= next_) {
            filled = filled || islands_.size() > 1;
            next_ = std::max(next_, islands_.begin()->second);
            islands_.erase(islands_.begin());
        }
        return filled;
    }

    /// RFC 2018 §4: the block with the latest segment first; RFC 2883 §4: a DSACK before it.
    std::vector<SackRange> blocks(const std::optional<SackRange>& duplicate) const {
        std::vector<SackRange> out;
        if (duplicate) out.push_back(*duplicate);
        for (const auto& [start, end] : islands_)
            if (start <= latest_ && latest_ < end) out.push_back({start, end});
        for (auto island = islands_.rbegin(); island != islands_.rend() && out.size() < 3; ++island)
            if (!(island->first <= latest_ && latest_ < island->second))
                out.push_back({island->first, island->second});
        return out;
    }

    void on_ack(const Event& ack) {
        steps_.push_back({now_, sender_.window().cwnd, sender_.window().ssthresh, sender_.state()});
        highest_cwnd = std::max(highest_cwnd, sender_.window().cwnd);
        AckInput input;
        input.ack = ack.start;
        input.sack = ack.sack;
        input.echo = {path_.timestamps, ack.sent_ms};
        input.window_end = ack.start + path_.window;
        input.has_unsent = sender_.snd_nxt() < end_;
        const AckOutcome outcome = sender_.on_ack(now_, input);
        if (outcome.send == AfterAck::NewData) {
            const StreamOffset before = sender_.snd_nxt();
            send_new();
            if (sender_.snd_nxt() == before) {
                sender_.on_frto_without_new_data();
                resend();
            }
        } else if (outcome.send == AfterAck::Retransmissions) {
            resend();
        }
        send_new();
    }

    void resend_all() {
        while (const auto next = sender_.next_retransmission(peer_window())) {
            note(*next);
            sender_.on_retransmission(now_, *next);
        }
    }
    void resend() {
        resend_all();
        sender_.on_retransmission_loop_end(now_);
    }
    void note(const Retransmission& again) {
        retransmissions_.push_back({now_,
                                    static_cast<std::uint32_t>((again.start.value - 1) / path_.mss),
                                    transmitted_ + 1, again.cause});
        transmit(again.start, again.end);
    }
    bool may_send_one() const {
        return sender_.snd_nxt() < end_ && sender_.snd_nxt() + path_.mss <= peer_window().end;
    }
    void send_one() {
        const StreamOffset start = sender_.snd_nxt(), end = start + path_.mss;
        transmit(start, end);
        sender_.on_new_segment(now_, start, end, 0);
    }
    void send_new(bool probe = false) {
        if (!may_send_one()) return;
        SendLoopEnd loop;
        loop.probe = probe;
        while (may_send_one() && (sender_.room() > 0 || (probe && loop.sent == 0))) {
            send_one();
            ++loop.sent;
            if (probe) break;
        }
        sender_.on_send_loop_end(now_, loop);
    }

    void on_timer() {
        switch (sender_.timer().meaning) {
            case TimerMeaning::Retransmission: {
                const Retransmission head = sender_.on_retransmission_timeout(now_, peer_window());
                note(head);
                sender_.on_retransmission(now_, head);
                return;
            }
            case TimerMeaning::LossProbe: {
                const LossProbe probe = sender_.on_loss_probe(now_, may_send_one());
                if (probe.kind == LossProbe::Kind::None) return;
                if (probe.kind == LossProbe::Kind::New)
                    send_new(true);
                else
                    note(probe.segment);
                sender_.on_probe_sent(now_, probe, true);
                return;
            }
            case TimerMeaning::Reordering:
                if (sender_.on_reordering_timeout(now_)) resend_all();
                sender_.on_reordering_timeout_end(now_);
                send_new();
                return;
            default:
                SEEDWIRE_ASSERT(false);
        }
    }

    PathSettings path_;
    Sysctls sysctls_;
    Sender sender_;
    StreamOffset end_, next_{1}, latest_;
    std::map<StreamOffset, StreamOffset> islands_;
    std::multimap<Time, Event> events_;
    Time now_, link_free_;
    std::int64_t echo_ms_ = 0;
    std::uint32_t transmitted_ = 0, acks_ = 0, unacknowledged_ = 0;
    std::vector<Retransmitted> retransmissions_;
    std::vector<Step> steps_;
};

}  // namespace seedwire::tcp
