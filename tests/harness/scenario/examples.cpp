// Texts only.
#include "tests/harness/scenario/examples.h"

namespace seedwire::scenario::examples {

const char* const kHandshake = R"(version: 1
name: three-way handshake
hosts: [client, server]
links:
  - {between: [client, server], rate: 10 Mbit/s, delay: 20 ms}
flows:
  hello: {app: request_response, from: client, to: server, request: 100 B, response: 1 kB}
expect:
  - hello.client reaches ESTABLISHED within 41 ms
  - hello.segments == [client SYN, server SYN+ACK, client ACK, ...]
  - hello.server passes [LISTEN, SYN-RECEIVED, ESTABLISHED]
)";

const char* const kLossy = R"(version: 1
name: lossy access line
seed: 7                       # default 1; `--seed` wins
stop: 30 s                    # default: when nothing is left to happen
hosts:
  laptop: {}
  server: {tcp: {congestion: cubic, tcp_rmem: [4096, 131072, 6291456]}}
routers: [dslam]
links:
  - name: line
    between: [laptop, dslam]
    delay: 8 ms
    up:   {rate: 1 Mbit/s,  queue: {drop_tail: {limit: 64 kB}}}        # laptop -> dslam
    down: {rate: 16 Mbit/s, queue: 100 packets}                         # short for drop_tail
    impair:                                       # in this order, both directions unless `on: up`
      - loss: {gilbert_elliott: {p: 1 %, r: 25 %}}                      # short form: `loss: 1 %`
      - jitter: {normal: {stddev: 2 ms}, reorder: false}
      - reorder: {probability: 0.1 %, by: 12 ms}
      - duplicate: 1/5000
  - {name: core, between: [dslam, server], rate: 1 Gbit/s, delay: 12 ms}
flows:
  download: {app: bulk, from: laptop, to: server, direction: download, bytes: 20 MB, start: 1 s}
  call: {app: constant_bitrate, from: laptop, to: server, over: udp, rate: 64 kbit/s, packet: 160 B}
faults:
  - drop:  {on: line.down, match: "tcp.syn && tcp.ack", nth: 1}
  - delay: {on: line.down, match: "tcp.len > 0 && flow == download", nth: [5, 7], by: 80 ms}
  - drop:  {on: line.down, match: "tcp.len > 0", every: 10, offset: 3, first: 100, last: 400}
  - {at: 10 s, cut: line, for: 300 ms}
  - {at: 15 s, set: {line.down.rate: 4 Mbit/s}}
expect:
  - download.goodput >= 3 Mbit/s
  - call.loss <= 5 %
  - p99(line.down.queue.sojourn) <= 80 ms
  - line.down.drops.loss > 0
  - faults[0].hits == 1
)";

const char* const kTwoRoutes = R"(version: 1
name: two routes
hosts: [a, b]
routers: [north, south]
links:
  - {between: [a, north], rate: 10 Mbit/s, delay: 5 ms}
  - {between: [north, b], rate: 10 Mbit/s, delay: 5 ms}
  - {between: [a, south], rate: 10 Mbit/s, delay: 12 ms}
  - {between: [south, b], rate: 10 Mbit/s, delay: 12 ms}
routing: {metric: hops, equal_cost: per_packet}           # or per_flow (default)
flows:
  tcp: {app: bulk, from: a, to: b, bytes: 200 kB}
  udp: {app: constant_bitrate, from: a, to: b, over: udp, rate: 2 Mbit/s, packet: 1000 B, stop: 2 s}
expect:
  - tcp.reordered > 0
  - tcp.delivered == 200 kB
  - udp.completion <= tcp.completion                       # either side may be a metric
)";

const char* const kPrograms = R"(version: 1
hosts: [a, b]
links: [{between: [a, b], rate: 20 Mbit/s, delay: 50 ms}]
programs:
  server: {on: b, script: [listen 5001 backlog 5, accept, recv_eof, close]}
  client:
    on: a
    start: 100 ms
    options: [congestion reno, nodelay 1, rcvbuf 64 KiB, syncnt 3, linger2 5 s, defer_accept 2 s,
              rcvlowat 10 B, notsent_lowat 16 KiB]
    script:
      - connect b:5001 from 40001
      - send 150 kB
      - wait_acked
      - close
expect:
  - client.connection passes [SYN-SENT, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, CLOSED]
  - client never fails                                     # or: client fails with ECONNRESET
)";

}  // namespace seedwire::scenario::examples
