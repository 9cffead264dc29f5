// The digest of a run: 128 bits that are equal exactly when everything observable was equal.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/net/network.h"
#include "models/trace/recorder.h"

namespace seedwire::observe {

/// 128 bits, printed as 32 hexadecimal digits.
struct Digest128 {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Digest128&) const = default;
};
std::string to_string(const Digest128& digest);

/// One digest an ingredient, so that a mismatch says what changed.
struct RunDigest {
    Digest128 packets;  ///< every transmission, its fate and times
    Digest128 tcp;      ///< states, timeouts, congestion windows
    Digest128 app;      ///< what applications did and saw
    Digest128 total;    ///< of the three, and of the fourth where there is one
    Digest128 tls;      ///< records, events and work of TLS; zero in a run without
    bool has_tls = false;
};

/// Folds records in a canonical form: names by their stable hashes, never dense ids or addresses,
/// so that a host more or another order of listing changes nothing.
class DigestObserver final : public trace::Observer {
public:
    DigestObserver(const net::Network& network, const trace::Connections& connections);
    ~DigestObserver() override;

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

    /// The digests of everything folded so far.
    RunDigest result() const;

private:
    class Folder;
    std::uint64_t connection_key(std::uint32_t connection) const;
    std::uint64_t end_key(std::uint32_t connection, bool client) const;

    const net::Network& network_;
    const trace::Connections& connections_;
    std::vector<std::uint64_t> direction_keys_;  ///< by direction: asked for with every packet
    Folder& tls();
    std::unique_ptr<Folder> packets_, tcp_, app_;
    std::unique_ptr<Folder> tls_;  ///< made when first needed
};

}  // namespace seedwire::observe
