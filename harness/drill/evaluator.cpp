// A recursive descent over Python's expressions, by precedence from `or` to primaries. The Python
// Language Reference, 6.17 "Operator precedence".
#include "harness/drill/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/drill/python_text.h"

namespace seedwire::drill {
namespace {

struct Operator {
    std::string_view sign;
    int level;  ///< binds the tighter the higher
};
// A longer sign stands before one that it begins with.
constexpr std::array kBinary = {
    Operator{"|", 1},  Operator{"^", 2}, Operator{"&", 3}, Operator{"<<", 4},
    Operator{">>", 4}, Operator{"+", 5}, Operator{"-", 5}, Operator{"//", 6},
    Operator{"*", 6},  Operator{"/", 6}, Operator{"%", 6},
};
constexpr int kHighestLevel = 6;
constexpr std::array<std::string_view, 6> kComparisons = {"==", "!=", "<=", ">=", "<", ">"};

bool is_number(const Datum& datum) { return datum.value.index() < 2; }
double as_double(const Datum& datum) {
    const auto* whole = std::get_if<std::int64_t>(&datum.value);
    return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(datum.value);
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && ((a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

class Evaluator {
public:
    Evaluator(PythonText& text, Variables& variables) : text_{text}, variables_{variables} {}

    /// An expression, or a tuple without parentheses.
    Datum tuple_or_expression() {
        Datum first = expression();
        if (!text_.looking_at(",")) return first;
        std::vector<Datum> items{std::move(first)};
        while (text_.accept(",") && !text_.at_end_of_statement()) items.push_back(expression());
        return {std::move(items)};
    }
    Datum expression() {
        Datum left = conjunction();
        while (text_.accept_word("or")) {
            Datum right = conjunction();
            if (!is_true(left)) left = std::move(right);
        }
        return left;
    }

private:
    Datum conjunction() {
        Datum left = negation();
        while (text_.accept_word("and")) {
            Datum right = negation();
            if (is_true(left)) left = std::move(right);
        }
        return left;
    }
    Datum negation() {
        if (text_.accept_word("not")) return {std::int64_t{!is_true(negation())}};
        return comparison();
    }
    /// Chains: a <= b <= c.
    Datum comparison() {
        Datum left = binary(1);
        bool holds = true, any = false;
        for (std::string_view sign = next_comparison(); !sign.empty(); sign = next_comparison()) {
            accept_comparison(sign);
            Datum right = binary(1);
            holds = compare(sign, left, right) && holds;
            any = true;
            left = std::move(right);
        }
        return any ? Datum{std::int64_t{holds}} : left;
    }
    std::string_view next_comparison() {
        for (const std::string_view sign : kComparisons) {
            const bool shift = text_.looking_at("<<") || text_.looking_at(">>");
            if (!shift && text_.looking_at(sign)) return sign;
        }
        if (text_.looking_at_word("in")) return "in";
        return text_.looking_at_word("not") ? "not in" : "";
    }
    void accept_comparison(std::string_view sign) {
        if (sign != "not in") return void(text_.accept(sign));
        text_.accept_word("not");
        if (!text_.accept_word("in")) text_.expect("in");
    }
    bool contains(const Datum& all, const Datum& one) {
        const auto* items = std::get_if<std::vector<Datum>>(&all.value);
        if (items == nullptr)
            unsupported(text_.position(), "'in' looks into tuples and lists here");
        return std::any_of(items->begin(), items->end(),
                           [&](const Datum& item) { return equal(item, one); });
    }
    bool compare(std::string_view sign, const Datum& a, const Datum& b) {
        if (sign == "==") return equal(a, b);
        if (sign == "!=") return !equal(a, b);
        if (sign == "in") return contains(b, a);
        if (sign == "not in") return !contains(b, a);
        if (!is_number(a) || !is_number(b))
            unsupported(text_.position(), "only numbers have an order here");
        const double left = as_double(a), right = as_double(b);
        if (sign == "<") return left < right;
        if (sign == ">") return left > right;
        return sign == "<=" ? left <= right : left >= right;
    }
    static bool equal(const Datum& a, const Datum& b) {
        if (is_number(a) && is_number(b) && a.value.index() != b.value.index())
            return as_double(a) == as_double(b);
        return a == b;
    }
    Datum binary(int level) {
        if (level > kHighestLevel) return unary();
        Datum left = binary(level + 1);
        for (bool more = true; more;) {
            more = false;
            for (const Operator& op : kBinary) {
                if (op.level != level || !text_.looking_at(op.sign)) continue;
                text_.accept(op.sign);
                left = apply(op.sign, left, binary(level + 1));
                more = true;
                break;
            }
        }
        return left;
    }
    Datum apply(std::string_view sign, const Datum& a, const Datum& b) {
        if (sign == "%" && std::holds_alternative<std::string>(a.value))
            return {to_string(a) + " % " + to_string(b)};  // a message: both parts are shown
        if (!is_number(a) || !is_number(b))
            unsupported(text_.position(), "only numbers can be computed with here");
        const auto* left = std::get_if<std::int64_t>(&a.value);
        const auto* right = std::get_if<std::int64_t>(&b.value);
        const bool divides = sign == "/" || sign == "//" || sign == "%";
        if (divides && as_double(b) == 0) fail(text_.position(), "division by zero");
        if (left != nullptr && right != nullptr && sign != "/")
            return {apply_whole(sign, *left, *right)};
        return {apply_double(sign, as_double(a), as_double(b))};
    }
    std::int64_t apply_whole(std::string_view sign, std::int64_t a, std::int64_t b) {
        if (sign == "|") return a | b;
        if (sign == "^") return a ^ b;
        if (sign == "&") return a & b;
        if (sign == "<<" || sign == ">>") {
            if (b < 0 || b > 62) fail(text_.position(), "shift by too much");
            return sign == "<<" ? a << b : a >> b;
        }
        if (sign == "+") return a + b;
        if (sign == "-") return a - b;
        if (sign == "*") return a * b;
        return sign == "//" ? floor_divide(a, b) : a - floor_divide(a, b) * b;
    }
    double apply_double(std::string_view sign, double a, double b) {
        if (sign == "+") return a + b;
        if (sign == "-") return a - b;
        if (sign == "*") return a * b;
        if (sign == "/") return a / b;
        if (sign == "//") return std::floor(a / b);
        if (sign == "%") return a - std::floor(a / b) * b;
        fail(text_.position(), "this operation is for whole numbers only");
    }
    Datum unary() {
        if (text_.accept("-")) return apply("-", Datum{std::int64_t{0}}, unary());
        if (text_.accept("+")) return unary();
        if (text_.accept("~")) return apply("^", Datum{std::int64_t{-1}}, unary());
        return primary();
    }
    Datum primary() {
        const Position at = text_.position();
        if (text_.accept("(")) {
            if (text_.accept(")")) return {std::vector<Datum>{}};
            Datum inner = tuple_or_expression();
            text_.expect(")");
            return inner;
        }
        if (text_.accept("[")) {
            std::vector<Datum> items;
            while (!text_.looking_at("]")) {
                items.push_back(expression());
                if (!text_.accept(",")) break;
            }
            text_.expect("]");
            return {std::move(items)};
        }
        if (auto literal = text_.literal()) return std::move(*literal);
        const std::string name = text_.word();
        if (name.empty()) unsupported(at, "this Python expression is not understood");
        if (name == "True" || name == "False") return {std::int64_t{name == "True"}};
        if (text_.accept("(")) return call(at, name);
        if (text_.looking_at("[") || text_.looking_at("."))
            unsupported(at, fmt::format("members and elements of '{}' are not supported", name));
        const auto found = variables_.find(name);
        if (found == variables_.end())
            unsupported(at, fmt::format("'{}' is not known in code", name));
        return found->second;
    }
    Datum call(Position at, const std::string& name) {
        std::vector<Datum> arguments;
        while (!text_.looking_at(")")) {
            arguments.push_back(expression());
            if (!text_.accept(",")) break;
        }
        text_.expect(")");
        if (arguments.empty()) unsupported(at, fmt::format("{}() is not supported", name));
        for (const Datum& argument : arguments)
            if (!is_number(argument) && name != "str")
                unsupported(at, fmt::format("{}() of this is not supported", name));
        if (name == "str") return {to_string(arguments[0])};
        Datum best = arguments[0];
        if (name == "abs") return as_double(best) < 0 ? apply("-", Datum{}, best) : best;
        if (name == "float") return {as_double(best)};
        if (name == "int") return {static_cast<std::int64_t>(as_double(best))};
        if (name == "round") return {static_cast<std::int64_t>(std::llround(as_double(best)))};
        if (name != "min" && name != "max")
            unsupported(at, fmt::format("{}() is not supported", name));
        for (const Datum& argument : arguments)
            if (compare(name == "min" ? "<" : ">", argument, best)) best = argument;
        return best;
    }

    PythonText& text_;
    Variables& variables_;
};

void run_assert(PythonText& text, Evaluator& evaluator) {
    const Position at = text.position();
    const std::string_view rest = text.rest_of_statement();
    const Datum condition = evaluator.expression();
    // Python looks at the message only if it is needed.
    if (is_true(condition) && text.looking_at(",")) return text.skip_expressions();
    std::string message;
    if (text.accept(",")) message = to_string(evaluator.tuple_or_expression());
    if (is_true(condition)) return;
    std::string complaint = fmt::format("assertion does not hold: {}", rest);
    if (!message.empty()) complaint += fmt::format("  [{}]", message);
    fail(at, complaint);
}

void run_statement(PythonText& text, Variables& variables) {
    Evaluator evaluator{text, variables};
    const Position at = text.position();
    const std::string name = text.word();
    if (name == "assert") {
        run_assert(text, evaluator);
    } else if (name == "import" || name == "from") {
        text.skip_statement();
    } else if (name == "print") {
        text.skip_expressions();  // nobody reads it
    } else if (!name.empty() && text.accept("=") && !text.looking_at("=")) {
        variables[name] = evaluator.tuple_or_expression();
    } else if (name != "pass") {
        unsupported(
            at, fmt::format("this Python is not supported: {}{}", name, text.rest_of_statement()));
    }
    if (!text.at_end_of_statement())
        unsupported(text.position(),
                    fmt::format("this Python is not supported: {}", text.rest_of_statement()));
}

}  // namespace

bool is_true(const Datum& datum) {
    if (is_number(datum)) return as_double(datum) != 0;
    if (const auto* text = std::get_if<std::string>(&datum.value)) return !text->empty();
    return !std::get<std::vector<Datum>>(datum.value).empty();
}

std::string to_string(const Datum& datum) {
    if (const auto* whole = std::get_if<std::int64_t>(&datum.value))
        return fmt::format("{}", *whole);
    if (const auto* real = std::get_if<double>(&datum.value)) return fmt::format("{}", *real);
    if (const auto* text = std::get_if<std::string>(&datum.value)) return *text;
    std::string result;
    for (const Datum& item : std::get<std::vector<Datum>>(datum.value))
        result += (result.empty() ? "" : ", ") + to_string(item);
    return result;
}

void run_code(std::string_view text, Position at, Variables& variables) {
    PythonText python{text, at};
    while (python.next_statement()) run_statement(python, variables);
}

}  // namespace seedwire::drill
