// TLS of flows: profiles, both ends, and what cannot work.
#include "harness/scenario/load_tls.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/scenario/error_ids.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kEnd = "tls.profiles.*";

const Node& nothing() {
    static const Node empty;
    return empty;
}

/// One line of YAML that reads as the node again.
std::string written(const Node& node) {
    std::string text;
    switch (node.kind) {
        case Node::Kind::Null:
            return "{}";
        case Node::Kind::Scalar: {
            for (const char c : node.text) text += c == '\'' ? "''" : std::string(1, c);
            return "'" + text + "'";
        }
        case Node::Kind::Sequence:
            for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + written(item);
            return "[" + text + "]";
        case Node::Kind::Map:
            for (const Entry& entry : node.entries)
                if (!entry.key.text.starts_with("x-"))
                    text +=
                        (text.empty() ? "" : ", ") + entry.key.text + ": " + written(entry.value);
            return "{" + text + "}";
    }
    return text;
}

}  // namespace

void TlsLoader::read_profiles(const Fields& top) {
    const Node* settings = top.node("tls");
    if (settings == nullptr) return;
    const Fields fields{reporter_, *settings, *settings, "tls"};
    const Node* profiles = fields.ok() ? fields.node("profiles") : nullptr;
    if (profiles == nullptr || profiles->is_null()) return;
    if (!profiles->is_map()) {
        reporter_.error(error_id::kWrongKind, *profiles, "profiles takes a map of names",
                        "write name: {profile: openssl-3.0, ..}");
        return;
    }
    for (const Entry& entry : profiles->entries) {
        if (entry.key.text.starts_with("x-")) continue;
        if (tls::find_profile(entry.key.text) != nullptr)
            reporter_.error(error_id::kDuplicateName, entry.key,
                            fmt::format("'{}' is a stack already", entry.key.text),
                            "choose another name");
        // Keys are looked at here, so that a profile that nobody uses is right too.
        const Fields keys{reporter_, entry.value, entry.key, kEnd};
        profiles_[entry.key.text] = entry.value;
    }
}

/// Settings over the named profiles they refer to; what remains of `profile` is a stack.
Node TlsLoader::with_profile(const Node& settings) {
    Node node = settings;
    std::set<std::string> seen;
    for (;;) {
        const Node* profile = node.is_map() ? node.find("profile") : nullptr;
        if (profile == nullptr) return node;
        const auto base = profiles_.find(profile->text);
        if (base == profiles_.end()) return node;
        if (!seen.insert(profile->text).second) {
            reporter_.error(error_id::kCycle, *profile,
                            fmt::format("profile '{}' refers to itself", profile->text));
            return node;
        }
        std::erase_if(node.entries, [](const Entry& e) { return e.key.text == "profile"; });
        node = base->second.is_map() ? merged(base->second, node) : node;
    }
}

const tls::Profile* TlsLoader::read_stack(const Fields& fields) {
    const std::string name = fields.text("profile");
    if (const tls::Profile* found = tls::find_profile(name)) return found;
    std::vector<std::string_view> known;
    for (const tls::Profile& profile : tls::profiles()) known.push_back(profile.name);
    const std::string list = list_of(known);
    for (const auto& [own, node] : profiles_) known.push_back(own);
    if (const Node* node = fields.node("profile"); node != nullptr && node->is_scalar())
        reporter_.error(error_id::kUnknownName, *node, fmt::format("no TLS profile '{}'", name),
                        did_you_mean(name, known), "stacks are " + list);
    return tls::find_profile("openssl-3.0");
}

TlsLoader::End TlsLoader::read_end(const Node& settings, const Node& owner, tls::Role role) {
    End end;
    end.node = with_profile(settings);
    const Fields fields{reporter_, end.node, owner, kEnd};
    if (!fields.ok()) {
        end.node = nothing();
        end.config = tls::make_config(*tls::find_profile("openssl-3.0"), role);
        return end;
    }
    end.config = tls::make_config(*read_stack(fields), role);
    read_offers(end, fields);
    read_authentication(end, fields, role);
    read_resumption(end, fields, role);
    read_records(end, fields);
    return end;
}

app::TlsConfig::Pair TlsLoader::read_pair(const Node& client, const Node& server,
                                          const Node& owner) {
    End opener = read_end(client, owner, tls::Role::Client);
    End other = read_end(server, owner, tls::Role::Server);
    if (other.config.credential.is_empty()) {
        const tls::CertificateId root = authority("example-root", tls::KeyAlgorithm::P256);
        tls::CertificateId& ca = authorities_["example"];
        if (ca == 0) {
            tls::Certificate certificate;
            certificate.subject = "example";
            certificate.is_ca = true;
            certificate.issuer = root;
            ca = pki_->add(certificate);
        }
        tls::Certificate leaf;
        leaf.subject = "server.example";
        leaf.names = {"server.example"};
        leaf.issuer = ca;
        other.config.credential = tls::Credential{*pki_, {pki_->add(leaf), ca}};
        other.root = root;
        led_to_.insert("example-root");
    }
    complete(opener, other, tls::Role::Client);
    complete(other, opener, tls::Role::Server);
    check(opener, owner, tls::Role::Client);
    check(other, owner, tls::Role::Server);
    return {std::move(opener.config), std::move(other.config)};
}

