#include "models/tcp/profile_table.h"

#include <array>

namespace seedwire::tcp {
namespace {

constexpr std::array kDifferences{
#define DIFFERENCE(name, what, linux_rule, rfc_rule, citation) \
    DifferenceRow{Difference::name, #name, what, linux_rule, rfc_rule, citation},
#include "models/tcp/differences.def"
#undef DIFFERENCE
};

}  // namespace

std::span<const DifferenceRow> differences() { return kDifferences; }

void apply_profile(Profile profile, Sysctls& sysctls) {
    sysctls.profile = profile;
    if (profile == Profile::Linux) return;
    sysctls.tcp_rto_min = Duration::s(1);                   // MinimumRto
    sysctls.tcp_syn_linear_timeouts = 0;                    // SynBackOff
    sysctls.tcp_syn_retries = 7;                            // SynPatience: 255 s
    sysctls.tcp_comp_sack_nr = 0;                           // DuplicateAcks
    sysctls.tcp_congestion_control = CongestionName::Reno;  // CongestionControl
    sysctls.tcp_early_retrans = 0;                          // TailLossProbes
    sysctls.tcp_frto = 0;                                   // Frto
}

}  // namespace seedwire::tcp
