// The state of an endpoint, and what its rooms offer to each other: reading.cpp, writing.cpp,
// client.cpp, server.cpp and those beside them. Not for users of the folder.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "models/tls/endpoint.h"
#include "models/tls/extensions.h"
#include "models/tls/secrets.h"

namespace seedwire::tls {

/// Protection of one direction.
struct Keys {
    Secret secret = 0;  ///< 0: none
    std::uint64_t sequence = 0;
    Epoch epoch = Epoch::Plain;
};

/// What is still to be done before the next message is read. A step that lets others see something
/// waits until the CPU has done the work asked for before it.
enum class Step : std::uint8_t {
    ClientHello,
    EarlyData,
    HelloRetryRequest,
    ServerHello,
    EncryptedExtensions,
    CertificateRequest,
    Certificate,
    PriceSignature,  ///< asks for the work of the next step
    CertificateVerify,
    ServerFinished,
    EndOfEarlyData,
    ClientFinished,
    LateAlert,  ///< `late_alert`, behind the ServerHello
    Tickets,
    KeyUpdateAnswer,
    PostHandshakeAnswer,  ///< Certificate, CertificateVerify, Finished after the handshake
    Tls12Hello,           ///< with all up to ServerHelloDone
    Tls12KeyExchange,
    Tls12Ticket,
    Tls12Finished,  ///< behind a change_cipher_spec
    Flush,          ///< hand the flight to TCP
    ServerWaits,    ///< the first flight is out: which state comes next
    Done,           ///< the handshake is complete at this end
};

/// Bytes of handshake messages that have come but are not yet a whole message. Refers to the log
/// where it can, copies where records cut a message.
class Gathered {
public:
    Bytes view() const { return view_; }
    bool is_empty() const { return view_.empty(); }
    void add(Bytes piece);
    void drop(std::size_t count) { view_ = view_.subspan(count); }
    void clear() { view_ = {}; }

private:
    Bytes view_;
    std::vector<std::uint8_t> copy_;
};

/// Facts of a ClientHello that live as long as the handshake.
struct HelloFacts {
    std::array<std::uint8_t, 32> random{};
    std::array<std::uint8_t, 32> session_id{};
    std::uint8_t session_id_length = 0;
    bool offers_early_data = false, offers_staple = false, offers_scts = false;
    bool offers_post_handshake = false, offers_compression = false;
    std::uint8_t fragment_length = 0;     ///< 0: not asked for
    std::uint16_t record_size_limit = 0;  ///< 0: none
    std::uint64_t fingerprint = 0;        ///< of what a second ClientHello must repeat; §4.1.2
    std::uint64_t name = 0;               ///< stable_hash of server_name; 0: none
    std::uint64_t alpn = 0;
    std::uint32_t length = 0;
};

enum class PostHandshake : std::uint8_t { None, WaitCertificate, WaitVerify, WaitFinished };

struct ClientHello;

struct Endpoint::Parts {
    const Config* config = nullptr;
    const Profile* profile = nullptr;
    Role role = Role::Client;
    Environment env;
    Info info;
    Output* output = nullptr;  ///< of the current call
    Time now;

    // --- the plan (endpoint.cpp) ---
    std::vector<Step> plan;
    std::size_t next_step = 0;
    Duration pending;  ///< work asked for by what was done, not yet handed out
    bool busy = false;
    bool has_message = false;  ///< a priced message waits at the front of `gathered`
    bool is_replay = false;    ///< no client, but somebody who repeats one

    // --- reading (reading.cpp) ---
    std::uint64_t arrived = 0, next_record = 0;
    bool has_ended = false, peer_closed = false;
    Keys read;
    Gathered gathered;
    bool may_skip = false;      ///< refused early data: records that do not open are skipped
    std::uint32_t skipped = 0;  ///< bytes
    bool ccs_allowed = false, had_ccs = false;
    std::uint32_t incoming_limit = 0;  ///< RFC 8449: content and type; 0: kMaxPlaintext + 1
    std::uint32_t plain_limit = kMaxPlaintext;

    // --- writing (writing.cpp) ---
    Keys write;
    std::uint32_t outgoing_limit = 0;  ///< content bytes, from the peer; 0: none
    std::uint32_t buffered = 0;        ///< bytes of records not yet handed to TCP
    std::vector<Piece> flight;         ///< messages that will share a record
    std::uint32_t flight_bytes = 0;
    std::vector<Piece> cut_pieces;  ///< of one record, while it is made
    bool ccs_sent = false, close_sent = false;
    std::uint64_t drawn = 0;  ///< random values so far

