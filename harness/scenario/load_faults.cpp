// `faults:`: exact faults on link directions, and the timeline of changes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/match_parser.h"
#include "harness/scenario/sysctls.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kTcpOfHost = ".tcp";

using Action = net::FaultRule::Action;
using Range = net::FaultRule::Range;

struct ActionName {
    std::string_view name;
    Action action;
};
constexpr std::array kActions{ActionName{"drop", Action::Drop}, ActionName{"delay", Action::Delay},
                              ActionName{"duplicate", Action::Duplicate},
                              ActionName{"corrupt", Action::Corrupt},
                              ActionName{"mark_ce", Action::MarkCe}};

/// `5` or `3..7`.
std::optional<Range> read_range(const Node& node, Reporter& reporter) {
    if (!require_scalar(node, "nth", "number", reporter)) return std::nullopt;
    const std::size_t dots = node.text.find("..");
    const bool range = dots != std::string::npos;
    const std::string_view text = node.text;
    const Parsed<std::int64_t> low = parse_integer(text.substr(0, dots));
    const Parsed<std::int64_t> high = range ? parse_integer(text.substr(dots + 2)) : low;
    if (!low || !high) {
        reporter.error(error_id::kBadValue, node, fmt::format("nth: '{}' is no number", node.text),
                       "write 3, [3, 5] or 3..7");
        return std::nullopt;
    }
    if (*low < 1 || *high < *low) {
        reporter.error(error_id::kOutOfRange, node,
                       *low < 1 ? "nth: packets count from 1" : "nth: the range is empty");
        return std::nullopt;
    }
    return Range{static_cast<std::uint64_t>(*low), static_cast<std::uint64_t>(*high)};
}

std::vector<Range> read_nth(const Node& node, Reporter& reporter) {
    std::vector<Range> ranges;
    if (!node.is_sequence()) {
        if (const auto range = read_range(node, reporter)) ranges.push_back(*range);
    } else {
        for (const Node& item : node.items)
            if (const auto range = read_range(item, reporter)) ranges.push_back(*range);
        if (node.items.empty())
            reporter.error(error_id::kWrongKind, node, "nth: an empty list selects nothing");
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    return ranges;
}

void read_selection(const Fields& fields, Reporter& reporter, net::FaultRule& rule) {
    const auto contradiction = [&](std::string_view key, std::string message) {
        reporter.error(error_id::kContradiction, *fields.node(key), std::move(message));
    };
    if (const Node* nth = fields.node("nth"); nth != nullptr) rule.nth = read_nth(*nth, reporter);
    rule.every = static_cast<std::uint64_t>(fields.optional_number("every").value_or(0));
    rule.offset = static_cast<std::uint64_t>(fields.number("offset"));
    rule.first = static_cast<std::uint64_t>(fields.number("first"));
    if (const auto last = fields.optional_number("last"))
        rule.last = static_cast<std::uint64_t>(*last);
    rule.from = Time::from_ns(fields.number("from"));
    if (const auto until = fields.optional_number("until")) rule.until = Time::from_ns(*until);
    if (fields.has("every") && fields.has("nth"))
        contradiction("every", "nth and every exclude each other");
    if (fields.has("offset") && !fields.has("every"))
        contradiction("offset", "offset goes with every");
    if (fields.has("last") && rule.last < rule.first) contradiction("last", "last is before first");
    if (fields.has("until") && rule.until <= rule.from)
        contradiction("until", "until is not after from");
}

}  // namespace

std::optional<LinkTarget> Loader::target_of_path(const Node& node, std::size_t offset,
                                                 std::string_view path) {
    LinkTarget target;
    std::string_view name = path;
    const std::size_t dot = path.find('.');
    if (dot != std::string_view::npos) {
        name = path.substr(0, dot);
        const std::string_view direction = path.substr(dot + 1);
        target.up = direction == "up";
        target.down = direction == "down";
        if (!target.up && !target.down) {
            reporter_.error_in(error_id::kUnknownName, node, offset + dot + 1, direction.size(),
                               fmt::format("'{}' is no direction", direction),
                               fmt::format("write {0}.up or {0}.down", name));
            return std::nullopt;
        }
    }
    const auto link = names_.links.find(name);
    if (!link) {
        reporter_.error_in(error_id::kUnknownName, node, offset, name.size(),
                           fmt::format("no link '{}'", name),
                           did_you_mean(name, names_.links.all()));
        return std::nullopt;
    }
    target.link = *link;
    return target;
}

std::optional<LinkTarget> Loader::read_target(const Node& node) {
    if (!require_scalar(node, "link", "name", reporter_)) return std::nullopt;
    return target_of_path(node, 0, node.text);
}

