// Where two runs part, in words and as JSON.
#include "harness/replay/run_difference.h"

#include <fmt/format.h>

#include "harness/observe/json_writer.h"
#include "harness/observe/packet_words.h"
#include "harness/replay/packet_observer.h"
#include "harness/replay/side_by_side.h"
#include "harness/world/world.h"

namespace seedwire::replay {

namespace {

/// The packet of a side at the first difference; null where that side has ended.
const SeenPacket* packet_of(const ObservedRun& run, std::optional<std::size_t> index) {
    return index ? &run.packets[*index] : nullptr;
}

std::string flow_of(const ObservedRun& run, const SeenPacket* packet) {
    if (packet == nullptr || packet->flow >= run.flows.size()) return {};
    return run.flows[packet->flow];
}

std::string side_text(const ObservedRun& run, const SeenPacket* packet) {
    if (packet == nullptr) return fmt::format("  {}: nothing more\n", run.name);
    return fmt::format("  {}: {} ms  {}  of {}, because: {}\n", run.name,
                       observe::milliseconds_text(packet->at), words(*packet), flow_of(run, packet),
                       wire::describe(packet->cause));
}

void side_json(observe::JsonWriter& json, std::string_view key, const ObservedRun& run,
               const SeenPacket* packet) {
    json.key(key);
    if (packet == nullptr) {
        json.null();
        return;
    }
    json.begin_object();
    json.field("t_ns", packet->at.ns());
    json.field("packet", std::string_view{words(*packet)});
    json.field("connection", std::string_view{flow_of(run, packet)});
    json.field("cause", wire::describe(packet->cause));
    json.end_object();
}

}  // namespace

ObservedRun observe_run(const scenario::Scenario& scenario, std::string name) {
    world::World world{scenario};
    world.simulation().set_limits({scenario.maximum_events, 0});
    PacketObserver observer{world.connections(), FlowNumbers::Connections};
    world.recorder().add(observer, trace::Recorder::kPackets);
    world.start();
    world.simulation().run_until(scenario.stop);
    world.finish();
    world.recorder().clear();
    ObservedRun run;
    run.name = std::move(name);
    run.packets = observer.packets();
    for (const scenario::LinkSpec& link : scenario.links)
        for (const bool up : {true, false}) {
            run.directions.push_back(link.name + (up ? ".up" : ".down"));
            run.senders.push_back(scenario.nodes[up ? link.from : link.to].name);
        }
    for (std::uint32_t i = 0; i < world.connections().size(); ++i) {
        const trace::Connection& c = world.connections()[i];
        const bool program = c.flow >= scenario.flows.size();
        const std::size_t place = program ? c.flow - scenario.flows.size() : c.flow;
        const std::string& of =
            program ? scenario.programs[place].name : scenario.flows[place].name;
        run.flows.push_back(c.ordinal == 0 ? of : fmt::format("{}[{}]", of, c.ordinal));
    }
    return run;
}

RunDifference compare_runs(ObservedRun left, ObservedRun right) {
    RunDifference difference;
    if (left.directions != right.directions || left.senders != right.senders)
        difference.other_network = "the links of the two are not the same";
    else
        difference.agreement = compare(left.packets, right.packets);
    difference.left = std::move(left);
    difference.right = std::move(right);
    return difference;
}

std::string difference_text(const RunDifference& difference, std::size_t width) {
    const ObservedRun &left = difference.left, &right = difference.right;
    if (!difference.other_network.empty()) return difference.other_network + "\n";
    const auto& first = difference.agreement.first;
    if (!first) return fmt::format("{} TCP packets, all equal\n", difference.agreement.compared);
    const SeenPacket *a = packet_of(left, first->left), *b = packet_of(right, first->right);
    std::string text = fmt::format("first difference on {}, at {}, after {} equal packets there\n",
                                   left.directions[first->direction],
                                   left.senders[first->direction], first->place);
    text += side_text(left, a) + side_text(right, b);
    SideBySideTitle title;
    title.left = left.name;
    title.right = right.name;
    title.first_host = left.senders[first->direction / 2 * 2];
    title.second_host = left.senders[first->direction / 2 * 2 + 1];
    return text + draw_difference(left.packets, right.packets, difference.agreement, title, width);
}

std::string difference_json(const RunDifference& difference) {
    observe::JsonWriter json{true};
    json.begin_object();
    json.field("differs", difference.differs());
    json.field("compared", std::uint64_t{difference.agreement.compared});
    if (!difference.other_network.empty())
        json.field("why", std::string_view{difference.other_network});
    json.key("first_difference");
    const auto& first = difference.agreement.first;
    if (first) {
        json.begin_object();
        json.field("direction", std::string_view{difference.left.directions[first->direction]});
        json.field("node", std::string_view{difference.left.senders[first->direction]});
        json.field("place", std::uint64_t{first->place});
        side_json(json, "a", difference.left, packet_of(difference.left, first->left));
        side_json(json, "b", difference.right, packet_of(difference.right, first->right));
        json.end_object();
    } else {
        json.null();
    }
    json.end_object();
    return json.take();
}

}  // namespace seedwire::replay
