// The tree of the project obeys the rules of the house.
#include <iostream>
#include <string>

#include "tests/support/catch.h"
#include "tests/tidy/rules.h"

namespace seedwire::tidy {

TEST_CASE("every file of the project is tidy", "[tidy]") {
    const std::vector<Source> tree = read_tree(SEEDWIRE_SOURCE_DIR);
    REQUIRE(tree.size() > 20);
    std::string report;
    const auto add = [&report](const std::vector<Violation>& violations) {
        for (const Violation& v : violations)
            report += v.path + ":" + std::to_string(v.line) + ": " + v.message + "\n";
    };
    for (const Source& source : tree) {
        add(check_file(source));
        if (source.path != "CMakeLists.txt") continue;
        std::string text;
        for (const Line& line : source.lines) text += line.comment + "\n";
        std::vector<Violation> found;
        check_link_dependencies(text, found);
        add(found);
    }
    std::cout << report;  // plainly: Catch2 would break the lines
    CHECK(report.empty());
}

}  // namespace seedwire::tidy