void Loader::read_faults(const Fields& top) {
    const Node* list = top.node("faults");
    if (list == nullptr || list->is_null()) return;
    if (!list->is_sequence()) {
        reporter_.error(error_id::kWrongKind, *list, "faults takes a list",
                        "write - drop: {on: line.down, match: tcp.syn, nth: 1}");
        return;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i)
        read_fault(list->items[i], static_cast<std::uint32_t>(i));
    names_.faults = scenario_.faults.size();
    std::stable_sort(scenario_.timeline.begin(), scenario_.timeline.end(),
                     [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
}

void Loader::read_fault(const Node& node, std::uint32_t index) {
    FaultSpec spec;
    spec.where = reporter_.span(node);
    spec.exact = false;
    const SourceText& source = reporter_.source(node.source);
    const std::string_view line = source.line(node.line);
    spec.text = line.substr(std::min(static_cast<std::size_t>(node.column - 1), line.size()));
    const Fields fields{reporter_, node, node, "faults[]"};
    const Entry* action = nullptr;
    int kinds = 0;
    for (const Entry& entry : node.entries) {
        const bool exact = std::any_of(kActions.begin(), kActions.end(), [&](const ActionName& a) {
            return a.name == entry.key.text;
        });
        const bool change =
            entry.key.text == "cut" || entry.key.text == "restore" || entry.key.text == "set";
        if (exact) action = &entry;
        if ((exact || change) && ++kinds == 2)
            reporter_.error(error_id::kContradiction, entry.key, "a second thing in one entry",
                            "begin a new entry");
    }
    spec.exact = action != nullptr;
    scenario_.faults.push_back(std::move(spec));
    if (!fields.ok() || kinds > 1) return;
    if (action != nullptr) {
        for (const std::string_view key : {"at", "for"})
            if (fields.has(key))
                reporter_.error(error_id::kContradiction, *fields.node(key),
                                fmt::format("'{}' belongs to cut, restore and set", key),
                                "an exact fault has from and until");
        read_exact_fault(action->key, action->value, index);
    } else if (kinds == 1) {
        read_change(node, fields, index);
    } else if (reporter_.errors() == 0 || node.entries.empty()) {
        reporter_.error(
            error_id::kMissingKey, node, "what happens here?", "",
            "drop, delay, duplicate, corrupt or mark_ce; or at: with cut, restore or set");
    }
}

void Loader::read_exact_fault(const Node& action_key, const Node& settings, std::uint32_t index) {
    const Fields fields{reporter_, settings, action_key, "fault"};
    if (!fields.ok()) return;
    net::FaultRule rule;
    rule.action = std::find_if(kActions.begin(), kActions.end(), [&](const ActionName& a) {
                      return a.name == action_key.text;
                  })->action;
    rule.index = index;
    if (const Node* match = fields.node("match"); match != nullptr)
        if (auto parsed = parse_match(*match, names_, reporter_)) rule.match = std::move(*parsed);
    read_selection(fields, reporter_, rule);
    const bool takes_time = rule.action == Action::Delay || rule.action == Action::Duplicate;
    if (const auto by = fields.optional_number("by")) {
        rule.by = Duration::ns(*by);
        if (!takes_time)
            reporter_.error(error_id::kContradiction, *fields.node("by"),
                            fmt::format("{} takes no `by`", action_key.text));
    } else if (rule.action == Action::Delay) {
        fields.require("by");
    }
    std::optional<LinkTarget> target;
    if (const Node* on = fields.node("on"); on != nullptr) {
        target = read_target(*on);
    } else if (names_.links.size() == 1) {
        target = LinkTarget{};
    } else {
        reporter_.error(error_id::kMissingKey, action_key, "on which link?",
                        "write on: <link>.up or on: <link>.down",
                        "`on` may be left out only where there is one link");
    }
    if (!target) return;
    LinkSpec& link = scenario_.links[target->link];
    if (target->up) link.up.faults.push_back(rule);
    if (target->down) link.down.faults.push_back(std::move(rule));
}

void Loader::read_change(const Node& node, const Fields& fields, std::uint32_t index) {
    if (fields.require("at") == nullptr) return;
    const Time at = Time::from_ns(fields.number("at"));
    const SourceSpan where = reporter_.span(node);
    const auto add = [&](Time moment, const LinkTarget& target, auto change) {
        scenario_.timeline.push_back(
            {moment, {target.link, target.up, target.down}, change, where, index});
    };
    const auto last = fields.optional_number("for");
    if (last && !fields.has("cut"))
        reporter_.error(error_id::kContradiction, *fields.node("for"), "only a cut ends by itself",
                        "write a second entry");
    if (const Node* cut = fields.node("cut"); cut != nullptr) {
        const auto target = read_target(*cut);
        if (!target) return;
        add(at, *target, TimelineEntry::Cut{});
        if (last) add(at + Duration::ns(*last), *target, TimelineEntry::Restore{});
    } else if (const Node* restore = fields.node("restore"); restore != nullptr) {
        if (const auto target = read_target(*restore)) add(at, *target, TimelineEntry::Restore{});
    } else if (const Node* set = fields.node("set"); set != nullptr) {
        read_settings(*set, at, node, index);
    }
}

/// HOST.tcp.NAME: `dot` is the one before NAME.
void Loader::read_timed_sysctl(const Entry& entry, std::size_t dot, Time at, const Node& where,
                               std::uint32_t index) {
    const std::string_view path = entry.key.text;
    const std::string_view host = path.substr(0, dot - kTcpOfHost.size());
    const std::string_view name = path.substr(dot + 1);
    const auto node = names_.nodes.find(host);
    if (!node || scenario_.nodes[*node].router) {
        reporter_.error_in(error_id::kUnknownName, entry.key, 0, host.size(),
                           fmt::format("no host '{}'", host),
                           did_you_mean(host, names_.nodes.all()));
        return;
    }
    const std::span<const SysctlRow> rows = sysctl_rows();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const SysctlRow& each) { return each.name == name; });
    if (row == rows.end()) {
        reporter_.error_in(error_id::kUnknownKey, entry.key, dot + 1, name.size(),
                           fmt::format("'{}' cannot be set", name),
                           "`seedwire list sysctls` has the names", "");
        return;
    }
    const auto value =
        read_quantity(entry.value, *Schema::instance().find("hosts.*.tcp", name), reporter_);
    if (!value) return;
    TimelineEntry change;
    change.at = at;
    change.where = reporter_.span(where);
    change.fault = index;
    change.change =
        TimelineEntry::SetSysctl{*node, static_cast<std::uint32_t>(row - rows.begin()), *value};
    scenario_.timeline.push_back(change);
}

