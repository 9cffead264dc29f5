#include "harness/run/report_json.h"

#include <fmt/format.h>

#include "harness/observe/tls_figures.h"
#include "harness/observe/tls_words.h"

namespace seedwire::run {

using observe::DirectionFigures;
using observe::FlowFigures;
using observe::JsonWriter;

namespace {

void optional_time(JsonWriter& json, std::string_view name, const std::optional<Duration>& value) {
    json.key(name);
    if (value)
        json.value(value->ns());
    else
        json.null();
}

void write_flow(JsonWriter& json, const FlowFigures& f) {
    json.begin_object().field("name", f.name);
    json.field("protocol", f.ping ? "icmp" : f.udp ? "udp" : f.tls ? "tls" : "tcp");
    json.field("connections", f.connections)
        .field("completed", f.completed)
        .field("failed", f.failed);
    optional_time(json, "handshake_ns", f.handshake);
    optional_time(json, "first_byte_ns", f.first_byte);
    optional_time(json, "completion_ns", f.completion);
    json.field("delivered_bytes", f.delivered).field("goodput_bps", f.goodput());
    json.field("segments", f.segments).field("data_segments", f.data_segments);
    json.field("retransmissions", f.retransmissions).field("timeouts", f.timeouts);
    json.field("reordered", f.reordered).field("duplicates", f.duplicates);
    optional_time(json, "rtt_ns", f.rtt);
    optional_time(json, "min_rtt_ns", f.min_rtt);
    if (f.udp || f.ping) {
        json.field("sent", f.sent).field("received", f.received).field("lost", f.lost);
        optional_time(json, "jitter_ns", f.jitter);
    } else {
        json.field("client_state", tcp::to_string(f.client_state));
        json.field("server_state", tcp::to_string(f.server_state));
    }
    json.key("error");
    if (f.error == tcp::Error::None)
        json.null();
    else
        json.value(tcp::to_string(f.error));
    json.end_object();
}

void write_drops(JsonWriter& json, const std::uint64_t (&dropped)[trace::kDropReasonCount]) {
    json.key("drops").begin_object();
    for (std::uint8_t r = 1; r < trace::kDropReasonCount; ++r)
        if (dropped[r] > 0)
            json.field(trace::to_string(static_cast<trace::DropReason>(r)), dropped[r]);
    json.end_object();
}

void write_packets(JsonWriter& json, const net::Conservation& packets) {
    json.key("packets").begin_object();
    json.field("sent", packets.sent).field("copies", packets.copies);
    json.field("received", packets.received).field("in_flight", packets.in_flight);
    write_drops(json, packets.dropped);
    json.end_object();
}

void write_direction(JsonWriter& json, const DirectionFigures& d) {
    json.begin_object().field("name", d.name).field("from", d.from).field("to", d.to);
    json.field("entered", d.entered).field("packets", d.packets).field("bytes", d.bytes);
    json.field("in_flight", d.in_flight).field("busy_ns", d.busy.ns());
    const double span = static_cast<double>(d.span.ns());
    json.field("span_ns", d.span.ns());
    json.key("utilisation");
    if (d.finite_rate && span > 0)
        json.raw(fmt::format("{:.6f}", static_cast<double>(d.busy.ns()) / span));
    else
        json.null();
    json.key("queue").begin_object();
    json.key("mean_packets")
        .raw(fmt::format("{:.4f}", span > 0 ? static_cast<double>(d.resident_ns) / span : 0.0));
    json.field("max_packets", d.longest_queue).field("mean_wait_ns", d.mean_wait.ns());
    json.field("max_wait_ns", d.max_wait.ns()).end_object();
    json.field("marked_ce", d.marked_ce);
    write_drops(json, d.dropped);
    json.end_object();
}

void write_program(JsonWriter& json, const Run& run, std::uint32_t program) {
    const scenario::ProgramSpec& spec = run.world->scenario().programs[program];
    json.begin_object().field("name", spec.name);
    json.field("finished", run.world->applications().program_finished(program));
    json.key("operations").begin_array();
    for (const app::OperationResult& r : run.world->applications().results(program)) {
        json.begin_object().field("operation", r.operation).field("start_ns", r.start.ns());
        json.key("end_ns");
        if (r.end.is_never())
            json.null();
        else
            json.value(r.end.ns());
        json.field("result", r.result).key("error");
        if (r.error == tcp::Error::None)
            json.null();
        else
            json.value(tcp::to_string(r.error));
        json.end_object();
    }
    json.end_array().end_object();
}

void write_tls(JsonWriter& json, const Run& run) {
    const auto flows = static_cast<std::uint32_t>(run.world->scenario().flows.size());
    if (run.world->tls().is_empty()) return;
    json.key("tls").begin_array();
    for (std::uint32_t i = 0; i < flows; ++i) {
        const auto t = observe::tls_summary(*run.world, i, -1);
        if (!t) continue;
        json.begin_object().field("flow", t->name).field("connections", t->connections);
        json.field("completed", t->completed).field("resumed", t->resumed);
        json.field("retried", t->retried).field("failed", t->failed);
        json.field("early_accepted", t->early_accepted).field("early_refused", t->early_refused);
        json.field("early_bytes", t->early_bytes).field("delivered_bytes", t->delivered);
        json.field("handshake_bytes", t->handshake_bytes);
        json.field("version", observe::tls_version_word(t->version));
        json.field("suite", tls::name_of(t->suite)).field("group", tls::name_of(t->group));
        optional_time(json, "tcp_ns", t->tcp);
        optional_time(json, "handshake_ns", t->handshake);
        optional_time(json, "first_byte_ns", t->first_byte);
        json.field("client_cpu_ns", t->client_cpu.ns());
        json.field("server_cpu_ns", t->server_cpu.ns());
        json.field("client_wait_ns", t->client_wait.ns());
        json.field("server_wait_ns", t->server_wait.ns());
        const auto wire = i < run.latency.size() ? run.latency[i] : std::nullopt;
        optional_time(json, "recovery_ns", wire ? std::optional{wire->recovery} : std::nullopt);
        optional_time(json, "queueing_ns", wire ? std::optional{wire->queueing} : std::nullopt);
        json.key("alert");
        if (t->alert)
            json.value(tls::name_of(*t->alert));
        else
            json.null();
        json.end_object();
    }
    json.end_array();
}

void write_digest(JsonWriter& json, const observe::RunDigest& digest) {
    json.key("digest").begin_object().field("total", observe::to_string(digest.total));
    json.field("packets", observe::to_string(digest.packets));
    json.field("tcp", observe::to_string(digest.tcp));
    json.field("app", observe::to_string(digest.app));
    if (digest.has_tls) json.field("tls", observe::to_string(digest.tls));
    json.end_object();
}

}  // namespace

void write_json(JsonWriter& json, const Run& run) {
    const scenario::Scenario& scenario = run.world->scenario();
    json.begin_object().field("name", scenario.name).field("seed", scenario.seed);
    json.field("complete", run.complete()).field("ended", to_string(run.ending));
    json.field("end_ns", run.figures.end.ns()).field("events", run.events);
    json.field("holds", run.is_judged() && run.holds());
    const std::size_t flows = scenario.flows.size();
    json.key("flows").begin_array();
    for (std::size_t i = 0; i < run.figures.flows.size(); ++i)
        if (i < flows || run.figures.flows[i].connections > 0)
            write_flow(json, run.figures.flows[i]);
    json.end_array();
    write_tls(json, run);
    json.key("programs").begin_array();
    for (std::uint32_t i = 0; i < scenario.programs.size(); ++i) write_program(json, run, i);
    json.end_array().key("links").begin_array();
    for (const DirectionFigures& d : run.figures.directions) write_direction(json, d);
    json.end_array();
    write_packets(json, run.figures.packets);
    json.key("nodes").begin_array();
    for (const observe::NodeLosses& n : run.figures.node_losses) {
        json.begin_object().field("name", n.name);
        write_drops(json, n.dropped);
        json.end_object();
    }
    json.end_array().key("faults").begin_array();
    for (std::uint32_t i = 0; i < scenario.faults.size(); ++i) {
        json.begin_object().field("text", scenario.faults[i].text);
        if (scenario.faults[i].exact) json.field("hits", run.world->network().fault_hits(i));
        json.end_object();
    }
    json.end_array().key("expectations").begin_array();
    for (const judge::Verdict& v : run.verdicts) {
        json.begin_object().field("text", v.expectation->text).field("holds", v.holds);
        json.field("line", v.expectation->where.line).field("column", v.expectation->where.column);
        json.field("actual", v.actual).key("why").begin_array();
        for (const std::string& why : v.why) json.value(why);
        json.end_array().end_object();
    }
    json.end_array().key("warnings").begin_array();
    for (const std::string& warning : run.warnings) json.value(warning);
    json.end_array();
    write_digest(json, run.digest);
    json.end_object();
}

namespace {

std::string tls_columns(const std::optional<observe::TlsSummary>& t) {
    if (!t) return ",,,,,,,,,";
    return fmt::format(",{},{},{},{},{},{},{},{},{}", observe::tls_version_word(t->version),
                       tls::name_of(t->group), tls::name_of(t->suite),
                       t->handshake ? std::to_string(t->handshake->ns()) : "", t->resumed,
                       t->retried, t->failed, t->delivered,
                       t->alert ? tls::name_of(*t->alert) : "");
}

}  // namespace

std::string flows_csv(const Run& run) {
    std::string csv =
        "flow,protocol,connections,completed,failed,handshake_ns,first_byte_ns,completion_ns,"
        "delivered_bytes,goodput_bps,segments,data_segments,retransmissions,timeouts,reordered,"
        "duplicates,rtt_ns,min_rtt_ns,sent,received,lost,jitter_ns,error,tls_version,tls_group,"
        "tls_suite,tls_handshake_ns,tls_resumed,tls_retried,tls_failed,tls_delivered_bytes,"
        "tls_alert\n";
    const auto time = [](const std::optional<Duration>& d) {
        return d ? std::to_string(d->ns()) : std::string{};
    };
    for (std::uint32_t i = 0; i < run.figures.flows.size(); ++i) {
        const FlowFigures& f = run.figures.flows[i];
        if (f.connections == 0) continue;
        const bool datagrams = f.udp || f.ping;
        csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},", f.name,
                           f.ping  ? "icmp"
                           : f.udp ? "udp"
                           : f.tls ? "tls"
                                   : "tcp",
                           f.connections, f.completed, f.failed, time(f.handshake),
                           time(f.first_byte), time(f.completion), f.delivered, f.goodput(),
                           f.segments, f.data_segments, f.retransmissions, f.timeouts, f.reordered,
                           f.duplicates, time(f.rtt), time(f.min_rtt));
        csv += datagrams ? fmt::format("{},{},{},{},", f.sent, f.received, f.lost, time(f.jitter))
                         : ",,,,";
        csv += f.error == tcp::Error::None ? "" : std::string{tcp::to_string(f.error)};
        csv += tls_columns(observe::tls_summary(*run.world, i, -1));
        csv += '\n';
    }
    return csv;
}

}  // namespace seedwire::run