    // --- the handshake ---
    HelloFacts hello;
    Transcript transcript;
    std::uint64_t transcript_before_binders = 0;
    Secret psk = 0, early_secret = 0, handshake_secret = 0, master_secret = 0;
    Secret client_handshake = 0, server_handshake = 0, client_application = 0,
           server_application = 0, client_early = 0, resumption_master = 0;
    Group retry_group = Group::None;  ///< that a HelloRetryRequest asked for
    bool retried = false, psk_chosen = false, psk_was_chosen_before_retry = false;
    Suite retry_suite = Suite::None;
    std::uint64_t cookie_key = 0;
    std::array<std::uint8_t, 256> cookie{};
    std::uint16_t cookie_length = 0;
    std::vector<std::uint8_t> own_shares;  ///< client: as sent; server: its one share
    std::vector<std::uint8_t> peer_share;  ///< server: of the chosen group
    bool hello_was_padded = false;
    std::vector<Group> shared_groups;  ///< client: in the order of own_shares
    std::optional<Ticket> ticket;      ///< client: offered
    Session resumed;                   ///< server: of the chosen PSK
    std::uint16_t psk_index = 0;
    Duration ticket_age;            ///< server: as the client sees it
    std::uint64_t early_limit = 0;  ///< bytes that may still go or come as early data
    std::uint32_t early_wish = 0;   ///< client: bytes the application gave to start()
    bool certificate_asked = false;
    std::vector<std::uint8_t> request_context;
    bool request_takes_scheme = false;
    Scheme own_scheme = Scheme::None;
    std::vector<CertificateId> peer_chain;
    std::vector<std::uint8_t> expected_signature;
    PostHandshake post_handshake = PostHandshake::None;
    Transcript post_transcript;
    bool sent_tickets = false;
    std::optional<Alert> late_alert;  ///< to be sent behind the ServerHello
    std::uint64_t ticket_number = 0;
    bool expects_ticket = false;  ///< TLS 1.2
    std::uint16_t tls12_suite = 0;
    std::uint64_t transcript_of_hellos = 0;

    // --- endpoint.cpp ---
    void reset();
    void begin(Time at, Output& target) { now = at, output = &target; }
    void run();
    void run_replay();
    void take_step(Step step);
    void add_steps(std::initializer_list<Step> steps) {
        plan.insert(plan.end(), steps.begin(), steps.end());
    }
    void spend(Operation operation, Duration cost);
    void enter(State state);
    void emit(Event event) { output->events.push_back(event); }
    void fail(Alert alert);  ///< sends it, RFC 8446 §6.2; the connection is over
    void end();              ///< over without an alert of ours
    std::uint64_t random() { return combine_hash(env.entropy, ++drawn); }
    bool is_over() const { return info.state == State::Closed; }

    // --- reading.cpp ---
    bool fetch();  ///< a whole message stands at the front of `gathered`; false: not yet
    bool has_whole_message();
    bool read_record();
    void on_ccs(const Record& record);
    void on_plain(const Record& record);
    void on_protected(const Record& record);
    void on_content(const Record& record, std::uint8_t type);
    void on_alert(const Record& record);
    void on_data(const Record& record);
    void on_peer_closed();
    void on_stream_end();
    void skip(const Record& record);
    Bytes message() const;
    void take_message();  ///< handles it
    void price_message(HandshakeType type, Bytes message);
    bool is_expected_when_connected(HandshakeType type) const;
    bool is_expected(HandshakeType type) const;
    /// RFC 8446 §5.1: a message before a change of keys ends its record.
    bool ends_record();

    // --- writing.cpp ---
    std::span<std::uint8_t> storage(std::size_t size) { return env.outgoing->allocate(size); }
    /// Sends what the writer holds, written into storage(allocated).
    void send_message(HandshakeType type, const ByteWriter& message, std::size_t allocated);
    void send_bytes(HandshakeType type, Bytes message);  ///< of longer life than the record
    void send_ccs();
    void send_ccs_if_due();
    void send_alert(Alert alert);
    std::uint32_t send_data(std::uint32_t bytes, std::uint64_t offset);
    void append_record(ContentType type, std::uint32_t content, std::span<const Piece> pieces,
                       std::uint64_t data_offset);
    void append_handshake(std::span<const Piece> pieces, std::uint32_t bytes);
    std::uint32_t protection(std::uint32_t content, Record& record) const;
    void buffer(std::uint32_t bytes);
    Duration price_of_record(std::uint32_t content) const;
    void close_flight();  ///< no further message shares the record
    void flush();
    void use_write_key(Secret secret, Epoch epoch);
    void use_read_key(Secret secret, Epoch epoch) { read = {secret, 0, epoch}; }
    std::uint32_t content_limit() const;