void Loader::read_settings(const Node& settings, Time at, const Node& where, std::uint32_t index) {
    const std::string hint = "write {line.down.rate: 4 Mbit/s}";
    if (!settings.is_map() || settings.entries.empty()) {
        reporter_.error(error_id::kWrongKind, settings, "set takes a map of paths and values",
                        hint);
        return;
    }
    for (const Entry& entry : settings.entries) {
        const std::string& path = entry.key.text;
        const std::size_t dot = path.rfind('.');
        const std::string_view name =
            std::string_view{path}.substr(dot == std::string::npos ? 0 : dot + 1);
        if (dot != std::string::npos &&
            std::string_view{path}.substr(0, dot).ends_with(kTcpOfHost)) {
            read_timed_sysctl(entry, dot, at, where, index);
            continue;
        }
        const bool known = name == "rate" || name == "delay" || name == "loss";
        if (dot == std::string::npos || !known) {
            reporter_.error_in(
                error_id::kUnknownKey, entry.key, dot == std::string::npos ? 0 : dot + 1,
                name.size(), fmt::format("'{}' cannot be set", name),
                dot == std::string::npos ? hint : did_you_mean(name, {"rate", "delay", "loss"}),
                "rate, delay and loss of a link or of its direction can be set, and settings of a "
                "host's TCP: HOST.tcp.NAME");
            continue;
        }
        const auto target = target_of_path(entry.key, 0, std::string_view{path}.substr(0, dot));
        TimelineEntry change;
        change.at = at;
        change.where = reporter_.span(where);
        change.fault = index;
        if (name == "loss") {
            Key key = *Schema::instance().find("links[].impair[]", "loss");
            key.type = Type::Probability;
            const auto value = read_ratio(entry.value, key, reporter_);
            if (!value || !target) continue;
            change.change = TimelineEntry::SetLoss{Probability{*value}};
        } else {
            const auto value =
                read_quantity(entry.value, *Schema::instance().find("links[]", name), reporter_);
            if (!value || !target) continue;
            if (name == "rate")
                change.change = TimelineEntry::SetRate{Rate::bits_per_second(*value)};
            else
                change.change = TimelineEntry::SetDelay{Duration::ns(*value)};
        }
        change.target = {target->link, target->up, target->down};
        scenario_.timeline.push_back(std::move(change));
    }
}

}  // namespace seedwire::scenario
