// The congestion state machine's memory: Open, Disorder, CWR, Recovery, Loss, and where the episode
// ends. RFC 6675 §5, RFC 6582 §3.2, RFC 5682 §3.1.
#pragma once

#include <cstdint>

#include "models/tcp/info.h"
#include "models/tcp/stream_offset.h"

namespace seedwire::tcp {

///            SACK, dupACK            lost            high_seq acknowledged
///     Open ───────────────► Disorder ─────► Recovery ────────────────────► Open
///       └────── ECE, probe repaired a loss ──► CWR ─── beyond high_seq ──► Open
///     any ───── RTO ─────────────────────────► Loss ───────────────────────► Open
struct Episode {
    StreamOffset high_seq;              ///< snd_nxt when the present state was entered
    std::uint32_t reordering = 3;       ///< degree of reordering, segments
    std::uint32_t reordering_seen = 0;  ///< how often
    RecoveryState state = RecoveryState::Open;
    bool frto = false;             ///< the timeout may still prove spurious
    bool reneged = false;          ///< the receiver has dropped what it had SACKed
    bool by_timer = false;         ///< this Recovery was entered by the reordering timer
    std::uint8_t retransmits = 0;  ///< RTOs since snd_una last advanced

    bool in_reduction() const {
        return state == RecoveryState::Cwr || state == RecoveryState::Recovery;
    }
    bool in_recovery() const { return state >= RecoveryState::Recovery; }
};

}  // namespace seedwire::tcp
