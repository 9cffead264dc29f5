#include "harness/replay/case_scenario.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <sstream>
#include <utility>

#include "harness/scenario/error_ids.h"

namespace seedwire::replay {

namespace {

using scenario::Node;
using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
    std::istringstream in{line};
    return {std::istream_iterator<std::string>{in}, {}};
}

/// Zero where a key is missing: no limit, no threshold.
std::string value_or_zero(const Node& map, std::string_view key) {
    const std::string text = text_of(map, key);
    return text.empty() ? "0" : text;
}

/// Milliseconds, and so much more.
std::string later(const std::string& ms, Duration by) {
    if (by == Duration::zero()) return ms + " ms";
    Node number;
    number.kind = Node::Kind::Scalar;
    number.text = ms;
    return fmt::format("{:.6f} ms",
                       number_of(&number).value_or(0) + static_cast<double>(by.ns()) / 1e6);
}

class Writer {
public:
    Writer(const RecordedCase& recorded, const Circumstances& circumstances,
           scenario::Diagnostics& problems)
        : recorded_{recorded}, circumstances_{circumstances}, problems_{problems} {}

    std::string write() {
        add("version: 1\nname: '{}'\nstop: {} ms\n", recorded_.id, stop_ms());
        write_hosts();
        write_link();
        write_programs();
        write_faults();
        return std::move(text_);
    }

private:
    template <class... Arguments>
    void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    }
    void refuse(const std::string& what) {
        scenario::Diagnostic problem;
        problem.where = {recorded_.folder + "/case.yaml", 1, 1, 1};
        problem.id = scenario::error_id::kWrongKind;
        problem.message = what;
        problems_.add(std::move(problem));
    }

    std::int64_t stop_ms() const;
    /// A moment of the recording, given in milliseconds.
    std::string moment(const std::string& ms) const;
    void write_hosts();
    void write_link();
    std::string direction_text(const Node& link);
    void write_programs();
    std::string operation(const std::string& line);
    std::string option(const Words& words, std::size_t first);
    void write_faults();
    void write_fault(const Node& rule);
    std::string selection(const Node& rule);

    const RecordedCase& recorded_;
    const Circumstances circumstances_;
    scenario::Diagnostics& problems_;
    std::string text_;
};

/// Timers of recorded machines may fire an eighth later than nominal, but not earlier; what is
/// sent behind the end of the recording shows as packets too many.
std::int64_t Writer::stop_ms() const {
    double end = 0;
    for (const SeenPacket& packet : recorded_.packets)
        end = std::max(end, static_cast<double>((packet.at - Time::zero()).ns()) / 1e6);
    for (const auto& [name, measured] : recorded_.metrics)
        if (name.ends_with("_ms")) end = std::max(end, measured.maximum);
    return static_cast<std::int64_t>(end * 1.25) + 60'000;
}

std::string Writer::moment(const std::string& ms) const { return later(ms, circumstances_.phase); }

void Writer::write_hosts() {
    add("hosts:\n");
    const Node* changes = recorded_.description.find("sysctl_changes");
    const Node* routes = recorded_.description.find("route_options");
    for (const std::string_view host : {"A", "B"}) {
        std::string settings;
        const auto setting = [&](std::string_view name, std::string_view value) {
            settings += fmt::format("{}{}: {}", settings.empty() ? "" : ", ", name, value);
        };
        if (circumstances_.timer_tick > Duration::zero())
            setting("timer_tick", fmt::format("{} us", circumstances_.timer_tick.ns() / 1000));
        const Node* own = changes != nullptr && changes->is_map() ? changes->find(host) : nullptr;
        if (own != nullptr)
            for (const scenario::Entry& change : own->entries) {
                const bool seconds = change.key.text == "tcp_fin_timeout";
                setting(change.key.text, change.value.text + (seconds ? " s" : ""));
            }
        const Node* route = routes != nullptr && routes->is_map() ? routes->find(host) : nullptr;
        if (route != nullptr && route->is_map())
            for (const scenario::Entry& attribute : route->entries)
                setting(attribute.key.text, attribute.value.text);
        if (route != nullptr && route->is_scalar()) {
            const Words words = words_of(route->text);
            for (std::size_t i = 0; i + 1 < words.size(); i += 2) setting(words[i], words[i + 1]);
        }
        add("  {}: {{tcp: {{{}}}}}\n", host, settings);
    }
}

