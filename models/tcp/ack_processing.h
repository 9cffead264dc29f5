// The pipeline of an arriving acknowledgement, one call per line: what it delivered, RTT, loss,
// undo, state, window, timers. RFC 5681 §3, RFC 6675 §5, in Linux's order.
#pragma once

#include "models/tcp/recovery/sender.h"

namespace seedwire::tcp {

/// One ACK on its way through the parts of a Sender. Lives for the length of Sender::on_ack().
class AckProcessing {
public:
    AckProcessing(Sender& sender, Time now, const AckInput& input)
        : s_{sender}, now_{now}, in_{input} {}
    AckOutcome run();

private:
    // the steps, in order
    void take_sack();
    bool check_dsack();
    void count_dsack(StreamOffset left, StreamOffset right);
    bool is_valid_block(const SackRange& block, bool dsack) const;
    void mark_sacked(const SackRange& block, bool dsack);
    void take_cumulative();
    void take_rtt();
    void decide_timer(std::uint32_t segments);
    void process_probe();
    bool is_dubious() const;
    void alert();
    void finish_delivery();
    void control_window();

    // the state machine
    bool check_reneging();
    void leave_finished_state();
    bool in_recovery();
    bool in_loss();
    void process_loss();
    void elsewhere();
    void identify_loss();
    void try_to_open();
    bool undo_recovery();
    bool undo_partial();
    bool undo_by_dsack();
    bool undo_loss(bool frto);
    bool holds_without_sack();

    // without SACK, RFC 6582
    void add_duplicate_acks();
    void remove_duplicate_acks(std::uint32_t acked);
    void limit_duplicate_acks(std::uint32_t extra);

    Sender& s_;
    Time now_;
    const AckInput& in_;
    AckOutcome out_;
    RateSample sample_;
    StreamOffset prior_una_, prior_highest_sacked_, lowest_reordered_;
    Time first_acked_sent_ = Time::never(), last_acked_sent_;
    Time first_sacked_sent_ = Time::never(), last_sacked_sent_;
    std::int64_t cc_rtt_us_ = -1;
    std::uint32_t prior_delivered_ = 0, prior_lost_ = 0, prior_in_flight_ = 0, prior_sacked_ = 0;
    std::uint32_t duplicate_acks_ = 0;
    bool data_sacked_ = false, original_delivered_ = false, retransmission_acked_ = false;
    bool dsacked_ = false, dsack_of_probe_ = false, reneging_ = false, lost_retransmission_ = false;
    bool set_timer_ = false, maybe_delayed_ = false;
};

}  // namespace seedwire::tcp
