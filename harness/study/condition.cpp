#include "harness/study/condition.h"

#include <fmt/format.h>

#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/lexer.h"
#include "harness/study/parameters.h"
#include "harness/study/study.h"

namespace seedwire::study {

namespace {

using scenario::Token;
namespace error_id = scenario::error_id;

constexpr std::array<std::string_view, 6> kRelations{"==", "!=", "<=", ">=", "<", ">"};

/// Deeper is no condition that a person wrote.
constexpr int kDeepest = 64;

class Parser {
public:
    Parser(const scenario::Node& node, const std::vector<Parameter>& parameters,
           scenario::Reporter& reporter)
        : in_{node, reporter}, parameters_{parameters} {}

    std::optional<Condition> parse() {
        std::size_t root = 0;
        if (!parse_or(root) || !in_.finish()) return std::nullopt;
        return Condition{std::move(terms_), root};
    }

private:
    using Term = Condition::Term;

    std::size_t add(Term term) {
        terms_.push_back(std::move(term));
        return terms_.size() - 1;
    }
    bool parse_or(std::size_t& made) {
        if (!parse_and(made)) return false;
        while (in_.take("||")) {
            std::size_t second = 0;
            if (!parse_and(second)) return false;
            made = add({Term::Kind::Or, made, second, {}, {}, {}});
        }
        return true;
    }
    bool parse_and(std::size_t& made) {
        if (!parse_not(made)) return false;
        while (in_.take("&&")) {
            std::size_t second = 0;
            if (!parse_not(second)) return false;
            made = add({Term::Kind::And, made, second, {}, {}, {}});
        }
        return true;
    }
    bool parse_not(std::size_t& made) {
        if (++depth_ > kDeepest)
            return in_.fail(in_.peek(), error_id::kTooComplex, "nested too deeply");
        const bool good = parse_simple(made);
        --depth_;
        return good;
    }
    bool parse_simple(std::size_t& made) {
        if (in_.take("!")) {
            std::size_t inner = 0;
            if (!parse_not(inner)) return false;
            made = add({Term::Kind::Not, inner, 0, {}, {}, {}});
            return true;
        }
        if (in_.take("(")) return parse_or(made) && (in_.take(")") || in_.expected("')'"));
        return parse_comparison(made);
    }
    bool parse_comparison(std::size_t& made) {
        Term term;
        const Token first = in_.peek();
        if (!parse_operand(term.left)) return false;
        for (const std::string_view relation : kRelations)
            if (term.relation.empty() && in_.take(relation)) term.relation = relation;
        if (term.relation.empty()) return in_.expected("a comparison: == != < <= > >=");
        const Token second = in_.peek();
        if (!parse_operand(term.right)) return false;
        if (!term.left.parameter && !term.right.parameter) return unknown(first);
        if (!check(term, first, second)) return false;
        made = add(std::move(term));
        return true;
    }
    /// A parameter is compared with a value that it may have.
    bool check(const Term& term, const Token& first, const Token& second) {
        const bool order = term.relation != "==" && term.relation != "!=";
        const auto good = [&](const Condition::Operand& one, const Condition::Operand& other,
                              const Token& at) {
            if (!one.parameter || other.parameter) return true;
            const Parameter& p = parameters_[*one.parameter];
            if (p.numeric && !other.quantity)
                return in_.fail(at, error_id::kUnitsDiffer,
                                fmt::format("'{}' is no value of {}", other.text, p.name));
            if (p.numeric && other.quantity->kind != p.kind)
                return in_.fail(at, error_id::kUnitsDiffer,
                                fmt::format("{} has another unit than '{}'", p.name, other.text));
            if (!p.numeric && order)
                return in_.fail(at, error_id::kUnitsDiffer,
                                fmt::format("{} has no order: == and != only", p.name));
            return true;
        };
        return good(term.left, term.right, second) && good(term.right, term.left, first);
    }
    bool parse_operand(Condition::Operand& operand) {
        const Token first = in_.peek();
        if (first.kind == Token::Kind::Number) {
            operand.text = in_.take_quantity({}).text;
            operand.quantity = read_quantity(operand.text);
            return true;
        }
        if (first.kind != Token::Kind::Word && !first.is("*"))
            return in_.expected("a parameter or a value");
        // A path may hold wildcards and positions: `hosts.*.tcp.congestion`, `links[0].delay`.
        std::size_t end = first.offset;
        while (in_.peek().offset == end &&
               (in_.peek().kind == Token::Kind::Word || in_.peek().kind == Token::Kind::Number ||
                in_.peek().is(".") || in_.peek().is("*") || in_.peek().is("[") ||
                in_.peek().is("]")))
            end = in_.next().end();
        operand.text = in_.text_between(first.offset, end);
        operand.parameter = find_parameter(parameters_, operand.text);
        return true;
    }
    bool unknown(const Token& at) {
        std::vector<std::string_view> names;
        for (const Parameter& p : parameters_) names.push_back(p.name);
        return in_.fail(at, error_id::kUnknownName,
                        fmt::format("nothing that varies is called '{}'", at.text),
                        scenario::did_you_mean(at.text, names),
                        names.empty() ? "" : "there are " + scenario::list_of(names));
    }

    scenario::TokenReader in_;
    const std::vector<Parameter>& parameters_;
    std::vector<Term> terms_;
    int depth_ = 0;
};

template <class T>
bool compare(const T& a, const T& b, std::string_view relation) {
    if (relation == "==") return a == b;
    if (relation == "!=") return a != b;
    if (relation == "<") return a < b;
    if (relation == "<=") return a <= b;
    if (relation == ">") return a > b;
    return a >= b;
}

}  // namespace

bool is_same(const Cell& cell, std::string_view text) {
    if (cell.text == text) return true;
    const auto other = read_quantity(text);
    return cell.quantity && other && *cell.quantity == *other;
}

bool Condition::holds(std::size_t index, const std::vector<const Cell*>& cells) const {
    const Term& term = terms_[index];
    switch (term.kind) {
        case Term::Kind::Or:
            return holds(term.first, cells) || holds(term.second, cells);
        case Term::Kind::And:
            return holds(term.first, cells) && holds(term.second, cells);
        case Term::Kind::Not:
            return !holds(term.first, cells);
        case Term::Kind::Compare:
            break;
    }
    const auto value = [&](const Operand& operand) {
        return operand.parameter ? *cells[*operand.parameter]
                                 : Cell{operand.text, operand.quantity};
    };
    const Cell left = value(term.left), right = value(term.right);
    if (left.quantity && right.quantity && left.quantity->kind == right.quantity->kind)
        return compare(left.quantity->value, right.quantity->value, term.relation);
    return compare(left.text, right.text, term.relation);
}

std::optional<Condition> parse_condition(const scenario::Node& node,
                                         const std::vector<Parameter>& parameters,
                                         scenario::Reporter& reporter) {
    return Parser{node, parameters, reporter}.parse();
}

}  // namespace seedwire::study
