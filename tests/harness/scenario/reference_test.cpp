// The committed reference is that of the tables, and the JSON Schema is JSON.
#include "harness/scenario/reference.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "harness/scenario/schema.h"
#include "tests/support/catch.h"
#include "tests/support/json_checker.h"

namespace seedwire::scenario {
namespace {

TEST_CASE("docs/scenario-reference.md is up to date", "[scenario][docs]") {
    std::ifstream file{SEEDWIRE_SOURCE_DIR "/docs/scenario-reference.md"};
    const std::string committed{std::istreambuf_iterator<char>{file}, {}};
    const std::string fresh = reference_markdown();
    if (committed != fresh) {
        const auto path = std::filesystem::temp_directory_path() / "scenario-reference.md";
        std::ofstream{path} << fresh;
        FAIL("docs/scenario-reference.md is stale; renew it: cp " << path.string()
                                                                  << " docs/scenario-reference.md");
    }
}

TEST_CASE("Every key of the table is in the reference", "[scenario][docs]") {
    const std::string whole = reference_markdown();
    const std::string text = whole.substr(0, whole.find("\n## expect:"));
    std::size_t rows = 0;
    for (std::size_t at = text.find("\n| `"); at != std::string::npos;
         at = text.find("\n| `", at + 1))
        ++rows;
    CHECK(rows == Schema::instance().all().size());
}

TEST_CASE("The JSON Schema is JSON, and every reference in it leads somewhere",
          "[scenario][docs]") {
    const std::string text = schema_json();
    CHECK(test::JsonChecker{text}.problem().empty());
    constexpr std::string_view kReference = "\"#/definitions/";
    std::size_t found = 0;
    for (std::size_t at = text.find(kReference); at != std::string::npos;
         at = text.find(kReference, at + 1), ++found) {
        const std::size_t begin = at + kReference.size();
        const std::string name = text.substr(begin, text.find('"', begin) - begin);
        INFO(name);
        CHECK(text.find("\n    \"" + name + "\": {") != std::string::npos);
    }
    CHECK(found > 20);
}

}  // namespace
}  // namespace seedwire::scenario