    // --- key_schedule.cpp ---
    void start_schedule(Secret with_psk);
    void derive_early();
    void derive_handshake(Secret shared);
    void derive_application();
    void derive_resumption();
    Secret finished_value(Secret traffic, std::uint64_t transcript_value) const;
    std::uint32_t finished_length() const { return facts(info.suite).hash; }
    void write_finished(Secret traffic, std::uint64_t transcript_value, ByteWriter& message) const;
    std::optional<Alert> check_finished(Secret traffic, std::uint64_t transcript_value,
                                        Bytes message) const;
    void update_own_keys();
    void update_peer_keys();

    // --- authentication.cpp ---
    Scheme choose_scheme(Bytes offered, KeyAlgorithm key) const;
    void send_certificate(Bytes context);
    void send_certificate_verify(Transcript& over);
    void price_signature();
    void on_authentication(HandshakeType type, Bytes message);
    void on_certificate(Bytes body, bool is_compressed, Bytes context);
    void on_certificate_verify(Bytes body, const Transcript& over);
    Transcript& own_transcript();
    std::optional<Alert> read_chain(Bytes body, Bytes context);
    void price_agreement(Bytes message);
    void price_chain(Bytes message);
    Alert alert_for(Verdict verdict) const;

    // --- client_hello.cpp ---
    void send_client_hello();
    std::uint32_t hello_capacity() const;
    void write_own_shares(std::span<const Group> groups);
    void write_binder(ByteWriter& out, std::size_t binders);

    // --- client.cpp ---
    void start_client(std::uint32_t early);
    void on_client_message(HandshakeType type, Bytes message);
    void on_server_hello(Bytes message);
    void on_older_server_hello(Bytes message);
    void on_retry(Bytes message, const ExtensionList& extensions);
    void on_encrypted_extensions(Bytes body);
    void on_certificate_request(Bytes message);
    void on_server_finished(Bytes message);
    std::optional<Alert> accept_key_exchange(const ExtensionList& extensions);
    std::optional<Alert> accept_answer(const Extension& extension);
    Secret shared_secret(Bytes server_share) const;
    void refuse_early_data();
    void take_second_flight_keys();
    void send_early_data();
    void send_end_of_early_data();
    void send_client_finished();
    bool offered(ExtensionType type) const;
    std::optional<Alert> check_answers(const ExtensionList& extensions, std::uint8_t message) const;

    // --- server.cpp, negotiation.cpp ---
    void on_server_message(HandshakeType type, Bytes message);
    void on_client_hello(Bytes message);
    void on_older_client_hello(const ClientHello& client, Bytes message);
    void keep_facts(const ClientHello& client, std::size_t length);
    void decide_early_data();
    void plan_server_flight();
    void write_hello_head(Bytes random_value, ByteWriter& out) const;
    void send_retry();
    void send_server_hello();
    void send_encrypted_extensions();
    void send_certificate_request(Bytes context);
    void send_server_finished();
    void server_waits();
    void on_client_finished(Bytes message);

    // --- tls12.cpp ---
    bool is_expected_in_tls12(HandshakeType type) const;
    bool tls12_takes_ccs(const Record& record);
    void on_tls12_client_message(HandshakeType type, Bytes message);
    void on_tls12_server_message(HandshakeType type, Bytes message);
    void on_tls12_certificate(Bytes body);
    void derive_tls12(Secret premaster);
    bool check_tls12_finished(Bytes message);
    void send_tls12_hello();
    void send_tls12_certificate();
    void send_tls12_server_key_exchange();
    void send_tls12_key_exchange();
    void send_tls12_ticket();
    void send_tls12_finished();

    // --- post_handshake.cpp ---
    void send_tickets();
    void send_ticket(Secret master);
    std::uint32_t identity_size() const;
    std::uint32_t ticket_growth() const;
    Secret expected_resumption_master() const;
    void on_post_handshake(HandshakeType type, Bytes message);
    void on_ticket(Bytes body);
    void on_key_update(Bytes body);
    void send_key_update(bool asks_peer);
    void answer_post_handshake();
    void finish_handshake();
};

/// Recognised by its fixed random. RFC 8446 §4.1.3.
bool is_retry(Bytes server_hello);
extern const std::array<std::uint8_t, 32> kRetryRandom;

}  // namespace seedwire::tls
