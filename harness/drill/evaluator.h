// The little Python that scripts use: assertions about numbers, and helper values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/drill/script.h"

namespace seedwire::drill {

/// A value of an expression.
struct Datum {
    std::variant<std::int64_t, double, std::string, std::vector<Datum>> value = std::int64_t{0};
    bool operator==(const Datum&) const = default;
};
bool is_true(const Datum& datum);
std::string to_string(const Datum& datum);

using Variables = std::map<std::string, Datum>;

/// Runs statements: `assert expression[, message]`, `name = expression`, `print(...)`, `import`
/// and `pass`, separated by newlines or semicolons; comments begin with '#'. `variables` are read
/// and written. Throws Stop: Failed where an assertion does not hold, Unsupported for other Python.
/// `at` is where the text begins.
void run_code(std::string_view text, Position at, Variables& variables);

}  // namespace seedwire::drill
