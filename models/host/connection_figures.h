// What every run knows about every connection at its end, whether anybody watches or not.
//
// Goodput: bytes delivered in order over the interval from the first data segment sent to the
// arrival of the packet that completed the stream. Retransmission: a data segment that begins below
// the highest byte sent before. Completion: when everything was delivered.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/host/seen_numbers.h"
#include "models/host/stream_arrivals.h"
#include "models/tcp/info.h"
#include "sim/base/chunked_vector.h"
#include "sim/base/flat_map.h"
#include "sim/base/lazy.h"
#include "sim/base/time.h"

namespace seedwire::host {

/// What is known of an end only late, or after something went wrong.
struct LateFigures {
    Time finished = Time::never();  ///< the program had done all it was asked to do
    Time closed = Time::never();    ///< state CLOSED was reached, TIME-WAIT over
    Duration smoothed_rtt;          ///< of tcp_info at the end; ping: the mean; zero: no sample
    Duration min_rtt;
    Duration jitter;                        ///< UDP: RFC 3550 §6.4.1
    std::uint32_t syn_retransmissions = 0;  ///< SYN or SYN-ACK sent again
    std::uint32_t timeouts = 0;             ///< expiries of the retransmission timer, SYNs included
    std::uint32_t reordered = 0;            ///< data packets that arrived after one sent later
    std::uint32_t duplicates = 0;           ///< data packets of which nothing was new; or datagrams
};

/// One end. Only the host of that end writes it. Time::never(): did not happen.
struct EndFigures {
    // What nearly every segment changes lies together: the first 64 bytes.
    Time last_in_order = Time::never();  ///< latest arrival that extended the stream in order
    std::uint64_t bytes_delivered = 0;   ///< arrived in order, before the program closed
    std::uint64_t bytes_sent = 0;        ///< payload transmitted, retransmissions included
    std::uint64_t bytes_written = 0;     ///< accepted from the program
    std::uint64_t bytes_read = 0;        ///< taken by the program
    std::uint32_t segments_sent = 0;     ///< all, SYN and pure ACKs included; or datagrams
    std::uint32_t data_segments_sent = 0;
    std::uint32_t retransmissions = 0;  ///< data segments, see above
    std::uint32_t received = 0;         ///< data packets (datagrams, echo replies) that arrived
    Time first_data_sent = Time::never();

    Time opened = Time::never();       ///< connect(), or the first SYN arrived; UDP: first datagram
    Time established = Time::never();  ///< three-way handshake complete at this end
    Time accepted = Time::never();     ///< accept() or connect() returned to the program
    Time first_read = Time::never();   ///< first byte (or datagram) read by the program
    Lazy<LateFigures> late;            ///< by pointer, since 100,000 idle connections have none
    tcp::State state = tcp::State::Closed;  ///< the last one
    tcp::Error error = tcp::Error::None;    ///< the first that the program saw (or would have seen)
    bool end_of_file = false;               ///< the peer's FIN was reached by the stream
};

/// Both ends of a connection, a datagram flow or a ping.
struct ConnectionFigures {
    EndFigures client, server;
    /// Datagrams sent towards an end that never arrived there (so far).
    static std::uint32_t lost(const EndFigures& sender, const EndFigures& receiver) {
        const std::uint32_t arrived = receiver.received - receiver.late->duplicates;
        return sender.segments_sent - arrived;
    }
    EndFigures& end(bool is_client) { return is_client ? client : server; }
    const EndFigures& end(bool is_client) const { return is_client ? client : server; }
};

/// What an end must remember to keep its figures and to check the stream that it receives.
struct EndTracker {
    std::uint64_t highest_sent = 0;  ///< stream offset behind the highest payload byte sent
    StreamArrivals arrivals;
    std::uint32_t highest_packet = 0;  ///< id of the latest packet sent by the peer that arrived
    bool abandoned = false;            ///< its program has closed it: nobody will read any more
};

/// Likewise for an end that receives datagrams.
struct DatagramTracker {
    std::uint32_t next_number = 0;  ///< behind the highest number that arrived
    std::uint32_t last_number = 0;  ///< of the latest arrival
    Time last_arrival = Time::never();
    Duration interval;         ///< between datagrams as they leave; zero: unknown
    SeenNumbers seen;          ///< numbers of datagrams, or of echoes, that arrived
    std::uint32_t echoes = 0;  ///< of which the program was told
};

/// By dense connection id (trace::Connections); shared by the hosts of a run.
class FigureTable {
public:
    /// Makes room for `id`. Called by whoever adds the connection.
    void add(std::uint32_t id) {
        table_.extend_to(std::size_t{id} + 1);
        trackers_.extend_to(2 * (std::size_t{id} + 1));
    }
    EndTracker& tracker(std::uint32_t id, bool is_client) {
        return trackers_[2 * std::size_t{id} + (is_client ? 1 : 0)];
    }
    DatagramTracker& datagrams(std::uint32_t id, bool is_client) {
        const std::uint32_t end = id << 1 | (is_client ? 1U : 0U);
        std::uint32_t index = datagram_index_.find(end);
        if (index == decltype(datagram_index_)::kNone) {
            index = static_cast<std::uint32_t>(datagram_trackers_.size());
            datagram_index_.insert(end, index);
            datagram_trackers_.emplace_back();
        }
        return datagram_trackers_[index];
    }
    ConnectionFigures& operator[](std::uint32_t id) { return table_[id]; }
    const ConnectionFigures& operator[](std::uint32_t id) const { return table_[id]; }
    /// From now on tcp_info of each end is kept: its last one, or that of Host::look().
    void keep_infos() { keeps_infos_ = true; }
    bool keeps_infos() const { return keeps_infos_; }
    void set_info(std::uint32_t id, bool is_client, const tcp::Info& info) {
        infos_[id << 1 | (is_client ? 1U : 0U)] = info;
    }
    /// Null if the end never was, or nobody asked to keep it.
    const tcp::Info* info(std::uint32_t id, bool is_client) const {
        const auto it = infos_.find(id << 1 | (is_client ? 1U : 0U));
        return it == infos_.end() ? nullptr : &it->second;
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(table_.size()); }

private:
    ChunkedVector<ConnectionFigures> table_;
    ChunkedVector<EndTracker> trackers_;  // two each
    std::vector<DatagramTracker> datagram_trackers_;
    FlatMap<std::uint32_t> datagram_index_;
    std::map<std::uint32_t, tcp::Info> infos_;  // by id and side; only where somebody asks
    bool keeps_infos_ = false;
};

}  // namespace seedwire::host
