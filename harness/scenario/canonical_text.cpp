// The effective scenario: every default written out, one form for everything, valid YAML.
#include "harness/scenario/canonical_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/scenario/match_parser.h"
#include "harness/scenario/program_lines.h"
#include "harness/scenario/socket_options.h"
#include "harness/scenario/sysctls.h"

namespace seedwire::scenario {
namespace {

/// A double-quoted YAML scalar.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string moment(Time time) { return to_string(time.since_start()); }

/// Writes one scenario, line by line.
class Writer {
public:
    explicit Writer(const Scenario& scenario) : scenario_{scenario} {
        for (const NodeSpec& node : scenario.nodes) nodes_.push_back(node.name);
    }

    std::string write() {
        head();
        nodes(false);
        nodes(true);
        if (!scenario_.links.empty()) line("links:");
        for (const LinkSpec& link : scenario_.links) this->link(link);
        if (!scenario_.flows.empty()) line("flows:");
        for (const FlowSpec& flow : scenario_.flows) this->flow(flow);
        if (!scenario_.programs.empty()) line("programs:");
        for (const ProgramSpec& program : scenario_.programs) this->program(program);
        faults();
        if (!scenario_.expectations.empty()) line("expect:");
        for (const Expectation& expectation : scenario_.expectations)
            line("  - {}", quoted(expectation.text));
        return std::move(out_);
    }

private:
    template <class... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
        out_ += '\n';
    }

    void head();
    void nodes(bool routers);
    void node(const NodeSpec& node);
    void link(const LinkSpec& link);
    void direction(std::string_view name, const net::LinkDirectionConfig& direction);
    void impairment(const net::ImpairmentConfig& impairment);
    void flow(const FlowSpec& flow);
    void ends(const FlowSpec& flow);
    void options_of(const FlowSpec& flow);
    void options(std::string_view key, const tcp::SocketOptions& options,
                 const tcp::Sysctls& sysctls);
    void program(const ProgramSpec& program);
    void faults();
    void exact_fault(std::uint32_t index);
    void change(std::uint32_t index);