std::string Writer::direction_text(const Node& link) {
    const std::string rate = value_or_zero(link, "rate_bps");
    std::string text =
        fmt::format("{{rate: {}, delay: {}", rate == "0" ? "unlimited" : rate + " bit/s",
                    later(value_or_zero(link, "delay_ms"), circumstances_.processing));
    std::string queue;
    const auto limit = [&](std::string_view key, std::string_view name, std::string_view unit) {
        const std::string value = value_or_zero(link, key);
        if (value != "0")
            queue += fmt::format("{}{}: {} {}", queue.empty() ? "" : ", ", name, value, unit);
    };
    if (value_or_zero(link, "queue_bytes") != "0" && value_or_zero(link, "queue_pkts") != "0")
        refuse("a queue is limited by packets or by bytes, not by both");
    limit("queue_pkts", "limit", "packets");
    limit("queue_bytes", "limit", "B");
    limit("ecn_threshold_pkts", "ecn_threshold", "packets");
    if (queue.find("limit:") == std::string::npos)
        queue = "limit: 1000000000 packets" + (queue.empty() ? "" : ", " + queue);
    return text + fmt::format(", queue: {{drop_tail: {{{}}}}}}}", queue);
}

void Writer::write_link() {
    const Node* link = recorded_.description.find("link");
    const Node* up = link != nullptr && link->is_map() ? link->find("a2b") : nullptr;
    const Node* down = link != nullptr && link->is_map() ? link->find("b2a") : nullptr;
    if (up == nullptr || down == nullptr) return refuse("link needs a2b and b2a");
    const std::string mtu = text_of(recorded_.description, "mtu");
    add("links:\n  - name: link\n    between: [A, B]\n    mtu: {} B\n    up: {}\n    down: {}\n",
        mtu.empty() ? "1500" : mtu, direction_text(*up), direction_text(*down));
}

/// NAME VALUE, with the unit that the value has in a recording.
std::string Writer::option(const Words& words, std::size_t first) {
    if (words.size() != first + 2) {
        refuse("a socket option is a name and a value");
        return {};
    }
    const std::string &name = words[first], &value = words[first + 1];
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kUnits = {
        {{"rcvbuf", " B"},
         {"sndbuf", " B"},
         {"window_clamp", " B"},
         {"maxseg", " B"},
         {"keepidle", " s"},
         {"keepintvl", " s"},
         {"user_timeout", " ms"}}};
    std::string unit;
    for (const auto& [of, text] : kUnits)
        if (name == of) unit = text;
    return fmt::format("{} {}{}", name == "cc" ? "congestion" : name, value, unit);
}

std::string Writer::operation(const std::string& line) {
    const Words words = words_of(line);
    const auto argument = [&](std::size_t i) {
        return i < words.size() ? words[i] : std::string{};
    };
    const std::string name = argument(0);
    // Addresses of recordings: 10.77.0.1 is A, 10.77.0.2 is B.
    const auto host = [&](std::size_t i) { return argument(i).ends_with(".1") ? "A" : "B"; };
    if (name == "connect")
        return fmt::format("connect {}:{} from {}", host(1), argument(2), argument(3));
    if (name == "tfo_send")
        return fmt::format("tfo_send {} B {}:{} from {}", argument(1), host(2), argument(3),
                           argument(4));
    if (name == "listen" && words.size() > 2)
        return fmt::format("listen {} backlog {}", argument(1), argument(2));
    if (name == "send" || name == "recv") return fmt::format("{} {} B", name, argument(1));
    if (name == "at") return fmt::format("at {}", moment(argument(1)));
    if (name == "sleep" || name == "wait_err" || name == "sendfor")
        return fmt::format("{} {} ms", name, argument(1));
    if (name == "writes" || name == "recv_chunks")
        return fmt::format("{} {} of {} B every {} us", name, argument(1), argument(2),
                           argument(3));
    if (name == "rr" || name == "serve_rr")
        return fmt::format("{} {} of {} B for {} B", name, argument(1), argument(2), argument(3));
    if (name == "sockopt") return "sockopt " + option(words, 1);
    return line;
}

