// Grammar of a script's lines. Small words between numbers (`of`, `every`, `backlog`) may be left
// out where the order says it already.
#include "harness/scenario/program_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/fields.h"
#include "harness/scenario/lexer.h"
#include "harness/scenario/loader.h"
#include "harness/scenario/socket_options.h"

namespace seedwire::scenario {
namespace {

using Kind = app::Operation::Kind;

struct Form {
    OperationForm form;
    Kind kind;
};

constexpr std::array kForms{
    Form{{"listen", "PORT [backlog N]", "accept connections at a port"}, Kind::Listen},
    Form{{"accept", "", "wait for a connection; the program goes on with it"}, Kind::Accept},
    Form{{"connect", "HOST:PORT [from PORT]", "open a connection and wait for it"}, Kind::Connect},
    Form{{"tfo_send", "SIZE HOST:PORT [from PORT]",
          "open a connection by Fast Open, with data in the SYN if a cookie is known"},
         Kind::FastOpenSend},
    Form{{"send", "SIZE", "write until the socket has taken that many bytes"}, Kind::Send},
    Form{{"send_oob", "SIZE", "the same with MSG_OOB: the last byte is urgent"}, Kind::SendUrgent},
    Form{{"recv_oob", "", "one recv() with MSG_OOB; it does not wait"}, Kind::ReceiveUrgent},
    Form{{"sendfor", "DURATION", "write for that long"}, Kind::SendFor},
    Form{{"writes", "N of SIZE [every DURATION]", "N writes"}, Kind::Writes},
    Form{{"recv", "SIZE", "read exactly that many bytes"}, Kind::Receive},
    Form{{"recv_eof", "", "read until the end of the stream"}, Kind::ReceiveEof},
    Form{{"recv_chunks", "N of SIZE [every DURATION]", "read N times that much"},
         Kind::ReceiveChunks},
    Form{{"rr", "N of SIZE for SIZE", "N times: write a request, read the response"},
         Kind::RequestResponse},
    Form{{"serve_rr", "N of SIZE for SIZE", "N times: read a request, write the response"},
         Kind::ServeRequestResponse},
    Form{{"shut_wr", "", "shut down the own direction"}, Kind::ShutdownWrite},
    Form{{"close", "", "close the socket"}, Kind::Close},
    Form{{"abort", "", "close it with a reset"}, Kind::Abort},
    Form{{"sleep", "DURATION", "do nothing"}, Kind::Sleep},
    Form{{"at", "DURATION", "wait for that moment"}, Kind::At},
    Form{{"wait_acked", "", "until everything sent is acknowledged"}, Kind::WaitAcked},
    Form{{"wait_err", "DURATION", "wait for an error, at most that long"}, Kind::WaitError},
    Form{{"tryread", "", "one read that does not wait"}, Kind::TryRead},
    Form{{"sockopt", "NAME VALUE", "set a socket option"}, Kind::SetOption},
};

/// Words of the grammar; none of them is a unit.
const std::vector<std::string_view>& small_words() {
    static const std::vector<std::string_view> words{"of", "every", "for", "from", "backlog"};
    return words;
}

class LineParser {
public:
    LineParser(const Node& node, const NameTable& nodes, Reporter& reporter)
        : in_{node, reporter}, nodes_{nodes} {}

    std::optional<app::Operation> parse() {
        const Form* form = find_form();
        if (form == nullptr) return std::nullopt;
        operation_.kind = form->kind;
        form_ = form;
        if (!arguments() || !in_.finish()) return std::nullopt;
        return operation_;
    }

private:
    const Form* find_form();
    bool arguments();
    bool listen();
    bool connect(std::int64_t& port_number);
    bool repeated(bool two_sizes);
    bool option();
    bool quantity(Type type, std::int64_t least, std::int64_t most, std::int64_t& value,
                  std::string_view what);
    bool duration(std::int64_t least) {
        std::int64_t value = 0;
        if (!quantity(Type::Duration, least, kMostDuration, value, "a duration")) return false;
        operation_.duration = Duration::ns(value);
        return true;
    }
    bool size(std::int64_t& value) { return quantity(Type::Bytes, 1, kMostBytes, value, "a size"); }
    bool size_or_nothing(std::int64_t& value) {
        return quantity(Type::Bytes, 0, kMostBytes, value, "a size");
    }
    bool port(std::int64_t& value) { return quantity(Type::Integer, 1, 65535, value, "a port"); }
    std::string usage() const {
        return fmt::format("write {} {}", form_->form.name, form_->form.arguments);
    }

    static constexpr std::int64_t kMostDuration = std::int64_t{3'600'000'000'000} * 1000;
    static constexpr std::int64_t kMostBytes = 1'000'000'000'000'000;
    static constexpr std::int64_t kMostCount = 1'000'000'000;

