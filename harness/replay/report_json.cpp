// Results as JSON.
#include <fmt/format.h>

#include "harness/observe/json_writer.h"
#include "harness/replay/report.h"

namespace seedwire::replay {

namespace {

using observe::JsonWriter;

std::string milliseconds(Duration d) {
    return fmt::format("{:.6f}", static_cast<double>(d.ns()) / 1e6);
}

void number(JsonWriter& json, std::string_view name, double value) {
    json.key(name).raw(fmt::format("{:.12g}", value));
}

void packet(JsonWriter& json, std::string_view name, const SeenPackets& packets,
            std::optional<std::size_t> index) {
    json.key(name);
    if (!index) {
        json.null();
        return;
    }
    const SeenPacket& p = packets[*index];
    json.begin_object();
    json.key("t_ms").raw(milliseconds(p.at - Time::zero()));
    json.field("packet", std::string_view{words(p)});
    if (p.cause != wire::Cause::None) json.field("cause", wire::describe(p.cause));
    json.end_object();
}

void difference(JsonWriter& json, const CaseResult& result) {
    json.key("first_difference");
    const auto& first = result.exact.agreement.first;
    if (!first) {
        json.null();
        return;
    }
    json.begin_object();
    json.field("direction", first->direction == 0 ? "a2b" : "b2a");
    json.field("place", std::uint64_t{first->place});
    packet(json, "measured", result.measured, first->left);
    packet(json, "simulated", result.exact.packets, first->right);
    json.end_object();
}

void times(JsonWriter& json, std::string_view name, const TimeErrors& errors) {
    json.key(name).begin_object();
    json.field("packets", std::uint64_t{errors.packets});
    json.key("median_ms").raw(milliseconds(errors.median));
    json.key("earliest_ms").raw(milliseconds(errors.earliest));
    json.key("latest_ms").raw(milliseconds(errors.latest));
    json.field("beyond_rounding", std::uint64_t{errors.outside});
    json.key("beyond_rounding_ms").raw(milliseconds(errors.beyond));
    json.end_object();
}

void sequences(JsonWriter& json, const Attempt& attempt) {
    json.key("packets").begin_object();
    for (std::size_t i = 0; i < attempt.agreement.directions.size(); ++i) {
        const DirectionAgreement& own = attempt.agreement.directions[i];
        json.key(i == 0 ? "a2b" : "b2a").begin_object();
        json.field("equal", std::uint64_t{own.equal});
        json.field("measured", std::uint64_t{own.left});
        json.field("simulated", std::uint64_t{own.right});
        json.end_object();
    }
    json.end_object();
    json.field("compared", std::uint64_t{attempt.agreement.compared});
    json.field("equal_windows", std::uint64_t{attempt.agreement.equal_windows});
    json.field("equal_push", std::uint64_t{attempt.agreement.equal_push});
}

void figures(JsonWriter& json, const CaseResult& result) {
    json.key("figures").begin_array();
    for (const FigureRow& row : result.figures) {
        json.begin_object();
        json.field("name", std::string_view{row.name});
        number(json, "measured", row.measured.median);
        number(json, "measured_min", row.measured.minimum);
        number(json, "measured_max", row.measured.maximum);
        number(json, "simulated", row.simulated);
        if (row.within) json.field("holds", *row.within);
        json.end_object();
    }
    json.end_array();
}

void one_case(JsonWriter& json, const CaseResult& result) {
    json.begin_object();
    json.field("id", std::string_view{result.id});
    json.field("class", to_string(result.noise));
    json.field("outcome", to_string(result.outcome));
    if (result.outcome == Outcome::Needs) json.field("needs", std::string_view{result.needs});
    if (result.outcome == Outcome::Broken) json.field("problem", std::string_view{result.problem});
    if (result.outcome == Outcome::Meets || result.outcome == Outcome::Differs) {
        json.key("clock_phase_ms").raw(milliseconds(result.phase));
        json.key("processing_ms").raw(milliseconds(result.processing));
        json.field("identical", result.exact.agreement.identical());
        json.field("identical_data", result.exact.data.identical());
        json.key("missed").begin_array();
        for (const std::string& miss : result.misses) json.value(std::string_view{miss});
        json.end_array();
        sequences(json, result.exact);
        difference(json, result);
        times(json, "time_error", result.exact.times);
        json.key("timer_tick").begin_object();
        json.field("identical", result.ticking.agreement.identical());
        sequences(json, result.ticking);
        times(json, "time_error", result.ticking.times);
        json.end_object();
        figures(json, result);
    }
    json.end_object();
}

}  // namespace

std::string json_text(const std::vector<CaseResult>& results) {
    JsonWriter json{true};
    json.begin_object();
    json.key("cases").begin_array();
    for (const CaseResult& result : results) one_case(json, result);
    json.end_array();
    json.key("totals").begin_object();
    const auto totals = totals_of(results);
    for (int i = 0; i < kNoiseCount; ++i) {
        const ClassTotals& own = totals[static_cast<std::size_t>(i)];
        if (own.cases == 0) continue;
        json.key(to_string(static_cast<Noise>(i))).begin_object();
        json.field("cases", std::uint64_t{own.cases});
        json.field("bar_reached", std::uint64_t{own.meet});
        json.field("bar_reached_unfitted", std::uint64_t{own.meet_unfitted});
        json.field("identical", std::uint64_t{own.identical});
        json.field("identical_with_timer_tick", std::uint64_t{own.identical_ticking});
        json.field("needs", std::uint64_t{own.needs});
        json.end_object();
    }
    json.end_object();
    json.end_object();
    return json.take();
}

}  // namespace seedwire::replay
