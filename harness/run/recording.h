// The files that are written while a run goes on: events.jsonl and capture.pcapng.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "harness/observe/capture.h"
#include "harness/observe/events_jsonl.h"
#include "harness/world/world.h"

namespace seedwire::run {

class Recording {
public:
    /// Opens both files in an existing folder and begins to watch.
    Recording(world::World& world, const std::string& directory);
    ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    /// Writes what is left and closes; returns what went wrong, or nothing.
    std::string finish();
    bool capture_headers_only() const { return capture_ && capture_->headers_only(); }

private:
    std::FILE* open(const std::string& path);
    void close(std::FILE*& file, const std::string& path);

    std::string events_path_, capture_path_, error_;
    std::FILE *events_file_ = nullptr, *capture_file_ = nullptr;
    std::unique_ptr<observe::EventsWriter> events_;
    std::unique_ptr<observe::CaptureWriter> capture_;
};

}  // namespace seedwire::run
