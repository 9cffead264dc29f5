// The table of legal transitions, and names.
#include "models/tcp/state.h"

#include <set>
#include <utility>

#include "tests/support/catch.h"

using namespace seedwire::tcp;

namespace {

constexpr State kAll[] = {State::Closed,      State::Listen,   State::SynSent,  State::SynReceived,
                          State::Established, State::FinWait1, State::FinWait2, State::CloseWait,
                          State::Closing,     State::LastAck,  State::TimeWait};

}  // namespace

TEST_CASE("Exactly the transitions of RFC 9293 figure 5 are legal",
          "[tcp][state][rfc9293][CLOSE-4]") {
    const std::set<std::pair<State, State>> legal = {
        {State::Closed, State::Listen},           {State::Closed, State::SynSent},
        {State::Closed, State::SynReceived},      {State::Listen, State::SynSent},
        {State::Listen, State::SynReceived},      {State::SynSent, State::SynReceived},
        {State::SynSent, State::Established},     {State::SynReceived, State::Listen},
        {State::SynReceived, State::Established}, {State::SynReceived, State::FinWait1},
        {State::SynReceived, State::CloseWait},   {State::Established, State::FinWait1},
        {State::Established, State::CloseWait},   {State::FinWait1, State::FinWait2},
        {State::FinWait1, State::Closing},        {State::FinWait1, State::TimeWait},
        {State::FinWait2, State::TimeWait},       {State::CloseWait, State::LastAck},
        {State::Closing, State::TimeWait},        {State::TimeWait, State::SynReceived},
    };
    for (const State from : kAll) {
        for (const State to : kAll) {
            INFO(to_string(from) << " to " << to_string(to));
            // Resets, aborts and timeouts lead to CLOSED from anywhere.
            const bool expected =
                to == State::Closed ? from != State::Closed : legal.count({from, to}) != 0;
            CHECK(is_legal_transition(from, to) == expected);
        }
    }
}

TEST_CASE("States print as the RFC prints them", "[tcp][state]") {
    CHECK(to_string(State::SynSent) == "SYN-SENT");
    CHECK(to_string(State::FinWait2) == "FIN-WAIT-2");
    CHECK(to_string(State::TimeWait) == "TIME-WAIT");
}

TEST_CASE("What each state permits", "[tcp][state][rfc9293]") {
    for (const State state : kAll) {
        INFO(to_string(state));
        const bool open = state == State::Established || state == State::CloseWait;
        const bool early = state == State::SynSent || state == State::SynReceived;
        CHECK(may_queue_data(state) == (open || early));
        CHECK(may_receive_data(state) == (state == State::Established || state == State::FinWait1 ||
                                          state == State::FinWait2));
        CHECK(is_synchronized(state) ==
              !(early || state == State::Closed || state == State::Listen));
        if (peer_has_closed(state)) CHECK_FALSE(may_receive_data(state));
    }
}

TEST_CASE("Errors carry Linux's names and numbers", "[tcp]") {
    CHECK(to_string(Error::ConnectionReset) == "ECONNRESET");
    CHECK(number(Error::ConnectionReset) == 104);
    CHECK(number(Error::TimedOut) == 110);
    CHECK(number(Error::ConnectionRefused) == 111);
    CHECK(number(Error::BrokenPipe) == 32);
    CHECK(number(Error::InProgress) == 115);
    CHECK(number(Error::None) == 0);
    CHECK(to_string(Error::Aborted) == "ECONNABORTED");
    CHECK(to_string(RecoveryState::Cwr) == "CWR");
}
