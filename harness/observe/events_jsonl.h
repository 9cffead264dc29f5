// events.jsonl: every record of a run, one JSON object a line, in the order of time.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "harness/observe/segment_text.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// Writes while the run goes on. The stream belongs to the caller, who also looks for its errors.
class EventsWriter final : public trace::Observer {
public:
    EventsWriter(std::FILE* out, const SegmentNames& names, std::vector<std::string> flow_names);

    void on_transmission(const trace::Transmission& r) override;
    void on_amended(const trace::TransmissionAmended& r) override;
    void on_node_drop(const trace::NodeDrop& r) override;
    void on_state(const trace::StateChange& r) override;
    void on_window(const trace::WindowChange& r) override;
    void on_timeout(const trace::TimeoutFired& r) override;
    void on_app(const trace::AppEvent& r) override;
    void on_tls(const trace::TlsRecord& r) override;
    void on_tls(const trace::TlsEvent& r) override;
    void on_tls(const trace::TlsWork& r) override;

private:
    void begin(Time at, std::string_view kind);
    void connection_fields(std::uint32_t connection);
    void end_fields(std::uint32_t connection, bool client);
    void packet_fields(const wire::Packet& packet);
    void sack_fields(const trace::Transmission& r);
    void finish();

    std::FILE* out_;
    SegmentNames names_;
    std::vector<std::string> flow_names_;
    std::string line_;
};

/// Appends `text` with quotes and the escapes of RFC 8259 §7.
void append_json_string(std::string& out, std::string_view text);

}  // namespace seedwire::observe
