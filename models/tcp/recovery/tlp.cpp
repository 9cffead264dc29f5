#include "models/tcp/recovery/tlp.h"

#include <algorithm>

namespace seedwire::tcp {

// [TLP-1]
Duration TailLossProbe::timeout(const RttEstimator& rtt, std::uint32_t packets_out,
                                Duration rto_min, Duration until_rto) {
    Duration timeout = RttEstimator::kInitialRto;
    if (rtt.has_sample()) {
        // A lone segment may be acknowledged late; RFC 8985 §7.2 adds WCDelAckT, Linux the minimum
        // RTO. Otherwise two milliseconds of slack.
        timeout =
            Duration::us(rtt.srtt8_us() >> 2) + (packets_out == 1 ? rto_min : Duration::ms(2));
    }
    if (until_rto > Duration::zero()) timeout = std::min(timeout, until_rto);
    return timeout;
}

TailLossProbe::Verdict TailLossProbe::on_ack(const Ack& ack) const {
    const StreamOffset high_seq = high_seq_.near(ack.ack);
    if (!outstanding_ || ack.ack < high_seq) return Verdict::Nothing;
    // New data, or both copies arrived: nothing was lost. [TLP-6]
    if (!retransmission_ || ack.dsack_of_probe) return Verdict::NoLoss;
    if (ack.ack > high_seq) return Verdict::RepairedLoss;
    return ack.pure_duplicate ? Verdict::NoLoss : Verdict::Nothing;
}

}  // namespace seedwire::tcp
