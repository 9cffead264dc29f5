// Words, numbers, times and comments of scripts.
#include "harness/drill/lexer.h"

#include "tests/support/catch.h"

using namespace seedwire;
using drill::Lexer;

TEST_CASE("Comments and white space separate words", "[drill][lexer]") {
    Lexer lexer{"  one // rest\n /* two\nlines */ two\tthree"};
    CHECK(lexer.word() == "one");
    CHECK(lexer.word() == "two");
    CHECK(lexer.position() == drill::Position{3, 14});
    CHECK(lexer.word() == "three");
    CHECK(lexer.at_end());
    Lexer open{"/* no end"};
    CHECK_THROWS_AS(open.at_end(), drill::Stop);
}

TEST_CASE("Seconds stop before an ellipsis", "[drill][lexer]") {
    CHECK(Lexer{"0.25"}.seconds() == Duration::ms(250));
    CHECK(Lexer{".005 x"}.seconds() == Duration::ms(5));
    CHECK(Lexer{"3"}.seconds() == Duration::s(3));
    CHECK_FALSE(Lexer{"..."}.seconds().has_value());
    Lexer range{"0...0.2"};
    CHECK(range.seconds() == Duration::zero());
    CHECK(range.accept("..."));
    CHECK(range.seconds() == Duration::ms(200));
}

TEST_CASE("Whole numbers may be negative or hexadecimal", "[drill][lexer]") {
    CHECK(Lexer{"-1 EAGAIN"}.integer() == -1);
    CHECK(Lexer{"0x2 (flags)"}.integer() == 2);
    CHECK(Lexer{"4294967295"}.integer() == 4294967295);
    CHECK_FALSE(Lexer{"x"}.integer().has_value());
}
