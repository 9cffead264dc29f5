#include "harness/run/output_directory.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/catch.h"

namespace seedwire::run {

namespace fs = std::filesystem;

namespace {

/// An empty folder that goes away with the test.
class Place {
public:
    Place() : path_{fs::temp_directory_path() / ("seedwire-test-" + std::to_string(getpid()))} {
        fs::remove_all(path_);
        fs::create_directory(path_);
    }
    ~Place() { fs::remove_all(path_); }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::size_t entries() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator{path_}, fs::directory_iterator{}));
    }

private:
    fs::path path_;
};

std::string content(const std::string& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("A results folder appears whole, or not at all", "[run][output]") {
    const Place place;
    const std::string path = place / "out";
    {
        OutputDirectory output{path, false};
        REQUIRE(output.error() == "");
        output.write("summary.json", "{}");
        CHECK_FALSE(fs::exists(path));
        SECTION("committed") {
            CHECK(output.commit());
            CHECK(content(path + "/summary.json") == "{}");
        }
        SECTION("not committed") {}
    }
    CHECK(place.entries() == (fs::exists(path) ? 1 : 0));
}

TEST_CASE("Folders above are made; a slash at the end means nothing", "[run][output]") {
    const Place place;
    OutputDirectory output{place / "a/b/c/", false};
    CHECK(output.commit());
    CHECK(fs::is_directory(place / "a/b/c"));
}

TEST_CASE("What exists is refused, and stays as it was", "[run][output]") {
    const Place place;
    const std::string path = place / "out";
    fs::create_directory(path);
    std::ofstream{path + "/meta.json"} << "old";
    const OutputDirectory refused{path, false};
    CHECK(refused.error().find("exists already; --force replaces") != std::string::npos);
    CHECK(content(path + "/meta.json") == "old");
    CHECK(place.entries() == 1);
}

TEST_CASE("Force replaces results and empty folders, and nothing else", "[run][output]") {
    const Place place;
    const std::string path = place / "out";
    SECTION("results") {
        fs::create_directory(path);
        std::ofstream{path + "/meta.json"} << "old";
        std::ofstream{path + "/left-over"} << "old";
        OutputDirectory output{path, true};
        output.write("meta.json", "new");
        CHECK(output.commit());
        CHECK(content(path + "/meta.json") == "new");
        CHECK_FALSE(fs::exists(path + "/left-over"));
    }
    SECTION("an empty folder") {
        fs::create_directory(path);
        OutputDirectory output{path, true};
        CHECK(output.commit());
    }
    SECTION("a folder of something else") {
        fs::create_directory(path);
        std::ofstream{path + "/thesis.tex"} << "years of work";
        const OutputDirectory output{path, true};
        CHECK(output.error().find("not a results folder") != std::string::npos);
        CHECK(content(path + "/thesis.tex") == "years of work");
    }
    SECTION("a file") {
        std::ofstream{path} << "text";
        const OutputDirectory output{path, true};
        CHECK(output.error().find("not a results folder") != std::string::npos);
        CHECK(content(path) == "text");
    }
    SECTION("a dangling link") {
        fs::create_symlink(place / "nowhere", path);
        const OutputDirectory output{path, true};
        CHECK(output.error() != "");
    }
    CHECK(place.entries() == 1);
}

TEST_CASE("Where nothing can be written, the error says where and why", "[run][output]") {
    const Place place;
    std::ofstream{place / "file"} << "text";
    OutputDirectory output{place / "file/out", false};
    CHECK(output.error().find("file/out") != std::string::npos);
    output.write("x", "y");
    CHECK_FALSE(output.commit());
}

TEST_CASE("The first failure to write is kept, and nothing is left behind", "[run][output]") {
    const Place place;
    {
        OutputDirectory output{place / "out", false};
        output.write("missing/summary.json", "{}");
        const std::string first = output.error();
        CHECK(first.find("missing/summary.json") != std::string::npos);
        output.write("also/missing", "{}");
        CHECK(output.error() == first);
        CHECK_FALSE(output.commit());
    }
    CHECK(place.entries() == 0);
}

}  // namespace seedwire::run