void Writer::write_programs() {
    const Node* apps = recorded_.description.find("apps");
    if (apps == nullptr || !apps->is_sequence()) return refuse("apps is a list");
    add("programs:\n");
    for (const Node& app : apps->items) {
        add("  {}:\n    on: {}\n", text_of(app, "name"), text_of(app, "host"));
        const std::string start = text_of(app, "start_ms");
        if (start != "before_0") add("    start: {}\n", moment(start));
        if (const Node* options = app.find("socket_options");
            options != nullptr && !options->items.empty()) {
            add("    options:\n");
            for (const Node& item : options->items)
                add("      - {}\n", option(words_of(item.text), 0));
        }
        add("    script:\n");
        if (const Node* script = app.find("script"); script != nullptr)
            for (const Node& line : script->items) add("      - {}\n", operation(line.text));
    }
}

std::string Writer::selection(const Node& rule) {
    std::string text;
    const auto key = [&](std::string_view from, std::string_view to, std::string_view unit) {
        const std::string value = text_of(rule, from);
        if (!value.empty()) text += fmt::format(", {}: {}{}", to, value, unit);
    };
    const Node* list = rule.find("index");
    if (rule.find("bernoulli") != nullptr) list = rule.find("dropped_indices_first_10000");
    if (rule.find("bernoulli") != nullptr && list == nullptr)
        refuse("a bernoulli rule needs dropped_indices_first_10000, the packets that it chose");
    if (list != nullptr) {
        std::string numbers;
        const auto number = [&](const Node& item) {
            std::string range = item.text;
            if (const std::size_t dash = range.find('-'); dash != std::string::npos)
                range.replace(dash, 1, "..");
            numbers += (numbers.empty() ? "" : ", ") + range;
        };
        if (list->is_scalar()) number(*list);
        for (const Node& item : list->items) number(item);
        text += fmt::format(", nth: [{}]", numbers);
    } else {
        key("nth", "nth", "");
    }
    key("period", "every", "");
    key("offset", "offset", "");
    key("first", "first", "");
    key("last", "last", "");
    for (const auto& [from, to] : {std::pair{"from_ms", "from"}, std::pair{"to_ms", "until"}})
        if (!text_of(rule, from).empty())
            text += fmt::format(", {}: {}", to, moment(text_of(rule, from)));
    key("ms", "by", " ms");
    return text;
}

void Writer::write_fault(const Node& rule) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kClasses = {
        {{"syn", "tcp.syn && !tcp.ack"},
         {"synack", "tcp.syn && tcp.ack"},
         {"fin", "tcp.fin"},
         {"rst", "tcp.rst"},
         {"ack", "tcp.len == 0 && !tcp.syn && !tcp.fin && !tcp.rst"},
         {"data", "tcp.len > 0"},
         {"any", "tcp"}}};
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kActions = {
        {{"drop", "drop"}, {"delay", "delay"}, {"dup", "duplicate"}, {"ce", "mark_ce"}}};
    std::string match, action;
    for (const auto& [name, predicate] : kClasses)
        if (text_of(rule, "match") == name) match = predicate;
    if (text_of(rule, "match") == "seq")
        match = fmt::format("tcp.covers({})", text_of(rule, "seq"));
    for (const auto& [name, fault] : kActions)
        if (text_of(rule, "action") == name) action = fault;
    if (match.empty() || action.empty())
        return refuse(fmt::format("a rule with match '{}' and action '{}'", text_of(rule, "match"),
                                  text_of(rule, "action")));
    add("  - {}: {{on: link.{}, match: \"{}\"{}}}\n", action,
        text_of(rule, "dir") == "a2b" ? "up" : "down", match, selection(rule));
}

void Writer::write_faults() {
    const Node* rules = recorded_.description.find("rules");
    if (rules == nullptr || rules->items.empty()) return;
    add("faults:\n");
    for (const Node& rule : rules->items) write_fault(rule);
}

}  // namespace

std::string scenario_text(const RecordedCase& recorded, const Circumstances& circumstances,
                          scenario::Diagnostics& problems) {
    return Writer{recorded, circumstances, problems}.write();
}

}  // namespace seedwire::replay
