#include "harness/observe/json_writer.h"

#include "harness/observe/events_jsonl.h"
#include "tests/support/catch.h"
#include "tests/support/json_checker.h"

using namespace seedwire::observe;

TEST_CASE("Strings are escaped as RFC 8259 section 7 asks", "[observe][json]") {
    const auto written = [](std::string_view text) {
        std::string out;
        append_json_string(out, text);
        return out;
    };
    CHECK(written("plain") == R"("plain")");
    CHECK(written("a\"b\\c") == R"("a\"b\\c")");
    CHECK(written("line\nend\ttab") == R"("line\u000aend\u0009tab")");
    CHECK(written(std::string_view{"\0", 1}) == R"("\u0000")");
    CHECK(written("f\xC3\xBCnf") == "\"f\xC3\xBCnf\"");
    CHECK(written("\x7f") == "\"\x7f\"");
}

TEST_CASE("Commas, colons and nesting are the writer's business", "[observe][json]") {
    JsonWriter json{false};
    json.begin_object().field("a", 1).key("b").begin_array().value(true).null().value("x");
    json.begin_object().end_object().end_array().key("c").raw("0.5").end_object();
    CHECK(json.take() == "{\"a\":1,\"b\":[true,null,\"x\",{}],\"c\":0.5}\n");
}

TEST_CASE("Indented JSON says the same", "[observe][json]") {
    JsonWriter json{true};
    json.begin_object().field("a", std::uint64_t{18446744073709551615U});
    json.field("n", std::int64_t{-5}).key("list").begin_array().value(1).value(2).end_array();
    json.key("empty").begin_array().end_array().end_object();
    const std::string text = json.take();
    CHECK(text ==
          "{\n  \"a\": 18446744073709551615,\n  \"n\": -5,\n  \"list\": [\n    1,\n    2\n  ],\n"
          "  \"empty\": []\n}\n");
    CHECK(seedwire::test::json_problem(text) == "");
}
