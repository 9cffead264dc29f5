// System calls as scripts write them: "write(4, ..., 1000) = -1 EAGAIN (text)".
#include <fmt/format.h>

#include "harness/drill/parser.h"

namespace seedwire::drill {
namespace {

Value parse_struct(Lexer& lexer, Value value) {
    value.kind = Value::Kind::Struct;
    while (!lexer.looking_at("}")) {
        Value::Field field;
        Value first = parse_value(lexer);
        if (lexer.accept("=")) {
            // "fd=4", "msg_name(...)=...", "msg_iov(1)=[...]"
            if (first.words.empty()) fail(first.at, "the name of a field is missing here");
            field.name = first.words.front();
            field.value.push_back(parse_value(lexer));
        } else {
            field.value.push_back(std::move(first));
        }
        value.fields.push_back(std::move(field));
        if (!lexer.accept(",")) break;
    }
    lexer.expect("}");
    return value;
}

Value parse_list(Lexer& lexer, Value value, std::string_view end) {
    while (!lexer.looking_at(end)) {
        value.items.push_back(parse_value(lexer));
        if (!lexer.accept(",")) break;
    }
    lexer.expect(end);
    return value;
}

Value parse_words(Lexer& lexer, Value value) {
    value.kind = Value::Kind::Words;
    value.words.push_back(lexer.word());
    if (lexer.accept("(")) {
        value.kind = Value::Kind::Call;
        return parse_list(lexer, std::move(value), ")");
    }
    while (lexer.accept("|")) value.words.push_back(lexer.expect_word("a constant"));
    return value;
}

}  // namespace

Value parse_value(Lexer& lexer) {
    Value value;
    value.at = lexer.position();
    if (lexer.accept("...")) return value;
    if (lexer.accept("[")) {
        value.kind = Value::Kind::List;
        return parse_list(lexer, std::move(value), "]");
    }
    if (lexer.accept("{")) return parse_struct(lexer, std::move(value));
    if (lexer.accept("\"")) {
        value.kind = Value::Kind::Text;
        value.text = lexer.raw_until("\"", "text");
        return value;
    }
    if (lexer.at_word()) return parse_words(lexer, std::move(value));
    const auto number = lexer.integer();
    if (!number) fail(value.at, "a value is missing here");
    value.kind = Value::Kind::Integer;
    value.integer = *number;
    return value;
}

Syscall parse_syscall(Lexer& lexer) {
    Syscall call;
    call.name = lexer.word();
    lexer.expect("(");
    while (!lexer.looking_at(")")) {
        call.arguments.push_back(parse_value(lexer));
        if (!lexer.accept(",")) break;
    }
    lexer.expect(")");
    lexer.expect("=");
    if (lexer.accept("...")) {
        call.any_result = true;
        return call;
    }
    call.result = lexer.expect_integer("the result");
    if (lexer.at_word()) call.error = lexer.word();
    if (lexer.accept("(")) lexer.raw_until(")", "remark");
    return call;
}

}  // namespace seedwire::drill