    const Scenario& scenario_;
    std::vector<std::string> nodes_;
    std::string out_;
};

void Writer::head() {
    line("version: 1");
    line("name: {}", quoted(scenario_.name));
    if (!scenario_.description.empty()) line("description: {}", quoted(scenario_.description));
    line("seed: {}", scenario_.seed);
    if (!scenario_.stop.is_never()) line("stop: {}", moment(scenario_.stop));
    static constexpr std::string_view kMetrics[] = {"delay", "hops", "cost"};
    line("routing: {{metric: {}, equal_cost: {}}}",
         kMetrics[static_cast<std::size_t>(scenario_.metric)],
         scenario_.equal_cost == EqualCost::PerFlow ? "per_flow" : "per_packet");
    line("limits: {{events: {}, memory: {}}}", scenario_.maximum_events,
         to_string(scenario_.maximum_memory));
}

void Writer::nodes(bool routers) {
    bool first = true;
    for (const NodeSpec& spec : scenario_.nodes) {
        if (spec.router != routers) continue;
        if (first) line("{}:", routers ? "routers" : "hosts");
        first = false;
        node(spec);
    }
}

void Writer::node(const NodeSpec& node) {
    line("  {}:", node.name);
    if (node.address) line("    address: {}", wire::to_string(*node.address));
    line("    ttl: {}", node.ttl);
    if (node.router) return;
    line("    wakeup: {}", to_string(node.wakeup));
    const tcp::Sysctls& s = node.sysctls;
    line("    tcp:");
    line("      profile: {}", s.profile == tcp::Profile::Linux ? "linux" : "rfc");
    line("      tcp_congestion_control: {}",
         s.tcp_congestion_control == tcp::CongestionName::Reno ? "reno" : "cubic");
    line("      tcp_rmem: [{}, {}, {}]", s.tcp_rmem[0], s.tcp_rmem[1], s.tcp_rmem[2]);
    line("      tcp_wmem: [{}, {}, {}]", s.tcp_wmem[0], s.tcp_wmem[1], s.tcp_wmem[2]);
    for (const SysctlRow& row : sysctl_rows()) line("      {}: {}", row.name, print_sysctl(row, s));
    if (node.cpu)
        line("    cpu: {{workers: {}, scale: {}/{}}}", node.cpu->workers, node.cpu->scale.numerator,
             node.cpu->scale.denominator);
}

std::string print_limit(const net::QueueConfig& queue) {
    std::string packets = to_string(Packets{queue.limit_packets});
    std::string bytes = to_string(Bytes{queue.limit_bytes});
    if (queue.limit_packets == 0 && queue.limit_bytes == 0) return "unlimited";
    if (queue.limit_bytes == 0) return packets;
    if (queue.limit_packets == 0) return bytes;
    return fmt::format("[{}, {}]", packets, bytes);
}

void Writer::link(const LinkSpec& link) {
    line("  - name: {}", link.name);
    line("    between: [{}, {}]", nodes_[link.from], nodes_[link.to]);
    line("    cost: {}", link.cost);
    direction("up", link.up);
    direction("down", link.down);
}

void Writer::direction(std::string_view name, const net::LinkDirectionConfig& direction) {
    line("    {}:", name);
    line("      rate: {}", to_string(direction.rate));
    line("      delay: {}", to_string(direction.delay));
    line("      mtu: {}", to_string(direction.mtu));
    line("      overhead: {}", to_string(direction.overhead));
    line("      queue: {{drop_tail: {{limit: {}, ecn_threshold: {}}}}}",
         print_limit(direction.queue), to_string(Packets{direction.queue.ecn_threshold_packets}));
    if (!direction.impairments.empty()) line("      impair:");
    for (const net::ImpairmentConfig& item : direction.impairments) impairment(item);
}

std::string print_jitter(const net::Jitter& jitter) {
    using D = net::Distribution;
    const net::RandomDelay& d = jitter.delay;
    const std::string mean = to_string(d.mean), deviation = to_string(d.deviation);
    switch (d.distribution) {
        case D::Constant:
            return fmt::format("constant: {}", mean);
        case D::Uniform:
            return fmt::format("uniform: [{}, {}]", to_string(d.mean - d.deviation),
                               to_string(d.mean + d.deviation));
        case D::Exponential:
            return fmt::format("exponential: {{mean: {}}}", mean);
        case D::Normal:
            return fmt::format("normal: {{mean: {}, stddev: {}}}", mean, deviation);
        case D::Pareto:
            return fmt::format("pareto: {{mean: {}, shape: {}}}", mean, to_string(d.shape));
        case D::ParetoNormal:
            return fmt::format("paretonormal: {{mean: {}, stddev: {}}}", mean, deviation);
    }
    return {};
}

void Writer::impairment(const net::ImpairmentConfig& impairment) {
    const auto* loss = std::get_if<net::BernoulliLoss>(&impairment);
    if (loss != nullptr && loss->segments > 1)
        line("        - loss: {{probability: {}, segments: {}}}", to_string(loss->probability),
             loss->segments);
    else if (loss != nullptr)
        line("        - loss: {}", to_string(loss->probability));
    else if (const auto* ge = std::get_if<net::GilbertElliottLoss>(&impairment))
        line("        - loss: {{gilbert_elliott: {{p: {}, r: {}, loss_good: {}, loss_bad: {}}}}}",
             to_string(ge->p), to_string(ge->r), to_string(ge->loss_good), to_string(ge->loss_bad));
    else if (const auto* jitter = std::get_if<net::Jitter>(&impairment))
        line("        - jitter: {{{}, reorder: {}}}", print_jitter(*jitter), jitter->reorder);
    else if (const auto* reorder = std::get_if<net::Reorder>(&impairment))
        line("        - reorder: {{probability: {}, by: {}}}", to_string(reorder->probability),
             to_string(reorder->by));
    else if (const auto* duplicate = std::get_if<net::Duplicate>(&impairment))
        line("        - duplicate: {{probability: {}, after: {}}}",
             to_string(duplicate->probability), to_string(duplicate->after));
    else
        line("        - corrupt: {}", to_string(std::get<net::Corrupt>(impairment).probability));
}

/// What setsockopt() was given: buffers are kept doubled, so half of them is written.
void Writer::options(std::string_view key, const tcp::SocketOptions& o,
                     const tcp::Sysctls& sysctls) {
    std::string list;
    const auto add = [&list](const std::string& text) {
        list += (list.empty() ? "" : ", ") + text;
    };
    if (o.congestion != sysctls.tcp_congestion_control)
        add(o.congestion == tcp::CongestionName::Reno ? "congestion reno" : "congestion cubic");
    if (o.nodelay) add("nodelay 1");
    if (o.cork) add("cork 1");
    if (o.keepalive) add("keepalive 1");
    if (o.keepalive_idle > Duration::zero()) add("keepidle " + to_string(o.keepalive_idle));
    if (o.keepalive_interval > Duration::zero())
        add("keepintvl " + to_string(o.keepalive_interval));
    if (o.keepalive_probes > 0) add(fmt::format("keepcnt {}", o.keepalive_probes));
    if (o.maxseg > 0) add("maxseg " + to_string(Bytes{o.maxseg}));
    if (o.receive_buffer_locked) add("rcvbuf " + to_string(Bytes{o.receive_buffer / 2}));
    if (o.send_buffer_locked) add("sndbuf " + to_string(Bytes{o.send_buffer / 2}));
    if (o.user_timeout > Duration::zero()) add("user_timeout " + to_string(o.user_timeout));
    if (o.window_clamp > 0) add("window_clamp " + to_string(Bytes{o.window_clamp}));
    if (o.linger_set) add("linger " + to_string(o.linger));
    if (o.linger2 > Duration::zero()) add("linger2 " + to_string(o.linger2));
    if (o.syn_count > 0) add(fmt::format("syncnt {}", o.syn_count));
    if (o.defer_accept > 0) add("defer_accept " + to_string(Duration::s(o.defer_accept)));
    if (o.receive_low_water != 1) add("rcvlowat " + to_string(Bytes{o.receive_low_water}));
    if (o.notsent_low_water > 0) add("notsent_lowat " + to_string(Bytes{o.notsent_low_water}));
    if (!list.empty()) line("    {}: [{}]", key, list);
}

void Writer::flow(const FlowSpec& flow) {
    const app::FlowConfig& c = flow.config;
    static constexpr std::string_view kApps[] = {"bulk", "request_response", "constant_bitrate",
                                                 "ping"};
    line("  {}:", flow.name);
    line("    app: {}", kApps[static_cast<std::size_t>(c.kind)]);
    ends(flow);
    if (c.kind != app::Kind::Ping) {
        const std::string_view plain = c.transport == app::Transport::Tcp ? "tcp" : "udp";
        line("    over: {}", c.tls != nullptr ? "tls" : plain);
        if (c.tls != nullptr) line("    tls: {}", flow.tls);
        line("    port: {}", c.port);
    }
    line("    count: {}", flow.count / flow.pair_count());
    std::string starts;
    for (const Time start : flow.starts) starts += (starts.empty() ? "" : ", ") + moment(start);
    line("    start: {}", flow.count == 1 ? starts : "[" + starts + "]");
    if (!c.stop.is_never()) line("    stop: {}", moment(c.stop));
    line("    backlog: {}", c.backlog);
    switch (c.kind) {
        case app::Kind::Bulk:
            if (c.bytes.count > 0) line("    bytes: {}", to_string(c.bytes));
            line("    direction: {}", c.download ? "download" : "upload");
            break;
        case app::Kind::RequestResponse:
            line("    request: {}", to_string(c.request));
            line("    response: {}", to_string(c.response));
            line("    rounds: {}", c.rounds);
            line("    think: {}", to_string(c.think));
            line("    interval: {}", to_string(c.interval));
            break;
        case app::Kind::ConstantBitrate:
            line("    rate: {}", to_string(c.rate));
            line("    packet: {}", to_string(c.packet));
            line("    direction: {}", c.download ? "download" : "upload");
            break;
        case app::Kind::Ping:
            line("    interval: {}", to_string(c.interval));
            line("    rounds: {}", c.rounds);
            line("    packet: {}", to_string(c.packet));
            break;
    }
    if (c.transport == app::Transport::Tcp && c.kind != app::Kind::Ping) options_of(flow);
}

void Writer::ends(const FlowSpec& flow) {
    if (flow.pairs.empty()) {
        line("    from: {}", nodes_[flow.from]);
        line("    to: {}", nodes_[flow.to]);
        return;
    }
    std::string from, to;
    for (const FlowEnds& pair : flow.pairs) {
        const std::string_view separator = from.empty() ? "" : ", ";
        from.append(separator).append(nodes_[pair.from]);
        to.append(separator).append(nodes_[pair.to]);
    }
    line("    from: [{}]", from);
    line("    to: [{}]", to);
    line("    pair: one_to_one");
}

/// Options are the same for all pairs, but a host's sysctls may hide one: any pair may show it.
void Writer::options_of(const FlowSpec& flow) {
    FlowEnds client = flow.pair(0), server = client;
    for (const FlowEnds& pair : flow.pairs) {
        const auto differs = [&](const tcp::SocketOptions& options, std::uint32_t node) {
            return options.congestion != scenario_.nodes[node].sysctls.tcp_congestion_control;
        };
        if (differs(pair.client_options, pair.from)) client = pair;
        if (differs(pair.server_options, pair.to)) server = pair;
    }
    options("client_options", client.client_options, scenario_.nodes[client.from].sysctls);
    options("server_options", server.server_options, scenario_.nodes[server.to].sysctls);
}

void Writer::program(const ProgramSpec& program) {
    const app::ProgramConfig& c = program.config;
    line("  {}:", program.name);
    line("    on: {}", nodes_[c.node]);
    if (!c.starts_before_all) line("    start: {}", moment(c.start));
    options("options", c.options, scenario_.nodes[c.node].sysctls);
    line("    script:{}", c.script.empty() ? " []" : "");
    for (const app::Operation& operation : c.script)
        line("      - {}", quoted(print_operation(operation, nodes_)));
}

std::string print_rule(const net::FaultRule& rule, const Scenario& scenario, std::string_view on) {
    static constexpr std::string_view kActions[] = {"drop", "delay", "duplicate", "corrupt",
                                                    "mark_ce"};
    std::string text =
        fmt::format("{}: {{on: {}", kActions[static_cast<std::size_t>(rule.action)], on);
    if (!rule.match.is_always()) text += ", match: " + quoted(print_match(rule.match, scenario));
    std::string nth;
    for (const net::FaultRule::Range& range : rule.nth)
        nth += fmt::format("{}{}..{}", nth.empty() ? "" : ", ", range.first, range.last);
    if (!nth.empty()) text += fmt::format(", nth: [{}]", nth);
    if (rule.every > 0) text += fmt::format(", every: {}, offset: {}", rule.every, rule.offset);
    text += fmt::format(", first: {}", rule.first);
    if (rule.last <= INT64_MAX) text += fmt::format(", last: {}", rule.last);
    text += ", from: " + moment(rule.from);
    if (!rule.until.is_never()) text += ", until: " + moment(rule.until);
    if (rule.action == net::FaultRule::Action::Delay ||
        rule.action == net::FaultRule::Action::Duplicate)
        text += ", by: " + to_string(rule.by);
    return text + "}";
}

void Writer::exact_fault(std::uint32_t index) {
    for (const LinkSpec& link : scenario_.links) {
        const net::FaultRule *up = nullptr, *down = nullptr;
        for (const net::FaultRule& rule : link.up.faults)
            if (rule.index == index) up = &rule;
        for (const net::FaultRule& rule : link.down.faults)
            if (rule.index == index) down = &rule;
        if (up == nullptr && down == nullptr) continue;
        const std::string_view suffix = up == nullptr ? ".down" : down == nullptr ? ".up" : "";
        line("  - {}",
             print_rule(up != nullptr ? *up : *down, scenario_, link.name + std::string{suffix}));
    }
}

/// One entry of the timeline, whatever number of changes it makes.
void Writer::change(std::uint32_t index) {
    std::string settings, cut, restore, at;
    Time first = Time::never(), last = Time::zero();
    for (const TimelineEntry& entry : scenario_.timeline) {
        if (entry.fault != index) continue;
        first = std::min(first, entry.at);
        last = std::max(last, entry.at);
        if (const auto* sysctl = std::get_if<TimelineEntry::SetSysctl>(&entry.change)) {
            const SysctlRow& row = sysctl_rows()[sysctl->row];
            tcp::Sysctls shown;
            set_sysctl(row, shown, sysctl->value);
            settings +=
                fmt::format("{}{}.tcp.{}: {}", settings.empty() ? "" : ", ",
                            scenario_.nodes[sysctl->node].name, row.name, print_sysctl(row, shown));
            continue;
        }
        std::string path = scenario_.links[entry.target.link].name;
        if (!entry.target.up || !entry.target.down) path += entry.target.up ? ".up" : ".down";
        const std::string_view separator = settings.empty() ? "" : ", ";
        if (const auto* rate = std::get_if<TimelineEntry::SetRate>(&entry.change))
            settings += fmt::format("{}{}.rate: {}", separator, path, to_string(rate->rate));
        else if (const auto* delay = std::get_if<TimelineEntry::SetDelay>(&entry.change))
            settings += fmt::format("{}{}.delay: {}", separator, path, to_string(delay->delay));
        else if (const auto* loss = std::get_if<TimelineEntry::SetLoss>(&entry.change))
            settings += fmt::format("{}{}.loss: {}", separator, path, to_string(loss->probability));
        else
            (std::holds_alternative<TimelineEntry::Cut>(entry.change) ? cut : restore) = path;
    }
    const std::string start = moment(first);
    if (!settings.empty())
        line("  - {{at: {}, set: {{{}}}}}", start, settings);
    else if (cut.empty())
        line("  - {{at: {}, restore: {}}}", start, restore);
    else if (restore.empty())
        line("  - {{at: {}, cut: {}}}", start, cut);
    else
        line("  - {{at: {}, cut: {}, for: {}}}", start, cut, to_string(last - first));
}

void Writer::faults() {
    if (!scenario_.faults.empty()) line("faults:");
    for (std::uint32_t i = 0; i < scenario_.faults.size(); ++i) {
        if (scenario_.faults[i].exact)
            exact_fault(i);
        else
            change(i);
    }
}

}  // namespace

std::string canonical_text(const Scenario& scenario) { return Writer{scenario}.write(); }

}  // namespace seedwire::scenario
