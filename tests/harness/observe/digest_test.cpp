#include "harness/observe/digest.h"

#include <functional>

#include "tests/harness/observe/stage.h"
#include "tests/support/catch.h"

namespace seedwire::observe {

using testing::ms;
using testing::Stage;

namespace {

/// A short life, told with the ids of the given stage.
RunDigest digest_of(const Stage& stage) {
    DigestObserver observer{stage.net.network, stage.connections};
    const wire::Packet syn = stage.segment(true, 1, wire::flag::kSyn, 0, 0);
    const wire::Packet answer = stage.segment(false, 1, wire::flag::kSyn | wire::flag::kAck, 0, 1);
    // A host that is listed elsewhere has another address, which must not matter.
    observer.on_transmission(stage.sent(syn, ms(0)));
    observer.on_state({ms(0), stage.connection, true, 0, 2});
    observer.on_transmission(stage.sent(answer, ms(20)));
    observer.on_node_drop({ms(40), stage.net["client"], &answer, trace::DropReason::Corrupted});
    observer.on_window({ms(40), stage.connection, true, 0, 10, 100, 1});
    observer.on_timeout({ms(41), stage.connection, true, wire::Cause::RetransmissionTimeout, {}});
    observer.on_app({ms(42), stage.connection, true, trace::AppEvent::Kind::Connected, 0});
    return observer.result();
}

bool equal(const RunDigest& a, const RunDigest& b) {
    return a.packets == b.packets && a.tcp == b.tcp && a.app == b.app && a.total == b.total;
}

RunDigest packet_digest(const Stage& stage, const wire::Packet& packet,
                        const trace::Transmission& t, const wire::Extension* extension) {
    DigestObserver observer{stage.net.network, stage.connections};
    trace::Transmission record = t;
    record.packet = &packet;
    record.extension = extension;
    observer.on_transmission(record);
    return observer.result();
}

}  // namespace

TEST_CASE("The digest does not depend on dense ids: order of listing, idle hosts, connections",
          "[observe][digest]") {
    const RunDigest reference = digest_of(Stage{});
    CHECK(equal(reference, digest_of(Stage{{"server", "client"}})));
    CHECK(equal(reference, digest_of(Stage{{"client", "idle", "server"}})));
    CHECK(equal(reference, digest_of(Stage{{"idle", "server", "client"}})));
    CHECK(equal(reference, digest_of(Stage{{"client", "server"}, 3})));
}

TEST_CASE("Every field of a packet and of its fate counts", "[observe][digest]") {
    using Change = std::function<void(wire::Packet&, trace::Transmission&, wire::Extension&)>;
    const std::vector<Change> changes = {
        [](auto& p, auto&, auto&) { ++p.id; },
        [](auto& p, auto&, auto&) { p.flow = wire::kNoFlow; },
        [](auto& p, auto&, auto&) { ++p.source_port; },
        [](auto& p, auto&, auto&) { ++p.destination_port; },
        [](auto& p, auto&, auto&) { p.seq += 1; },
        [](auto& p, auto&, auto&) { p.ack += 1; },
        [](auto& p, auto&, auto&) { ++p.window; },
        [](auto& p, auto&, auto&) { p.flags ^= wire::flag::kPsh; },
        [](auto& p, auto&, auto&) { ++p.ts_value; },
        [](auto& p, auto&, auto&) { ++p.ts_echo; },
        [](auto& p, auto&, auto&) { ++p.header_bytes; },
        [](auto& p, auto&, auto&) { --p.ttl; },
        [](auto& p, auto&, auto&) { p.ecn = wire::Ecn::Ce; },
        [](auto& p, auto&, auto&) { p.protocol = wire::Protocol::Udp; },
        [](auto& p, auto&, auto&) { ++p.payload_offset; },
        [](auto& p, auto&, auto&) { ++p.payload_length; },
        [](auto& p, auto&, auto&) { p.bits ^= wire::packet_bit::kCopy; },
        [](auto& p, auto&, auto&) { p.cause = wire::Cause::FastRetransmit; },
        [](auto&, auto& t, auto&) { t.at = t.at + Duration::ns(1); },
        [](auto&, auto& t, auto&) { t.direction ^= 1U; },
        [](auto&, auto& t, auto&) { t.departure = t.departure + Duration::ns(1); },
        [](auto&, auto& t, auto&) { t.arrival = t.arrival + Duration::ns(1); },
        [](auto&, auto& t, auto&) { t.drop = trace::DropReason::Loss; },
        [](auto&, auto& t, auto&) { ++t.queue_packets; },
        [](auto&, auto& t, auto&) { t.fault = 0; },
        [](auto&, auto&, auto& e) { ++e.syn.mss; },
        [](auto&, auto&, auto& e) { ++e.syn.window_scale; },
        [](auto&, auto&, auto& e) { e.syn.sack_permitted = !e.syn.sack_permitted; },
        [](auto&, auto&, auto& e) { ++e.syn.fast_open.length; },
        [](auto&, auto&, auto& e) { ++e.urgent_pointer; },
        [](auto&, auto&, auto& e) { e.sack.add({}); },
    };
    const Stage stage;
    const wire::Packet packet = stage.segment(true, 1, wire::flag::kAck, 1, 1, 100);
    const trace::Transmission record = stage.sent(packet, ms(1));
    const wire::Extension extension;
    std::vector<Digest128> seen{packet_digest(stage, packet, record, &extension).packets,
                                packet_digest(stage, packet, record, nullptr).packets};
    CHECK(seen[0] != seen[1]);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        wire::Packet p = packet;
        trace::Transmission t = record;
        wire::Extension e = extension;
        changes[i](p, t, e);
        const Digest128 digest = packet_digest(stage, p, t, &e).packets;
        CAPTURE(i);
        for (const Digest128& other : seen) CHECK(digest != other);
        seen.push_back(digest);
    }
}