    TokenReader in_;
    const NameTable& nodes_;
    const Form* form_ = nullptr;
    app::Operation operation_;
};

const Form* LineParser::find_form() {
    const Token word = in_.next();
    const auto* at = std::find_if(kForms.begin(), kForms.end(),
                                  [&](const Form& f) { return f.form.name == word.text; });
    if (at != kForms.end()) return at;
    std::vector<std::string_view> known;
    for (const Form& form : kForms) known.push_back(form.form.name);
    in_.fail(word, error_id::kProgramLine,
             word.text.empty() ? "an empty line" : fmt::format("no call '{}'", word.text),
             did_you_mean(word.text, known), "calls are " + list_of(known));
    return nullptr;
}

bool LineParser::quantity(Type type, std::int64_t least, std::int64_t most, std::int64_t& value,
                          std::string_view what) {
    if (in_.peek().kind != Token::Kind::Number)
        return in_.expected(fmt::format("{} for {}", what, form_->form.name), usage());
    const Token written = in_.take_quantity(small_words());
    const Parsed<std::int64_t> parsed = parse_base_units(type, written.text);
    if (!parsed) {
        const QuantityError& error = parsed.error;
        return in_.fail({written.kind, written.text.substr(error.offset, error.length),
                         written.offset + error.offset},
                        error_id::kBadValue, fmt::format("{}: {}", form_->form.name, error.message),
                        error.hint, error.note);
    }
    if (*parsed < least || *parsed > most)
        return in_.fail(
            written, error_id::kOutOfRange,
            fmt::format("{}: {} is out of range", form_->form.name, written.text),
            fmt::format("{} .. {}", print_base_units(type, least), print_base_units(type, most)));
    value = *parsed;
    return true;
}

bool LineParser::listen() {
    operation_.count = 128;
    if (!port(operation_.number)) return false;
    if (!in_.take_word("backlog") && in_.at_end()) return true;
    return quantity(Type::Integer, 0, 65535, operation_.count, "a number");
}

bool LineParser::connect(std::int64_t& port_number) {
    const Token host = in_.peek();
    if (host.kind != Token::Kind::Word) return in_.expected("a host", usage());
    in_.next();
    const auto node = nodes_.find(host.text);
    if (!node)
        return in_.fail(host, error_id::kUnknownName,
                        fmt::format("no host or router '{}'", host.text),
                        did_you_mean(host.text, nodes_.all()));
    operation_.peer = *node;
    if (!in_.take(":")) return in_.expected("':' and a port", usage());
    if (!port(port_number)) return false;
    return !in_.take_word("from") || port(operation_.count);
}

bool LineParser::repeated(bool two_sizes) {
    if (!quantity(Type::Integer, 1, kMostCount, operation_.count, "a count")) return false;
    in_.take_word("of");
    if (!size(operation_.number)) return false;
    if (two_sizes) {
        in_.take_word("for");
        return size(operation_.second);
    }
    if (!in_.take_word("every") && in_.at_end()) return true;
    return duration(0);
}

bool LineParser::option() {
    const std::optional<OptionValue> value = read_option(in_);
    if (!value) return false;
    operation_.option = value->option;
    operation_.number = value->number;
    return true;
}

bool LineParser::arguments() {
    switch (operation_.kind) {
        case Kind::Listen:
            return listen();
        case Kind::Connect:
            return connect(operation_.number);
        case Kind::FastOpenSend:
            return size(operation_.number) && connect(operation_.second);
        case Kind::Send:
            return size_or_nothing(operation_.number);
        case Kind::Receive:
        case Kind::SendUrgent:
            return size(operation_.number);
        case Kind::SendFor:
        case Kind::Sleep:
        case Kind::At:
        case Kind::WaitError:
            return duration(0);
        case Kind::Writes:
        case Kind::ReceiveChunks:
            return repeated(false);
        case Kind::RequestResponse:
        case Kind::ServeRequestResponse:
            return repeated(true);
        case Kind::SetOption:
            return option();
        default:
            return true;
    }
}

std::string print_option(const app::Operation& operation) {
    for (const OptionRow& row : option_rows()) {
        if (row.option != operation.option) continue;
        if (row.option == app::Operation::Option::Congestion)
            return fmt::format("sockopt congestion {}", operation.number == 0 ? "reno" : "cubic");
        const Type type = row.type == Type::Boolean ? Type::Integer : row.type;
        return fmt::format("sockopt {} {}", row.name, print_base_units(type, operation.number));
    }
    return {};
}

}  // namespace

const std::vector<OperationForm>& operation_forms() {
    static const std::vector<OperationForm> forms = [] {
        std::vector<OperationForm> all;
        for (const Form& form : kForms) all.push_back(form.form);
        return all;
    }();
    return forms;
}

std::optional<app::Operation> ProgramLines::parse(const Node& line) {
    if (!require_scalar(line, "script", "call", reporter_)) return std::nullopt;
    return LineParser{line, nodes_, reporter_}.parse();
}

std::string print_operation(const app::Operation& operation,
                            const std::vector<std::string>& nodes) {
    const auto* form = std::find_if(kForms.begin(), kForms.end(),
                                    [&](const Form& f) { return f.kind == operation.kind; });
    const std::string_view name = form->form.name;
    const std::string number = to_string(Bytes{operation.number});
    const std::string duration = to_string(operation.duration);
    switch (operation.kind) {
        case Kind::Listen:
            return fmt::format("listen {} backlog {}", operation.number, operation.count);
        case Kind::Connect:
            return fmt::format(
                "connect {}:{}{}", nodes[operation.peer], operation.number,
                operation.count == 0 ? "" : fmt::format(" from {}", operation.count));
        case Kind::FastOpenSend:
            return fmt::format(
                "tfo_send {} {}:{}{}", number, nodes[operation.peer], operation.second,
                operation.count == 0 ? "" : fmt::format(" from {}", operation.count));
        case Kind::Send:
        case Kind::SendUrgent:
        case Kind::Receive:
            return fmt::format("{} {}", name, number);
        case Kind::SendFor:
        case Kind::Sleep:
        case Kind::At:
        case Kind::WaitError:
            return fmt::format("{} {}", name, duration);
        case Kind::Writes:
        case Kind::ReceiveChunks:
            return fmt::format("{} {} of {} every {}", name, operation.count, number, duration);
        case Kind::RequestResponse:
        case Kind::ServeRequestResponse:
            return fmt::format("{} {} of {} for {}", name, operation.count, number,
                               to_string(Bytes{operation.second}));
        case Kind::SetOption:
            return print_option(operation);
        default:
            return std::string{name};
    }
}

}  // namespace seedwire::scenario
