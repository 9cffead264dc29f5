#include "harness/run/recording.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace seedwire::run {

namespace {

std::vector<std::string> names_of(const scenario::Scenario& scenario) {
    std::vector<std::string> names;
    for (const auto& flow : scenario.flows) names.push_back(flow.name);
    for (const auto& program : scenario.programs) names.push_back(program.name);
    return names;
}

/// For runs with TLS. All certificates of a scenario are in one place, which its flows share.
std::optional<observe::TlsStreams> tls_streams(const world::World& world) {
    for (const scenario::FlowSpec& flow : world.scenario().flows)
        if (flow.config.tls)
            return observe::TlsStreams{world.tls(), world.connections(),
                                       flow.config.tls->pki.get()};
    return std::nullopt;
}

}  // namespace

Recording::Recording(world::World& world, const std::string& directory)
    : events_path_{directory + "/events.jsonl"}, capture_path_{directory + "/capture.pcapng"} {
    events_file_ = open(events_path_);
    capture_file_ = open(capture_path_);
    if (events_file_ != nullptr) {
        events_ = std::make_unique<observe::EventsWriter>(
            events_file_, observe::SegmentNames{&world.connections(), &world.network()},
            names_of(world.scenario()));
        world.recorder().add(*events_);
    }
    if (capture_file_ != nullptr) {
        std::vector<bool> captured;
        for (const scenario::NodeSpec& node : world.scenario().nodes)
            captured.push_back(!node.router);
        capture_ = std::make_unique<observe::CaptureWriter>(
            capture_file_, observe::SegmentNames{&world.connections(), &world.network()},
            std::move(captured), observe::CaptureLimits{}, tls_streams(world));
        world.recorder().add(*capture_, trace::Recorder::kPackets | trace::Recorder::kTls);
    }
}

Recording::~Recording() {
    if (events_file_ != nullptr) std::fclose(events_file_);
    if (capture_file_ != nullptr) std::fclose(capture_file_);
}

std::FILE* Recording::open(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    if (file == nullptr && error_.empty())
        error_ = fmt::format("{}: {}", path, std::strerror(errno));
    if (file != nullptr) std::setvbuf(file, nullptr, _IOFBF, 1U << 16);
    return file;
}

void Recording::close(std::FILE*& file, const std::string& path) {
    if (file == nullptr) return;
    // A full disk shows up in any of the three.
    const bool failed = std::ferror(file) != 0 || std::fflush(file) != 0;
    const int cause = errno;
    const bool closed = std::fclose(file) == 0;
    file = nullptr;
    if ((failed || !closed) && error_.empty())
        error_ = fmt::format("{}: {}", path, std::strerror(failed ? cause : errno));
}

std::string Recording::finish() {
    close(events_file_, events_path_);
    close(capture_file_, capture_path_);
    return error_;
}

}  // namespace seedwire::run
