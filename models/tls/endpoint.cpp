// The façade, and the order in which an endpoint works: plan, CPU, next message.
#include "models/tls/endpoint.h"

#include <array>

#include "models/tls/parts.h"

namespace seedwire::tls {

std::string_view name_of(Operation operation) {
    constexpr std::array<std::string_view, 6> kNames = {"handshake",     "key generation",
                                                        "key agreement", "signature",
                                                        "verification",  "chain verification"};
    return kNames[static_cast<std::size_t>(operation)];
}

/// Everything but the memory of its containers.
void Endpoint::Parts::reset() {
    Parts fresh;
    fresh.plan.swap(plan);
    fresh.gathered = std::move(gathered);
    fresh.flight.swap(flight);
    fresh.cut_pieces.swap(cut_pieces);
    fresh.own_shares.swap(own_shares);
    fresh.peer_share.swap(peer_share);
    fresh.shared_groups.swap(shared_groups);
    fresh.peer_chain.swap(peer_chain);
    fresh.expected_signature.swap(expected_signature);
    fresh.request_context.swap(request_context);
    fresh.plan.clear();
    fresh.gathered.clear();
    fresh.flight.clear();
    fresh.own_shares.clear();
    fresh.peer_share.clear();
    fresh.shared_groups.clear();
    fresh.peer_chain.clear();
    fresh.request_context.clear();
    *this = std::move(fresh);
}

namespace {

/// Steps that only compute do not wait for the CPU: the work they ask for joins what is pending.
bool waits_for_cpu(Step step) { return step != Step::PriceSignature; }

}  // namespace

void Endpoint::Parts::spend(Operation operation, Duration cost) {
    if (!config->has_costs || cost <= Duration::zero()) return;
    pending += cost;
    info.cpu += cost;
    output->operations.push_back({operation, cost});
}

void Endpoint::Parts::enter(State state) {
    if (info.state == state) return;
    Event event{.kind = Event::Kind::StateChanged, .from = info.state, .to = state};
    info.state = state;
    emit(event);
}

void Endpoint::Parts::end() {
    plan.clear();
    next_step = 0;
    has_message = false;
    pending = Duration::zero();
    flush();
    enter(State::Closed);
    output->closes = true;
}

void Endpoint::Parts::fail(Alert alert) {
    if (is_over()) return;
    // Messages already written by a flight that has not been sent yet go first: they precede the
    // alert in the stream (a ServerHello before no_application_protocol).
    send_alert(alert);
    end();
}

/// One thing after the other, until the CPU or the peer is waited for.
void Endpoint::Parts::run() {
    if (is_replay) return run_replay();
    while (!busy && !is_over()) {
        const bool has_step = next_step < plan.size();
        if (!has_step && !has_message && !fetch()) return;
        const bool needs_cpu = has_step ? waits_for_cpu(plan[next_step]) : true;
        if (pending > Duration::zero() && needs_cpu) {
            output->work = pending;
            pending = Duration::zero();
            busy = true;
            return;
        }
        if (!has_step) {
            has_message = false;
            take_message();
            continue;
        }
        const Step step = plan[next_step++];
        if (next_step == plan.size()) {
            plan.clear();
            next_step = 0;
        }
        take_step(step);
    }
}

void Endpoint::Parts::take_step(Step step) {
    switch (step) {
        case Step::ClientHello:
            return send_client_hello();
        case Step::EarlyData:
            return send_early_data();
        case Step::HelloRetryRequest:
            return send_retry();
        case Step::ServerHello:
            return send_server_hello();
        case Step::EncryptedExtensions:
            return send_encrypted_extensions();
        case Step::CertificateRequest:
            return send_certificate_request({});
        case Step::Certificate:
            return send_certificate({});
        case Step::PriceSignature:
            return price_signature();
        case Step::CertificateVerify:
            return send_certificate_verify(transcript);
        case Step::ServerFinished:
            return send_server_finished();
        case Step::EndOfEarlyData:
            return send_end_of_early_data();
        case Step::ClientFinished:
            return send_client_finished();
        case Step::LateAlert:
            return fail(*late_alert);
        case Step::Tickets:
            return send_tickets();
        case Step::KeyUpdateAnswer:
            return send_key_update(false);
        case Step::PostHandshakeAnswer:
            return answer_post_handshake();
        case Step::Tls12Hello:
            return send_tls12_hello();
        case Step::Tls12KeyExchange:
            return send_tls12_key_exchange();
        case Step::Tls12Ticket:
            return send_tls12_ticket();
        case Step::Tls12Finished:
            return send_tls12_finished();
        case Step::Flush:
            return flush();
        case Step::ServerWaits:
            return server_waits();
        case Step::Done:
            return finish_handshake();
    }
}

Endpoint::Endpoint(const Config& config, Role role, const Environment& environment)
    : parts_{std::make_unique<Parts>()} {
    reuse(config, role, environment);
}
Endpoint::~Endpoint() = default;
Endpoint::Endpoint(Endpoint&&) noexcept = default;
Endpoint& Endpoint::operator=(Endpoint&&) noexcept = default;

void Endpoint::reuse(const Config& config, Role role, const Environment& environment) {
    SEEDWIRE_ASSERT(config.profile != nullptr);
    SEEDWIRE_ASSERT(environment.outgoing != nullptr);
    SEEDWIRE_ASSERT(environment.incoming != nullptr);
    SEEDWIRE_ASSERT(environment.pki != nullptr);
    parts_->reset();
    parts_->config = &config;
    parts_->profile = config.profile;
    parts_->role = role;
    parts_->env = environment;
    parts_->info.role = role;
}

void Endpoint::start(Time now, std::uint32_t early, Output& out) {
    parts_->begin(now, out);
    if (parts_->role == Role::Client) parts_->start_client(early);
    parts_->run();
}

void Endpoint::on_bytes(Time now, std::uint64_t total, Output& out) {
    SEEDWIRE_ASSERT(total >= parts_->arrived);
    parts_->begin(now, out);
    parts_->arrived = total;
    parts_->run();
}

void Endpoint::on_end(Time now, Output& out) {
    parts_->begin(now, out);
    parts_->has_ended = true;
    parts_->run();
}

void Endpoint::on_work_done(Time now, Output& out) {
    SEEDWIRE_ASSERT(parts_->busy);
    parts_->begin(now, out);
    parts_->busy = false;
    parts_->run();
}

const Info& Endpoint::info() const { return parts_->info; }

Endpoint::TrafficSecrets Endpoint::secrets() const {
    return {parts_->client_early, parts_->client_handshake, parts_->server_handshake,
            parts_->client_application, parts_->server_application};
}

}  // namespace seedwire::tls
