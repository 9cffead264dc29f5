#include <array>
#include <memory>
#include <string>

#include "sim/base/nearest_name.h"
#include "sim/base/plugin.h"
#include "sim/base/stable_hash.h"
#include "tests/support/catch.h"

using namespace seedwire;
using namespace seedwire::literals;

TEST_CASE("The edit distance counts insertions, deletions, substitutions and swaps", "[names]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("sever", "server") == 1);
    CHECK(edit_distance("servre", "server") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("Mbit", "mBIT") == 0);
}

TEST_CASE("The nearest name is one that was probably meant, or none", "[names]") {
    constexpr std::array<std::string_view, 4> names{"client", "server", "router", "a"};
    CHECK(nearest_name("sever", names) == "server");
    CHECK(nearest_name("cleint", names) == "client");
    CHECK(nearest_name("Router", names) == "router");
    CHECK(nearest_name("b", names).empty());
    CHECK(nearest_name("A", names) == "a");
    CHECK(nearest_name("gateway", names).empty());
    CHECK(nearest_name("", names).empty());
    CHECK(nearest_name(std::string(100'000, 'x'), names).empty());
    constexpr std::array<std::string_view, 2> equal{"cat", "bat"};
    CHECK(nearest_name("hat", equal) == "cat");
}

TEST_CASE("Hashes have their written values", "[stable_hash]") {
    // Worked out from the definitions: streams and routes depend on them for ever.
    static_assert(mix_bits(0) == 0);
    static_assert(stable_hash("") == mix_bits(0xCBF29CE484222325));
    static_assert(stable_hash("a") == mix_bits(0xAF63DC4C8601EC8C));
    static_assert(stable_hash("foobar") == mix_bits(0x85944171F73967E8));
    static_assert(stable_hash(std::uint64_t{0}) == 0xE220A8397B1DCDAF);  // SplitMix64, seed 0
    CHECK(combine_hash(1, 2) != combine_hash(2, 1));
    CHECK(combine_hash(0, 0) != 0);
}

namespace {

struct Start {
    int mss;
};
using Factory = Plugin<std::unique_ptr<int>(const Parameters&, const Start&)>;

const Factory plain_plugin{
    .name = "plain",
    .summary = "takes nothing",
    .reference = "",
    .make = [](const Parameters&, const Start& start) { return std::make_unique<int>(start.mss); }};
const Factory rich_plugin{
    .name = "rich",
    .summary = "takes one of each kind",
    .reference = "RFC 1149 §1",
    .parameters = {{"gain", Quantity::Ratio, "0.9", "weight of the previous estimate"},
                   {"loss", Quantity::Probability, "1 %", ""},
                   {"target", Quantity::Duration, "5 ms", ""},
                   {"limit", Quantity::Bytes, "64 kB", ""},
                   {"rate", Quantity::Rate, "unlimited", ""},
                   {"depth", Quantity::Packets, "100 packets", ""},
                   {"count", Quantity::Integer, "-3", ""},
                   {"ecn", Quantity::Boolean, "false", ""},
                   {"mode", Quantity::Text, "quiet", ""},
                   {"needed", Quantity::Duration, "", ""}},
    .make = [](const Parameters& p, const Start& start) {
        return std::make_unique<int>(start.mss + static_cast<int>(p.integer("count")));
    }};
constexpr const Factory* kTable[] = {&plain_plugin, &rich_plugin};

}  // namespace

TEST_CASE("A plugin is found by its name and makes its product", "[plugin]") {
    REQUIRE(find_plugin(kTable, "rich") == &rich_plugin);
    CHECK(find_plugin(kTable, "poor") == nullptr);
    CHECK(nearest_plugin(kTable, "plian") == "plain");
    CHECK(plain_plugin.declared().empty());
    CHECK(rich_plugin.declared().size() == 10);
    CHECK(*rich_plugin.make(Parameters{rich_plugin.declared()}, Start{1460}) == 1457);
}

TEST_CASE("Parameters have their defaults until they are set", "[plugin]") {
    Parameters p{rich_plugin.declared()};
    CHECK(p.ratio("gain") == Ratio{9, 10});
    CHECK(p.probability("loss").ratio == Ratio{1, 100});
    CHECK(p.duration("target") == 5_ms);
    CHECK(p.bytes("limit") == Bytes{64'000});
    CHECK(p.rate("rate").is_unlimited());
    CHECK(p.packets("depth") == Packets{100});
    CHECK(p.integer("count") == -3);
    CHECK_FALSE(p.boolean("ecn"));
    CHECK(p.text("mode") == "quiet");
    CHECK_FALSE(p.has("needed"));

    CHECK_FALSE(p.set("needed", "7 s").has_value());
    CHECK(p.duration("needed") == 7_s);
    CHECK_FALSE(p.set("ecn", "true").has_value());
    CHECK(p.boolean("ecn"));
}

TEST_CASE("A wrong parameter is explained and changes nothing", "[plugin]") {
    Parameters p{rich_plugin.declared()};
    const auto wrong_value = p.set("target", "5 msec");
    REQUIRE(wrong_value.has_value());
    CHECK(wrong_value->message == "unknown unit 'msec'");
    CHECK(p.duration("target") == 5_ms);
    const auto wrong_name = p.set("taget", "5 ms");
    REQUIRE(wrong_name.has_value());
    CHECK(wrong_name->message == "no parameter 'taget'");
    CHECK(wrong_name->hint == "did you mean 'target'?");
    CHECK_FALSE(p.is_declared("taget"));
    CHECK(p.set("ecn", "yes")->message == "'yes' is neither true nor false");
    CHECK(Parameters{}.set("x", "1")->note == "it takes no parameters");
}