TEST_CASE("A record changes the digest of its ingredient and the total, and no other",
          "[observe][digest]") {
    const Stage stage;
    const DigestObserver nothing{stage.net.network, stage.connections};
    DigestObserver observer{stage.net.network, stage.connections};
    SECTION("states") { observer.on_state({ms(1), stage.connection, true, 0, 1}); }
    SECTION("timeouts") {
        observer.on_timeout(
            {ms(1), stage.connection, true, wire::Cause::RetransmissionTimeout, {}});
    }
    SECTION("windows") { observer.on_window({ms(1), stage.connection, true, 0, 10, 20, 5}); }
    const RunDigest before = nothing.result(), after = observer.result();
    CHECK(before.packets == after.packets);
    CHECK(before.app == after.app);
    CHECK(before.tcp != after.tcp);
    CHECK(before.total != after.total);
}

TEST_CASE("The two ends of a connection are told apart", "[observe][digest]") {
    const Stage stage;
    const auto digest = [&](bool client) {
        DigestObserver observer{stage.net.network, stage.connections};
        observer.on_app({ms(1), stage.connection, client, trace::AppEvent::Kind::Closed, 0});
        return observer.result().app;
    };
    CHECK(digest(true) != digest(false));
}

TEST_CASE("Asking for the digest in between changes nothing", "[observe][digest]") {
    const Stage stage;
    DigestObserver asked{stage.net.network, stage.connections};
    DigestObserver silent{stage.net.network, stage.connections};
    for (int i = 0; i < 2000; ++i) {  // more than a block
        const trace::AppEvent event{ms(i), stage.connection, true, trace::AppEvent::Kind::Wrote, 9};
        asked.on_app(event);
        silent.on_app(event);
        if (i % 7 == 0) (void)asked.result();
    }
    CHECK(equal(asked.result(), silent.result()));
}

TEST_CASE("A digest is printed as 32 hexadecimal digits", "[observe][digest]") {
    CHECK(to_string(Digest128{0x1, 0xABCDEF}) == "00000000000000010000000000abcdef");
}

}  // namespace seedwire::observe
