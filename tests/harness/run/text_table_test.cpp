#include "harness/run/text_table.h"

#include "tests/support/catch.h"

using seedwire::run::TextTable;

TEST_CASE("Columns are aligned by what stands in them", "[run][table]") {
    TextTable table{{"<name", "count", "<note"}};
    table.add({"a", "1", "first"});
    table.add({"longer", "1000", ""});
    CHECK(table.text() ==
          "name    count  note\n"
          "a           1  first\n"
          "longer   1000\n");
}

TEST_CASE("A column without any value is left out", "[run][table]") {
    TextTable table{{"<name", "empty", "n"}};
    table.add({"a", "", "1"});
    CHECK(table.text() == "name  n\na     1\n");
}

TEST_CASE("Characters are counted, not bytes", "[run][table]") {
    TextTable table{{"<n", "v"}};
    table.add({"\xC3\xBC\xC3\xBC", "1"});  // two umlauts
    table.add({"abc", "2"});
    CHECK(table.text() == "n    v\n\xC3\xBC\xC3\xBC   1\nabc  2\n");
}
