// The series of congestion windows, for the flows that somebody asks about.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/trace/recorder.h"
#include "sim/base/int128.h"

namespace seedwire::observe {

/// Of one end: enough for min, max, last and the mean over time.
struct WindowFigures {
    Time first = Time::never(), changed;
    std::uint32_t minimum = UINT32_MAX, maximum = 0, last = 0, ssthresh = 0;
    UInt128 area = 0;  ///< segments x ns up to `changed`
    /// Mean window up to `end`, as a fraction of whole numbers (segments x ns over ns).
    std::uint64_t mean_permille(Time end) const;
};

class WindowObserver final : public trace::Observer {
public:
    /// Watches these flows (or programs) only.
    WindowObserver(const trace::Connections& connections, std::vector<std::uint32_t> flows);
    bool is_needed() const { return !flows_.empty(); }
    void on_window(const trace::WindowChange& r) override;
    /// Null if that end never changed its window.
    const WindowFigures* of(std::uint32_t connection, bool client) const;

private:
    const trace::Connections& connections_;
    std::vector<std::uint32_t> flows_;
    std::map<std::pair<std::uint32_t, bool>, WindowFigures> figures_;
};

}  // namespace seedwire::observe
