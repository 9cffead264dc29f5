// One-shot timers of an entity that owns one or many of them.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/base/time.h"
#include "sim/kernel/indexed_heap.h"

namespace seedwire {

/// A restartable one-shot deadline. Restarting it later, or stopping it, writes one word and leaves
/// the event queue alone: the entry that fires early finds is_due() false and goes back with
/// deadline(). Only a deadline earlier than what the queue knows needs a wake().
class LazyTimer {
public:
    void restart(Time deadline) { deadline_ = deadline; }
    void stop() { deadline_ = Time::never(); }
    bool is_running() const { return !deadline_.is_never(); }
    bool is_due(Time now) const { return deadline_ <= now; }
    Time deadline() const { return deadline_; }  ///< Time::never() when stopped

private:
    Time deadline_ = Time::never();
};

/// The deadlines of many owners in one host, each with a dense id and at most one deadline; those
/// of one instant come in the order of the ids. Allocates only when a larger id appears.
class TimerHeap {
public:
    /// Makes room for ids below `count`.
    void reserve(std::size_t count) { heap_.grow(count); }
    /// Sets or moves the deadline of `id`; Time::never() cancels it.
    void set(std::uint32_t id, Time at);
    void cancel(std::uint32_t id);
    /// The deadline of `id`, or Time::never().
    Time at(std::uint32_t id) const;
    /// The earliest deadline, or Time::never().
    Time earliest() const { return heap_.empty() ? Time::never() : heap_.top().at; }
    /// Takes out the first deadline at or before `now`; nothing if there is none.
    std::optional<std::uint32_t> pop_due(Time now);
    std::size_t size() const { return heap_.size(); }
    bool empty() const { return heap_.empty(); }

private:
    IndexedHeap heap_;  // EventKey::order is the id
};

}  // namespace seedwire
