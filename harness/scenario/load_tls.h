// `tls:` of flows: from keys to configurations of both ends, and the certificates of a scenario.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "harness/scenario/document.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/scenario.h"
#include "models/app/tls_flow.h"

namespace seedwire::scenario {

/// One per load. CAs are known by their names in the whole scenario.
class TlsLoader {
public:
    explicit TlsLoader(Reporter& reporter)
        : reporter_{reporter}, pki_{std::make_shared<tls::Pki>()} {}

    void read_profiles(const Fields& top);
    /// `settings`: null where there are none. `count`: connections of the flow. Writes what was
    /// read, profiles laid in, into `effective`, as YAML in one line.
    std::shared_ptr<const app::TlsConfig> read_flow(const Node* settings, const Node& owner,
                                                    std::uint32_t count, std::string& effective);
    /// At the end: roots that are trusted though nothing leads to them.
    void check_trust();
    /// The same of connections that are replayed.
    void check_replays(const std::vector<FlowSpec>& flows);

private:
    struct End {
        tls::Config config;
        Node node;                  ///< with its profile laid in
        tls::CertificateId root{};  ///< that its chain leads to
        bool names_trust = false;
    };
    Node with_profile(const Node& settings);
    const tls::Profile* read_stack(const Fields& fields);
    End read_end(const Node& settings, const Node& owner, tls::Role role);
    app::TlsConfig::Pair read_pair(const Node& client, const Node& server, const Node& owner);
    void read_offers(End& end, const Fields& fields);
    void read_authentication(End& end, const Fields& fields, tls::Role role);
    void read_resumption(End& end, const Fields& fields, tls::Role role);
    void read_records(End& end, const Fields& fields);
    void complete(End& end, const End& peer, tls::Role role);
    void check(const End& end, const Node& owner, tls::Role role);
    void read_chain(End& end, const Node& node);
    tls::CertificateId read_certificate(const Node& node, const Fields& fields,
                                        tls::CertificateId above);
    tls::KeyAlgorithm read_key(const Fields& fields, std::string_view key,
                               tls::KeyAlgorithm fallback);
    tls::CertificateId authority(const std::string& name, tls::KeyAlgorithm key);
    std::vector<std::string> read_words(const Fields& fields, std::string_view key);
    std::uint64_t read_replay(const Fields& fields);
    template <class T, class Find>
    void read_list(const Fields& fields, std::string_view key, std::vector<T>& out, Find find);

    Reporter& reporter_;
    std::shared_ptr<tls::Pki> pki_;
    std::map<std::string, Node> profiles_;
    std::map<std::string, tls::CertificateId> authorities_;  // roots, and CAs of chains
    std::set<std::string> led_to_;                           // roots of chains
    std::map<std::string, SourceSpan> trusted_;
    struct Replay {
        std::string flow;
        std::uint32_t ordinal = 0;
        SourceSpan where;
    };
    std::vector<Replay> replays_;
};

}  // namespace seedwire::scenario
