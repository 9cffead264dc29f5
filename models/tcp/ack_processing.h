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
    // --- what it delivered (ack_processing.cpp) ---
    void take_sack();
    bool check_dsack();
    std::uint32_t count_dsack(const SackRange& block);
    bool is_valid_block(const SackRange& block, bool dsack) const;
    void mark_sacked(const SackRange& block);
    void mark_duplicates(const SackRange& block);
    void note_delivered_by_sack(const SentSegment& segment);
    void take_cumulative();
    void note_acknowledged(const SentSegment& segment);
    std::int64_t take_rtt();
    void process_probe();
    void finish();
    void control_window();

    // --- the state machine (ack_state_machine.cpp) ---
    void alert();
    bool check_reneging();
    bool leave_finished_state();
    bool in_recovery();
    bool in_loss();
    void process_loss();
    bool elsewhere();
    void identify_loss();
    void try_to_open();
    bool undo_recovery();
    bool undo_partial();
    bool undo_by_dsack();
    bool undo_loss(bool frto);
    bool holds_without_sack();
    bool at_guard_without_sack() const;  ///< high_seq is reached, and nobody knows by which copies
    void add_duplicate_acks();
    void remove_duplicate_acks(std::uint32_t acked);
    void limit_duplicate_acks(std::uint32_t acked);

    bool is_plain_duplicate() const;  ///< neither data, nor a window update, nor acknowledging

    Sender& s_;
    Time now_;
    const AckInput& in_;
    AckOutcome out_;
    RateSample sample_;
    StreamOffset prior_una_, prior_highest_sacked_, lowest_late_;
    Time first_acked_sent_ = Time::never(), last_acked_sent_;
    Time first_sacked_sent_ = Time::never(), last_sacked_sent_;
    std::int64_t cc_rtt_us_ = -1;  ///< of what was sent last; -1 = none
    std::uint32_t prior_delivered_ = 0, prior_lost_ = 0, prior_in_flight_ = 0;
    std::uint32_t duplicate_acks_ = 0;
    bool data_sacked_ = false, dsacked_ = false, dsack_of_probe_ = false;
    bool original_delivered_ = false;  ///< sent before high_seq and never again: F-RTO's witness
    bool retransmission_acked_ = false, lost_retransmission_ = false;
    bool reneging_ = false, set_timer_ = false, maybe_delayed_ = false;
};

}  // namespace seedwire::tcp
