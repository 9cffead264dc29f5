// What a link's directions are made of: short and long forms of queues and impairments.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/loader.h"

namespace seedwire::scenario {
namespace {

constexpr std::string_view kQueueForms =
    "a queue is 100 packets, 64 kB, unlimited or {drop_tail: {limit: ..., ecn_threshold: ...}}";

/// One limit: `100 packets`, `64 kB`. Tells them apart by the unit.
bool read_one_limit(const Node& node, Reporter& reporter, net::QueueConfig& queue) {
    if (!require_scalar(node, "limit", "size", reporter)) return false;
    if (node.text == "unlimited") return true;
    const Parsed<Packets> packets = parse_packets(node.text);
    const Parsed<Bytes> bytes = parse_bytes(node.text);
    if (!packets && !bytes) {
        const bool has_unit = packets.error.message.starts_with("unknown unit");
        QuantityError error = has_unit ? bytes.error : packets.error;
        error.note = kQueueForms;
        if (has_unit && error.hint.empty()) error.hint = packets.error.hint;
        reporter.error(node, "queue", error);
        return false;
    }
    const std::int64_t value = packets ? (*packets).count : (*bytes).count;
    constexpr std::int64_t kMost = 1'000'000'000'000;
    if (value < 1 || value > kMost) {
        reporter.error(error_id::kOutOfRange, node,
                       fmt::format("queue: {} is out of range", node.text),
                       value < 1 ? "at least 1 packet; 'unlimited' for no limit" : "");
        return false;
    }
    (packets ? queue.limit_packets : queue.limit_bytes) = value;
    return true;
}

void read_limit(const Node& node, Reporter& reporter, net::QueueConfig& queue) {
    queue.limit_packets = queue.limit_bytes = 0;
    if (!node.is_sequence()) {
        read_one_limit(node, reporter, queue);
        return;
    }
    for (const Node& item : node.items)
        if (!read_one_limit(item, reporter, queue)) return;
    if (node.items.size() != 2 || queue.limit_packets == 0 || queue.limit_bytes == 0)
        reporter.error(error_id::kWrongKind, node, "two limits are one in packets, one in bytes",
                       "write [100 packets, 64 kB]");
}

void read_queue(const Node& node, const Node& owner, Reporter& reporter, net::QueueConfig& queue) {
    if (!node.is_map()) {
        if (node.is_null() || node.is_sequence())
            reporter.error(error_id::kWrongKind, node, "this is no queue", "",
                           std::string{kQueueForms});
        else
            read_limit(node, reporter, queue);
        return;
    }
    const Fields fields{reporter, node, owner, "links[].queue"};
    const Node* drop_tail = fields.node("drop_tail");
    if (drop_tail == nullptr) {
        if (node.entries.empty())
            reporter.error(error_id::kMissingKey, node, "which queue?", "",
                           std::string{kQueueForms});
        return;
    }
    const Fields tail{reporter, *drop_tail, *drop_tail, "links[].queue.drop_tail"};
    if (const Node* limit = tail.node("limit"); limit != nullptr)
        read_limit(*limit, reporter, queue);
    queue.ecn_threshold_packets = tail.number("ecn_threshold");
}

const Key& key_of(std::string_view context, std::string_view name) {
    return *Schema::instance().find(context, name);
}

/// A probability written directly behind its impairment.
Probability read_probability(const Node& node, const Key& key, Reporter& reporter) {
    Key row = key;
    row.type = Type::Probability;
    const std::optional<Ratio> ratio = read_ratio(node, row, reporter);
    return ratio ? Probability{*ratio} : Probability::never();
}

net::RandomDelay read_uniform(const Node& node, Reporter& reporter) {
    net::RandomDelay delay{net::Distribution::Uniform, {}, {}, {3, 1}};
    if (!node.is_sequence() || node.items.size() != 2) {
        reporter.error(error_id::kWrongKind, node, "uniform takes two durations",
                       "write [0 ms, 4 ms]");
        return delay;
    }
    const Key& key = key_of("jitter", "constant");
    const auto low = read_quantity(node.items[0], key, reporter);
    const auto high = read_quantity(node.items[1], key, reporter);
    if (!low || !high) return delay;
    if (*low > *high || (*low + *high) % 2 != 0) {
        reporter.error(error_id::kContradiction, node,
                       *low > *high ? "the first duration is longer than the second"
                                    : "the middle of the two is no whole number of nanoseconds");
        return delay;
    }
    delay.mean = Duration::ns((*low + *high) / 2);
    delay.deviation = Duration::ns((*high - *low) / 2);
    return delay;
}

net::RandomDelay read_distribution(std::string_view name, const Node& node, Reporter& reporter) {
    using D = net::Distribution;
    if (name == "uniform") return read_uniform(node, reporter);
    if (name == "constant") {
        const auto value = read_quantity(node, key_of("jitter", "constant"), reporter);
        return {D::Constant, Duration::ns(value.value_or(0)), {}, {3, 1}};
    }
    const Fields fields{reporter, node, node, name};
    if (!fields.ok()) return {};
    net::RandomDelay delay{D::Exponential, fields.duration("mean"), {}, {3, 1}};
    if (name == "pareto") {
        delay.distribution = D::Pareto;
        delay.shape = fields.ratio("shape");
        if (!(delay.shape > Ratio{1, 1}))
            reporter.error(error_id::kOutOfRange, *fields.node("shape"), "shape: must exceed 1",
                           "about 3 is usual");
    } else if (name == "normal" || name == "paretonormal") {
        delay.distribution = name == "normal" ? D::Normal : D::ParetoNormal;
        delay.deviation = fields.duration("stddev");
    }
    return delay;
}

std::optional<net::ImpairmentConfig> read_jitter(const Node& node, const Node& owner,
                                                 Reporter& reporter) {
    const std::string note =
        "jitter takes one of constant, uniform, exponential, normal, pareto, paretonormal";
    if (node.is_scalar()) {
        reporter.error(error_id::kWrongKind, node, "jitter needs a distribution",
                       fmt::format("write {{normal: {{stddev: {}}}}}", node.text), note);
        return std::nullopt;
    }
    const Fields fields{reporter, node, owner, "jitter"};
    if (!fields.ok()) return std::nullopt;
    net::Jitter jitter;
    jitter.reorder = fields.flag("reorder");
    int found = 0;
    for (const Entry& entry : node.entries) {
        if (entry.key.text == "reorder" || !Schema::instance().find("jitter", entry.key.text))
            continue;
        if (++found == 2)
            reporter.error(error_id::kContradiction, entry.key, "a second distribution", "", note);
        jitter.delay = read_distribution(entry.key.text, entry.value, reporter);
    }
    if (found == 0)
        reporter.error(error_id::kMissingKey, owner, "jitter needs a distribution", "", note);
    return jitter;
}

std::optional<net::ImpairmentConfig> read_loss(const Node& node, const Node& owner,
                                               Reporter& reporter) {
    if (!node.is_map())
        return net::BernoulliLoss{
            read_probability(node, key_of("links[].impair[]", "loss"), reporter)};
    const Fields fields{reporter, node, owner, "links[].impair[].loss"};
    if (!fields.ok()) return std::nullopt;
    if (fields.has("probability"))
        return net::BernoulliLoss{fields.probability("probability"),
                                  static_cast<std::uint8_t>(fields.number("segments"))};
    const Node* model = fields.require("gilbert_elliott");
    if (model == nullptr) return std::nullopt;
    const Fields ge{reporter, *model, *model, "gilbert_elliott"};
    if (!ge.ok()) return std::nullopt;
    return net::GilbertElliottLoss{ge.probability("p"), ge.probability("r"),
                                   ge.probability("loss_good"), ge.probability("loss_bad")};
}

std::optional<net::ImpairmentConfig> read_impairment(const Entry& entry, Reporter& reporter) {
    const std::string& kind = entry.key.text;
    const Node& value = entry.value;
    if (kind == "loss") return read_loss(value, entry.key, reporter);
    if (kind == "jitter") return read_jitter(value, entry.key, reporter);
    if (kind == "corrupt")
        return net::Corrupt{read_probability(value, key_of("links[].impair[]", kind), reporter)};
    if (kind == "duplicate" && !value.is_map())
        return net::Duplicate{read_probability(value, key_of("links[].impair[]", kind), reporter),
                              {}};
    const Fields fields{reporter, value, entry.key, kind};
    if (!fields.ok()) return std::nullopt;
    const Probability probability = fields.probability("probability");
    if (kind == "duplicate") return net::Duplicate{probability, fields.duration("after")};
    return net::Reorder{probability, fields.duration("by")};
}

constexpr std::array<std::string_view, 5> kImpairments{"loss", "jitter", "reorder", "duplicate",
                                                       "corrupt"};

/// `which`: 0 = this list speaks for both directions, so that `on` may choose.
void read_impairments(const Node& list, bool may_choose, Reporter& reporter,
                      std::vector<net::ImpairmentConfig>* up,
                      std::vector<net::ImpairmentConfig>* down) {
    if (list.is_null()) return;
    if (!list.is_sequence()) {
        reporter.error(error_id::kWrongKind, list, "impair takes a list", "write - loss: 1 %");
        return;
    }
    for (const Node& item : list.items) {
        const Fields fields{reporter, item, item, "links[].impair[]"};
        if (!fields.ok() || !item.is_map()) continue;
        const std::int64_t on = fields.number("on");
        if (!may_choose && fields.has("on"))
            reporter.error(error_id::kContradiction, *fields.node("on"),
                           "this list belongs to one direction already", "leave `on` out");
        int found = 0;
        for (const Entry& entry : item.entries) {
            if (std::find(kImpairments.begin(), kImpairments.end(), entry.key.text) ==
                kImpairments.end())
                continue;
            if (++found == 2)
                reporter.error(error_id::kContradiction, entry.key,
                               "a second impairment in one item",
                               "begin a new item: their order matters");
            const std::optional<net::ImpairmentConfig> made = read_impairment(entry, reporter);
            if (made && up != nullptr && on != 2) up->push_back(*made);
            if (made && down != nullptr && on != 1) down->push_back(*made);
        }
        if (found == 0)
            reporter.error(error_id::kMissingKey, item, "which impairment?", "",
                           "loss, jitter, reorder, duplicate or corrupt");
    }
}

void read_direction(const Fields& link, std::string_view name, Reporter& reporter,
                    net::LinkDirectionConfig& direction) {
    const Node* node = link.node(name);
    if (node == nullptr) return;
    const Fields fields{reporter, *node, *node, "links[].up"};
    if (!fields.ok()) return;
    if (const auto rate = fields.optional_number("rate"))
        direction.rate = Rate::bits_per_second(*rate);
    if (const auto delay = fields.optional_number("delay")) direction.delay = Duration::ns(*delay);
    if (const auto mtu = fields.optional_number("mtu")) direction.mtu = Bytes{*mtu};
    if (const auto overhead = fields.optional_number("overhead"))
        direction.overhead = Bytes{*overhead};
    if (const Node* queue = fields.node("queue"); queue != nullptr) {
        direction.queue = {};
        read_queue(*queue, *queue, reporter, direction.queue);
    }
    if (const Node* list = fields.node("impair"); list != nullptr)
        read_impairments(*list, false, reporter, &direction.impairments, nullptr);
}

/// Something takes time, or nothing could be said about what happens first.
void refuse_timeless(const Fields& link, std::string_view name, Reporter& reporter,
                     const LinkSpec& spec, const net::LinkDirectionConfig& direction) {
    if (!direction.rate.is_unlimited() || direction.delay > Duration::zero()) return;
    const std::string message =
        fmt::format("{} of link '{}' has an unlimited rate and no delay", name, spec.name);
    const std::string note = "nothing crosses a link in less than 1 ns";
    for (const std::string_view key : {name, std::string_view{"rate"}, std::string_view{"between"}})
        if (const Node* node = link.node(key); node != nullptr)
            return reporter.error(error_id::kTimelessLink, *node, message,
                                  "give it a rate or a delay", note);
    reporter.error_at(error_id::kTimelessLink, spec.where, message, "give it a rate or a delay",
                      note);
}

}  // namespace

void read_directions(const Fields& link, Reporter& reporter, LinkSpec& spec) {
    const std::size_t errors = reporter.errors();
    net::LinkDirectionConfig both;
    both.rate = link.rate("rate");
    both.delay = link.duration("delay");
    both.mtu = link.bytes("mtu");
    both.overhead = link.bytes("overhead");
    if (const Node* queue = link.node("queue"); queue != nullptr)
        read_queue(*queue, *queue, reporter, both.queue);
    spec.up = both;
    spec.down = both;
    if (const Node* list = link.node("impair"); list != nullptr)
        read_impairments(*list, true, reporter, &spec.up.impairments, &spec.down.impairments);
    read_direction(link, "up", reporter, spec.up);
    read_direction(link, "down", reporter, spec.down);
    if (reporter.errors() != errors) return;
    refuse_timeless(link, "up", reporter, spec, spec.up);
    const bool same = spec.up.rate == spec.down.rate && spec.up.delay == spec.down.delay;
    if (!same || reporter.errors() == errors)
        refuse_timeless(link, "down", reporter, spec, spec.down);
}

}  // namespace seedwire::scenario
