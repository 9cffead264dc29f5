#include "harness/observe/window_observer.h"

#include <algorithm>

namespace seedwire::observe {

namespace {

UInt128 area_since(const WindowFigures& f, Time now) {
    return static_cast<UInt128>(f.last) * static_cast<std::uint64_t>((now - f.changed).ns());
}

}  // namespace

std::uint64_t WindowFigures::mean_permille(Time end) const {
    if (first.is_never() || end <= first) return std::uint64_t{last} * 1000;
    const UInt128 total = area + area_since(*this, end);
    return static_cast<std::uint64_t>(total * 1000 /
                                      static_cast<std::uint64_t>((end - first).ns()));
}

WindowObserver::WindowObserver(const trace::Connections& connections,
                               std::vector<std::uint32_t> flows)
    : connections_{connections}, flows_{std::move(flows)} {
    std::sort(flows_.begin(), flows_.end());
}

void WindowObserver::on_window(const trace::WindowChange& r) {
    if (r.connection >= connections_.size()) return;
    if (!std::binary_search(flows_.begin(), flows_.end(), connections_[r.connection].flow)) return;
    WindowFigures& f = figures_[{r.connection, r.client}];
    if (f.first.is_never()) {
        f.first = r.at;
    } else {
        f.area += area_since(f, r.at);
    }
    f.changed = r.at;
    f.last = r.cwnd;
    f.ssthresh = r.ssthresh;
    f.minimum = std::min(f.minimum, r.cwnd);
    f.maximum = std::max(f.maximum, r.cwnd);
}

const WindowFigures* WindowObserver::of(std::uint32_t connection, bool client) const {
    const auto it = figures_.find({connection, client});
    return it == figures_.end() ? nullptr : &it->second;
}

}  // namespace seedwire::observe
