// Segments, ICMP errors and timers find their socket. RFC 9293 §3.10.7, §3.10.8.
#include "models/socket/stack.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/socket/closed_port.h"
#include "models/socket/icmp.h"
#include "models/socket/stack_parts.h"
#include "sim/base/assert.h"

namespace seedwire::socket {

using tcp::State;
namespace flag = wire::flag;

namespace {

/// One segment may carry a connection through two states: its ACK is processed before its FIN.
/// RFC 9293 §3.10.7.4. Gives the state in between, or `from`.
State passed_between(State from, State to) {
    if (from == State::FinWait1 && to == State::TimeWait) return State::FinWait2;
    const bool opening = from == State::SynReceived || from == State::SynSent;
    if (opening && to == State::CloseWait) return State::Established;
    return from;
}

tcp::FastOpenKey draw_secret(std::uint64_t seed, std::string_view host_name, const char* purpose) {
    RandomStream stream{seed, "host/" + std::string{host_name} + "/" + purpose};
    const std::uint64_t low = stream.next();
    return {low, stream.next()};
}

}  // namespace

Stack::Stack(const tcp::Sysctls& sysctls, wire::Address address, std::uint64_t seed,
             std::string_view host_name, Commons* shared)
    : parts_{std::make_unique<Parts>(sysctls, address, seed, host_name, shared)} {}
Stack::~Stack() = default;

Stack::Parts::Parts(const tcp::Sysctls& sysctls_of_host, wire::Address address_of_host,
                    std::uint64_t seed, std::string_view host_name, Commons* shared)
    : sysctls{&sysctls_of_host},
      address{address_of_host},
      own_commons{shared == nullptr ? std::make_unique<Commons>() : nullptr},
      commons{shared == nullptr ? *own_commons : *shared},
      out{commons.outputs},
      requests{sysctls_of_host},
      stubs{sysctls_of_host},
      challenges{RandomStream{seed, "host/" + std::string{host_name} + "/challenges"}},
      random{seed, "host/" + std::string{host_name} + "/isn"},
      cookies{draw_secret(seed, host_name, "SYN cookies")} {
    drawn_keys.count = 1;
    drawn_keys.key[0] = draw_secret(seed, host_name, "fast open");
}

// --- outputs ------------------------------------------------------------------------------------

const std::vector<wire::Segment>& Stack::segments() const { return parts_->out.tcp.segments; }
const std::vector<Batch>& Stack::batches() const { return parts_->out.batches; }
const std::vector<Wake>& Stack::wakes() const { return parts_->out.wakes; }
const std::vector<StateChange>& Stack::changes() const { return parts_->out.changes; }
const std::vector<Retired>& Stack::retired() const { return parts_->out.retired; }

const std::vector<Touched>& Stack::touched() const { return parts_->out.touched; }

void Stack::watch_windows(bool on) { parts_->watches_windows = on; }

bool Stack::has_outputs() const { return parts_->out.said; }
bool Stack::has_accounts() const { return parts_->out.accounts; }

void Stack::clear_outputs() { parts_->out.clear(); }

void Outputs::clear() {
    tcp.clear();
    batches.clear();
    wakes.clear();
    if (accounts) {
        changes.clear();
        retired.clear();
        touched.clear();
    }
    said = accounts = false;
}

namespace {

/// Those of the last few hosts are looked at: a run in which every host has its own stays linear.
template <class Content, unsigned kBits>
std::size_t place_of(ChunkedVector<Content, kBits>& known, const Content& content) {
    constexpr std::size_t kLooked = 16;
    const std::size_t size = known.size();
    for (std::size_t back = 1; back <= std::min(size, kLooked); ++back)
        if (known[size - back] == content) return size - back;
    known.push_back(content);
    return size;
}

}  // namespace

std::uint32_t Commons::share(const tcp::SocketOptions& content) {
    return static_cast<std::uint32_t>(place_of(options, content));
}

const tcp::Sysctls& Commons::share(const tcp::Sysctls& content) {
    return sysctls[place_of(sysctls, content)];
}

void Stack::Parts::emit(const Batch& batch, const wire::Segment& segment) {
    out.batches.push_back(batch);
    out.batches.back().begin = static_cast<std::uint32_t>(out.tcp.segments.size());
    out.tcp.segments.push_back(segment);
    out.batches.back().end = static_cast<std::uint32_t>(out.tcp.segments.size());
    out.said = true;
}

void Stack::Parts::change(Label label, State from, State to) {
    if (from == to) return;
    const State between = passed_between(from, to);
    if (between != from) out.changes.push_back({label, from, between});
    out.changes.push_back({label, between, to});
    out.said = out.accounts = true;
}

void Stack::Parts::retire(const Socket& socket, Time now) {
    out.retired.push_back({socket.label, socket.endpoint.info(now), socket.endpoint.error()});
    out.said = out.accounts = true;
}

// --- after an endpoint was given something to do ------------------------------------------------

inline void Stack::Parts::watch_deadline(Socket& socket, SocketId id) {
    const tcp::Endpoint& endpoint = socket.endpoint;
    const Time deadline = endpoint.next_timeout();
    deadlines.lower(id, deadline);
    const bool waits = !deadline.is_never();
    const bool background = waits && endpoint.is_background();
    const bool foreground = waits && !background;
    const bool untested = background && !endpoint.keepalive_was_answered();
    if (foreground != socket.foreground) {
        socket.foreground = foreground;
        foreground ? ++foreground_count : --foreground_count;
    }
    if (untested != socket.untested) {
        socket.untested = untested;
        untested ? ++untested_count : --untested_count;
    }
}

void Stack::Parts::settle(Time now, Socket& socket, SocketId id, std::size_t first) {
    if (out.tcp.segments.size() > first) {
        out.batches.push_back({{address, socket.local_port},
                               socket.remote,
                               id,
                               socket.label,
                               static_cast<std::uint32_t>(first),
                               static_cast<std::uint32_t>(out.tcp.segments.size()),
                               out.tcp.expired_rto});
        out.said = true;
    }
    const bool news =
        out.tcp.events != 0 || socket.tells || socket.endpoint.state() != socket.reported;
    if (news && !tell_news(now, socket, id)) return;
    watch_deadline(socket, id);
    if (watches_windows && has_new_window(socket)) {
        out.touched.push_back({id, socket.label});
        out.said = out.accounts = true;
    }
}

bool Stack::Parts::tell_news(Time now, Socket& socket, SocketId id) {
    const State state = socket.endpoint.state(), before = socket.reported;
    if (state != before) {
        change(socket.label, before, state);
        socket.reported = state;
    }
    if (socket.tells) note_progress(now, id);
    const std::uint16_t events = std::exchange(out.tcp.events, std::uint16_t{0});
    if ((events & event::kEstablished) != 0) socket.established = true;
    const bool has_program = !socket.orphan && socket.parent == kNoSocket;
    if (has_program && events != 0) wake(id, events);
    constexpr std::uint16_t kEnd = event::kTimeWait | event::kFinWait2Orphan | event::kGone;
    if ((events & (kEnd | event::kFastOpenNews)) == 0) return true;
    on_fast_open_news(now, id, events);
    if ((events & kEnd) == 0) return true;
    remember_path(socket, events, before);
    end_connection(now, id, events);
    return false;
}

/// Of connections that ended in order. [PATH-1]
void Stack::Parts::remember_path(const Socket& socket, std::uint16_t events, State before) {
    if (sysctls->tcp_no_metrics_save) return;
    const bool waits = (events & (event::kTimeWait | event::kFinWait2Orphan)) != 0;
    const bool last_ack = before == State::LastAck && socket.endpoint.error() == tcp::Error::None;
    if (waits || last_ack)
        paths.learn(*sysctls, socket.remote.address, socket.endpoint.experience());
}

void Stack::Parts::leave_foreground(Socket& socket) {
    if (socket.foreground) --foreground_count;
    if (socket.untested) --untested_count;
    socket.foreground = socket.untested = false;
}

void Stack::Parts::end_connection(Time now, SocketId id, std::uint16_t events) {
    Socket& socket = sockets[id];
    retire(socket, now);
    deadlines.remove(id);
    leave_foreground(socket);
    socket.detached = true;
    // Linux, `tcp_time_wait`: where there is no room for it the connection is simply gone. [TW-5]
    const bool crowded = static_cast<std::int64_t>(stubs.size()) >= sysctls->tcp_max_tw_buckets;
    const bool time_wait = (events & event::kTimeWait) != 0;
    if (crowded) {
        demux.erase(socket.remote, socket.local_port);
        change(socket.label, socket.reported, State::Closed);
    } else if (time_wait || (events & event::kFinWait2Orphan) != 0) {
        const tcp::Remains remains = socket.endpoint.remains();
        const std::uint32_t stub =
            stubs.add(now, socket.remote, socket.local_port, socket.label, remains, time_wait);
        demux.set(socket.remote, socket.local_port, {TargetKind::Stub, stub});
    } else {
        demux.erase(socket.remote, socket.local_port);
    }
    if (socket.orphan) free_socket(id);
}

// --- segments -----------------------------------------------------------------------------------

void Stack::on_segment(Time now, const Arrival& arrival, const wire::Segment& segment) {
    Parts& p = *parts_;
    // No socket here has a key, and what is signed is not for one without. Linux,
    // `tcp_inbound_hash`; RFC 5925 §7.3 leaves it to the user. [LISTEN-17]
    if (segment.has(flag::kSigned)) [[unlikely]]
        return;
    const Target target = p.demux.find(arrival.from, arrival.to.port);
    if (target.kind == TargetKind::Connection) [[likely]] {
        const std::size_t first = p.mark();
        Socket& socket = p.sockets[target.index];
        socket.endpoint.on_segment(now, segment, p.out.tcp);
        return p.settle(now, socket, target.index, first);
    }
    if (target.kind == TargetKind::Request) {
        if (segment.has(flag::kSyn) && p.requests.next_expiry() <= now) {
            // Both ends count the same second. Where a repeated SYN finds the SYN-ACK's timer due,
            // measured hosts send two SYN-ACKs: the timer was set first, so it goes first.
            // [LISTEN-5]
            p.on_request_timers(now);
            return on_segment(now, arrival, segment);
        }
        return p.on_request_segment(now, arrival, target.index, segment);
    }
    if (target.kind == TargetKind::Stub) {
        return p.on_stub_segment(now, arrival, target.index, segment);
    }
    const SocketId listener = p.demux.listener(arrival.to.port);
    if (listener != kNoSocket) return p.on_listener_segment(now, arrival, listener, segment);
    p.on_unwanted_segment(arrival, segment);
}

void Stack::Parts::reset(const Arrival& arrival, const wire::Segment& segment, wire::Cause cause) {
    const auto reply = reset_for(segment, cause);
    if (reply) emit({arrival.to, arrival.from, kNoSocket, arrival.label, 0, 0, {}}, *reply);
}

void Stack::Parts::on_unwanted_segment(const Arrival& arrival, const wire::Segment& segment) {
    reset(arrival, segment, wire::Cause::ResetClosedPort);
}

void Stack::Parts::on_listener_segment(Time now, const Arrival& arrival, SocketId listener,
                                       const wire::Segment& segment) {
    // RFC 9293 §3.10.7.2: resets are ignored, an ACK acknowledges nothing we ever sent. [LISTEN-14]
    if (segment.has(flag::kRst)) return;
    if (segment.has(flag::kAck)) {
        const bool cookie = !segment.has(flag::kSyn) && sysctls->tcp_syncookies != 0 &&
                            cookies.had_recent_overflow(now);
        if (cookie && complete_cookie(now, arrival, listener, segment)) return;
        return reset(arrival, segment, wire::Cause::ResetRefused);
    }
    if (!segment.has(flag::kSyn) || segment.has(flag::kFin)) return;
    start_request(now, arrival, listener, segment, std::nullopt);
}

void Stack::Parts::start_request(Time now, const Arrival& arrival, SocketId listener,
                                 const wire::Segment& syn, std::optional<std::uint32_t> sequence) {
    Listener& queue = listeners[sockets[listener].listener];
    if (queue.is_full()) return;  // the client's own timer brings it back
    // Linux, `inet_csk_reqsk_queue_is_full`: one more than the backlog fits here, too. [COOKIE-1]
    const bool overflow = static_cast<std::int64_t>(queue.requests) > queue.backlog;
    if (sysctls->tcp_syncookies == 2 || (overflow && sysctls->tcp_syncookies != 0)) {
        return send_cookie(now, arrival, listener, syn);
    }
    if (overflow || (sysctls->tcp_syncookies == 0 && !sequence && is_nearly_full(queue))) return;
    tcp::Environment environment = draw_environment(arrival.mtu);
    if (sequence) environment.initial_sequence = *sequence;
    const tcp::SocketOptions& options = options_of(sockets[listener]);
    const tcp::FastOpenVerdict verdict =
        tcp::judge_syn(now, *sysctls, options.fast_open_no_cookie, keys_of(listener),
                       queue.fast_open, syn, arrival.from.address, arrival.to.address);
    const std::uint32_t index = add_request(now, arrival, listener, syn, environment);
    requests[index].syn_ack.syn.fast_open = verdict.answer;
    if (verdict.open) return start_early(now, arrival, listener, index);
    enter_queue(arrival, listener, index);
    emit({arrival.to, arrival.from, kNoSocket, arrival.label, 0, 0, {}}, requests[index].syn_ack);
}

/// Without cookies the last quarter of the backlog is kept for peers known to be alive: none is,
/// as nothing is remembered of old connections. [COOKIE-4]
bool Stack::Parts::is_nearly_full(const Listener& queue) const {
    const std::int64_t most = sysctls->tcp_max_syn_backlog;
    return most - static_cast<std::int64_t>(queue.requests) < most / 4;
}

std::uint32_t Stack::Parts::add_request(Time now, const Arrival& arrival, SocketId listener,
                                        const wire::Segment& syn,
                                        const tcp::Environment& environment) {
    Request facts;
    facts.syn = syn;
    facts.remote = arrival.from;
    facts.local_port = arrival.to.port;
    facts.listener = listener;
    facts.label = arrival.label;
    facts.environment = environment;
    return requests.add(now, facts, options_of(sockets[listener]));
}

void Stack::Parts::enter_queue(const Arrival& arrival, SocketId listener, std::uint32_t index) {
    ++listeners[sockets[listener].listener].requests;
    demux.set(arrival.from, arrival.to.port, {TargetKind::Request, index});
    change(arrival.label, State::Listen, State::SynReceived);
}

void Stack::Parts::send_cookie(Time now, const Arrival& arrival, SocketId listener,
                               const wire::Segment& syn) {
    const tcp::Environment numbers =
        cookies.numbers(now, arrival.from, arrival.to, syn, arrival.mtu);
    tcp::InitialWindow window;
    wire::Segment syn_ack = tcp::make_syn_ack(now, *sysctls, options_of(sockets[listener]), numbers,
                                              SynCookies::reduced(syn), window);
    SynCookies::encode_options(syn_ack, syn, numbers.timestamp_offset);
    cookies.note_overflow(now);
    emit({arrival.to, arrival.from, kNoSocket, arrival.label, 0, 0, {}}, syn_ack);
}

bool Stack::Parts::complete_cookie(Time now, const Arrival& arrival, SocketId listener,
                                   const wire::Segment& segment) {
    const auto recovered =
        cookies.recover(now, arrival.from, arrival.to, segment, *sysctls, arrival.mtu);
    if (!recovered) return false;
    if (listeners[sockets[listener].listener].is_full()) return true;
    const std::uint32_t index =
        add_request(now, arrival, listener, recovered->syn, recovered->environment);
    // Nobody knows when the SYN-ACK left: no round trip can be taken from it.
    requests[index].answered_repeats = 1;
    enter_queue(arrival, listener, index);
    complete_request(now, index, segment);
    return true;
}

void Stack::Parts::on_request_segment(Time now, const Arrival& arrival, std::uint32_t index,
                                      const wire::Segment& segment) {
    using Verdict = RequestTable::Verdict;
    const Batch reply{arrival.to, arrival.from, kNoSocket, arrival.label, 0, 0, {}};
    switch (requests.on_segment(now, index, segment)) {
        case Verdict::Ignore:
            return;
        case Verdict::Repeat:
            return emit(reply, requests.resend(now, index, wire::Cause::SynRepeated));
        case Verdict::Acknowledge:
            return emit(reply, requests.acknowledgement(now, index, wire::Cause::OutOfWindowAck));
        case Verdict::Reset:
            return reset(arrival, segment, wire::Cause::ResetRefused);
        case Verdict::Refuse:
            reset(arrival, segment, wire::Cause::ResetRefused);
            return drop_request(index, State::Listen);
        case Verdict::Forget:
            return drop_request(index, State::Listen);
        case Verdict::Complete:
            return complete_request(now, index, segment);
    }
}

void Stack::Parts::complete_request(Time now, std::uint32_t index, const wire::Segment& segment) {
    Request& request = requests[index];
    const SocketId listener = request.listener;
    Listener& queue = listeners[sockets[listener].listener];
    if (queue.is_full()) {
        // The client believes it is connected; our SYN-ACK timer makes it ask again. [LISTEN-11]
        request.acknowledged = true;
        // [LISTEN-12]
        if (!sysctls->tcp_abort_on_overflow) return;
        reset({request.remote, {address, request.local_port}, request.label, 0}, segment,
              wire::Cause::ResetRefused);
        return drop_request(index, State::Listen);
    }
    const SocketId id = add_socket(sockets[listener].options, Socket::Kind::Connection);
    Socket& child = sockets[id];
    child.remote = request.remote;
    child.local_port = request.local_port;
    child.label = request.label;
    child.parent = listener;
    child.reported = State::SynReceived;
    child.endpoint = tcp::Endpoint{*sysctls, options_of(child), request.environment};
    child.endpoint.accept(now, requests.handshake(index));
    recall_path(child);
    requests.remove(index);
    --queue.requests;
    demux.set(child.remote, child.local_port, {TargetKind::Connection, id});
    queue.accept_queue.push_back(id);
    wake(listener, event::kAcceptable);
    const std::size_t first = mark();
    child.endpoint.on_segment(now, segment, out.tcp);
    settle(now, id, first);
}

void Stack::Parts::drop_request(std::uint32_t index, State to) {
    const Request& request = requests[index];
    demux.erase(request.remote, request.local_port);
    change(request.label, State::SynReceived, to);
    --listeners[sockets[request.listener].listener].requests;
    requests.remove(index);
}

void Stack::Parts::on_stub_segment(Time now, const Arrival& arrival, std::uint32_t index,
                                   const wire::Segment& segment) {
    using Verdict = TimeWaitTable::Verdict;
    const Label label = stubs[index].label;
    const Batch reply{arrival.to, arrival.from, kNoSocket, label, 0, 0, {}};
    switch (stubs.on_segment(now, index, segment)) {
        case Verdict::Ignore:
            return;
        case Verdict::Close:
            change(label, State::FinWait2, State::TimeWait);
            [[fallthrough]];
        case Verdict::Acknowledge:
            return emit(reply, stubs.acknowledgement(now, index));
        case Verdict::Reset:
            if (const auto rst = reset_for(segment, wire::Cause::ResetClosedPort)) {
                emit(reply, *rst);
            }
            return forget_stub(index);
        case Verdict::Forget:
            return forget_stub(index);
        case Verdict::Reopen:
            break;
    }
    const SocketId listener = demux.listener(arrival.to.port);
    if (listener == kNoSocket) return emit(reply, stubs.acknowledgement(now, index));
    const std::uint32_t sequence = stubs.reopening_sequence(index);
    forget_stub(index);
    start_request(now, arrival, listener, segment, sequence);
}

void Stack::Parts::forget_stub(std::uint32_t index) {
    const Stub& stub = stubs[index];
    change(stub.label, stub.time_wait ? State::TimeWait : State::FinWait2, State::Closed);
    demux.erase(stub.remote, stub.local_port);
    stubs.remove(index);
}

void Stack::on_icmp_error(Time now, const IcmpError& icmp) {
    Parts& p = *parts_;
    const Target target = p.demux.find(icmp.remote, icmp.local.port);
    const IcmpMeaning meaning = meaning_of_icmp(icmp.type, icmp.code);
    if (target.kind == TargetKind::Request) {
        // The client will try again or not: a listener's program never hears of it.
        const bool ours = icmp.quoted == p.requests[target.index].syn_ack.seq;
        const bool too_big = meaning.error == tcp::Error::MessageSize;
        if (ours && !too_big) p.drop_request(target.index, State::Listen);
        return;
    }
    if (target.kind != TargetKind::Connection) return;
    tcp::Endpoint& endpoint = p.sockets[target.index].endpoint;
    const std::size_t first = p.mark();
    if (endpoint.state() == State::SynSent && meaning.error != tcp::Error::None &&
        p.options_of(p.sockets[target.index]).receive_errors) {
        // Only while it connects: then TCP has nothing better to say of the path. [ERRQ-1]
        p.error_queue(target.index)
            .push(
                {QueuedError::Origin::Icmp, meaning.error, icmp.type, icmp.code, icmp.mtu, 0, {}});
    }
    if (icmp.type == kIcmpUnreachable && icmp.code == kIcmpFragmentationNeeded) {
        endpoint.on_packet_too_big(now, icmp.mtu, icmp.quoted, p.out.tcp);
    } else if (meaning.error != tcp::Error::None) {
        endpoint.on_icmp_error(now, meaning.error, meaning.hard, icmp.quoted, p.out.tcp);
    } else {
        return;
    }
    p.settle(now, target.index, first);
}

// --- the clock ----------------------------------------------------------------------------------

Time Stack::next_timeout() const { return parts_->next_timeout(); }

bool Stack::tests_peers() const { return parts_->untested_count > 0; }

bool Stack::is_background() const {
    const Parts& p = *parts_;
    return p.foreground_count == 0 && p.requests.size() == 0 && p.stubs.size() == 0;
}

void Stack::on_timeout(Time now) {
    parts_->on_socket_timers(now);
    parts_->on_request_timers(now);
    parts_->on_stub_timers(now);
}

void Stack::Parts::on_socket_timers(Time now) {
    while (deadlines.earliest() <= now) {
        const SocketId id = deadlines.pop();
        Socket& socket = sockets[id];
        if (socket.endpoint.next_timeout() > now) {  // it was put off meanwhile
            watch_deadline(socket, id);
            continue;
        }
        const std::size_t first = mark();
        socket.endpoint.on_timeout(now, out.tcp);
        settle(now, socket, id, first);
        out.tcp.expired_rto = Duration::zero();
    }
}

void Stack::Parts::on_request_timers(Time now) {
    while (const auto index = requests.pop_expired(now)) {
        const Request& request = requests[*index];
        const wire::SocketAddress from{address, request.local_port};
        const Duration expired_rto = requests.timeout(*index);
        const Batch reply{from, request.remote, kNoSocket, request.label, 0, 0, expired_rto};
        switch (requests.on_timeout(now, *index)) {
            case RequestTable::Expiry::Wait:
                break;
            case RequestTable::Expiry::Resend:
                emit(reply, requests.resend(now, *index, wire::Cause::SynAckTimeout));
                break;
            case RequestTable::Expiry::GiveUp:
                drop_request(*index, State::Closed);
                break;
        }
    }
}

void Stack::Parts::on_stub_timers(Time now) {
    while (const auto index = stubs.expired(now)) forget_stub(*index);
}

void Stack::retire_all(Time now) {
    for (SocketId id = 0; id < parts_->sockets.size(); ++id) {
        const Socket& socket = parts_->sockets[id];
        if (socket.kind != Socket::Kind::Connection || socket.detached) continue;
        parts_->retire(socket, now);
    }
}

std::size_t Stack::socket_count() const {
    return parts_->sockets.size() - parts_->free_sockets.size();
}
std::size_t Stack::request_count() const { return parts_->requests.size(); }
std::size_t Stack::time_wait_count() const { return parts_->stubs.size(); }

}  // namespace seedwire::socket
