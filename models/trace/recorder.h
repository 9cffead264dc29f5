// Hands records to whoever watches. Watching is free when nobody does, and cannot influence a run.
#pragma once

#include <vector>

#include "models/trace/connections.h"
#include "models/trace/records.h"

namespace seedwire::trace {

/// Watches a run and cannot influence it: no non-const access, no randomness, no scheduling.
/// Pointers inside records are valid during the call only.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void on_transmission(const Transmission&) {}
    virtual void on_amended(const TransmissionAmended&) {}
    virtual void on_node_drop(const NodeDrop&) {}
    virtual void on_state(const StateChange&) {}
    virtual void on_window(const WindowChange&) {}
    virtual void on_timeout(const TimeoutFired&) {}
    virtual void on_app(const AppEvent&) {}
    virtual void on_tls(const TlsRecord&) {}
    virtual void on_tls(const TlsEvent&) {}
    virtual void on_tls(const TlsWork&) {}
    virtual void on_end(Time) {}
};

/// One per run, shared by all models. Observers are called in the order in which they were added.
class Recorder {
public:
    enum Interest : unsigned {
        kPackets = 1,
        kTcp = 2,
        kWindows = 4,
        kApplications = 8,
        kTls = 16,
        kAll = 31
    };
    void add(Observer& observer, unsigned interests = kAll);
    void clear();  ///< forgets all observers: they end before the run's objects do

    bool wants_packets() const { return !packets_.empty(); }
    bool wants_tcp() const { return !tcp_.empty(); }  ///< states and timeouts
    bool wants_windows() const { return !windows_.empty(); }
    bool wants_applications() const { return !applications_.empty(); }
    bool wants_tls() const { return !tls_.empty(); }

    void record(const Transmission& r) const {
        for (Observer* o : packets_) o->on_transmission(r);
    }
    void record(const TransmissionAmended& r) const {
        for (Observer* o : packets_) o->on_amended(r);
    }
    void record(const NodeDrop& r) const {
        for (Observer* o : packets_) o->on_node_drop(r);
    }
    void record(const StateChange& r) const {
        for (Observer* o : tcp_) o->on_state(r);
    }
    void record(const TimeoutFired& r) const {
        for (Observer* o : tcp_) o->on_timeout(r);
    }
    void record(const WindowChange& r) const {
        for (Observer* o : windows_) o->on_window(r);
    }
    void record(const AppEvent& r) const {
        for (Observer* o : applications_) o->on_app(r);
    }
    void record(const TlsRecord& r) const {
        for (Observer* o : tls_) o->on_tls(r);
    }
    void record(const TlsEvent& r) const {
        for (Observer* o : tls_) o->on_tls(r);
    }
    void record(const TlsWork& r) const {
        for (Observer* o : tls_) o->on_tls(r);
    }
    void end(Time at) const {
        for (Observer* o : all_) o->on_end(at);
    }

    Connections& connections() { return connections_; }
    const Connections& connections() const { return connections_; }

private:
    std::vector<Observer*> all_, packets_, tcp_, windows_, applications_, tls_;
    Connections connections_;
};

}  // namespace seedwire::trace