/// What an end takes from its peer unless it was told: whom to trust, whom to ask for.
void TlsLoader::complete(End& end, const End& peer, tls::Role role) {
    if (!end.names_trust && peer.root != 0) end.config.trust.roots = {peer.root};
    if (role == tls::Role::Client && peer.config.asks_late_only)
        end.config.offers_post_handshake_auth = true;
    if (role == tls::Role::Server || peer.config.credential.is_empty()) return;
    if (end.config.server_name.empty()) {
        const tls::Certificate& leaf = (*pki_)[peer.config.credential.chain().front()];
        if (!leaf.names.empty()) end.config.server_name = leaf.names.front();
        if (end.config.server_name.starts_with("*")) end.config.server_name.replace(0, 1, "www");
    }
    end.config.trust.name = end.config.server_name;
}

void TlsLoader::check(const End& end, const Node& owner, tls::Role role) {
    for (const tls::ConfigProblem& problem : tls::check(end.config, role, *pki_)) {
        std::string field = problem.field.substr(0, problem.field.find('.'));
        if (problem.field == "tickets.max_early_data") field = "early_data";
        const Node* node = end.node.is_map() ? end.node.find(field) : nullptr;
        reporter_.error(error_id::kContradiction, node != nullptr ? *node : owner,
                        fmt::format("{}: {}", field, problem.text));
    }
}

std::shared_ptr<const app::TlsConfig> TlsLoader::read_flow(const Node* settings, const Node& owner,
                                                           std::uint32_t count,
                                                           std::string& effective) {
    auto config = std::make_shared<app::TlsConfig>();
    config->pki = pki_;
    const Node& map = settings != nullptr ? *settings : nothing();
    const Fields fields{reporter_, map, owner, "flows.*.tls"};
    if (!fields.ok()) return config;
    const auto of = [&](std::string_view key) -> const Node& {
        const Node* node = fields.node(key);
        return node != nullptr ? *node : nothing();
    };
    const Node client = with_profile(of("client")), server = with_profile(of("server"));
    config->common = read_pair(client, server, settings != nullptr ? map : owner);
    config->resumes = fields.flag("resume");
    config->reuses_tickets = fields.flag("reuse_tickets");
    config->replays = read_replay(fields);
    if (!config->resumes && config->common.client.early_data > 0)
        reporter_.error(error_id::kContradiction, *client.find("early_data"),
                        "early data needs a ticket of an earlier connection",
                        "leave `resume: false` out");
    effective =
        fmt::format("client: {}, server: {}, resume: {}, reuse_tickets: {}", written(client),
                    written(server), config->resumes, config->reuses_tickets);
    std::string own;
    if (const Node* list = fields.node("connections"); list != nullptr && list->is_sequence()) {
        for (const Node& item : list->items) {
            const Fields entry{reporter_, item, item, "flows.*.tls.connections[]"};
            if (!entry.ok()) continue;
            const auto number = static_cast<std::uint32_t>(entry.number("number"));
            if (number >= count)
                reporter_.error(error_id::kOutOfRange, item,
                                fmt::format("the flow has no connection {}", number),
                                fmt::format("it has {}, from 0 on", count));
            const auto over = [&](const Node& base, std::string_view key) {
                const Node* node = entry.node(key);
                if (node == nullptr || !node->is_map()) return base;
                return base.is_map() ? merged(base, with_profile(*node)) : with_profile(*node);
            };
            config->own[number] = read_pair(over(client, "client"), over(server, "server"), item);
            own += (own.empty() ? "" : ", ") + written(item);
        }
    } else if (list != nullptr && !list->is_null()) {
        reporter_.error(error_id::kWrongKind, *list, "connections takes a list",
                        "write [{number: 1, client: {..}}]");
    }
    if (config->replays != 0) effective += ", replay: " + written(of("replay"));
    effective = "{" + effective + (own.empty() ? "" : ", connections: [" + own + "]") + "}";
    return config;
}

/// `page[1]`, or `page` for its first connection.
std::uint64_t TlsLoader::read_replay(const Fields& fields) {
    const Node* node = fields.node("replay");
    if (node == nullptr || !require_scalar(*node, "replay", "connection", reporter_)) return 0;
    const std::size_t bracket = std::min(node->text.find('['), node->text.size());
    Replay replay{node->text.substr(0, bracket), 0, reporter_.span(*node)};
    const std::string_view rest = std::string_view{node->text}.substr(bracket);
    bool is_right = rest.empty() || (rest.size() >= 3 && rest.size() <= 8 && rest.back() == ']');
    for (std::size_t i = 1; is_right && i + 1 < rest.size(); ++i) {
        is_right = rest[i] >= '0' && rest[i] <= '9';
        replay.ordinal = replay.ordinal * 10 + static_cast<std::uint32_t>(rest[i] - '0');
    }
    if (!is_right) {
        reporter_.error(error_id::kWrongKind, *node, "replay names a connection",
                        "write the flow and which of its connections: page[1]");
        return 0;
    }
    replays_.push_back(replay);
    return app::flight_name(replay.flow, replay.ordinal);
}

void TlsLoader::check_replays(const std::vector<FlowSpec>& flows) {
    for (const Replay& replay : replays_) {
        const auto flow = std::ranges::find(flows, replay.flow, &FlowSpec::name);
        std::string problem;
        if (flow == flows.end())
            problem = fmt::format("there is no flow '{}'", replay.flow);
        else if (!flow->config.tls || flow->config.tls->replays != 0)
            problem = fmt::format("'{}' has no client that speaks TLS", replay.flow);
        else if (replay.ordinal >= flow->count)
            problem = fmt::format("'{}' has no connection {}", replay.flow, replay.ordinal);
        if (!problem.empty()) reporter_.error_at(error_id::kUnknownName, replay.where, problem);
    }
}

void TlsLoader::check_trust() {
    for (const auto& [name, where] : trusted_)
        if (!led_to_.contains(name))
            reporter_.warning_at(error_id::kUnused, where,
                                 fmt::format("no chain leads to '{}'", name));
}

}  // namespace seedwire::scenario
