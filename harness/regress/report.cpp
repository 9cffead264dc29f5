#include "harness/regress/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/observe/text_columns.h"

namespace seedwire::regress {

namespace {

constexpr std::size_t kSlowest = 10;

std::string seconds(std::int64_t ns) {
    return fmt::format("{:.3f}", static_cast<double>(ns) / 1e9);
}

std::string paint(std::string_view text, const char* code, bool color) {
    return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

const char* color_of(Status status) {
    switch (status) {
        case Status::Passed:
            return "32";
        case Status::Failed:
        case Status::Error:
            return "1;31";
        case Status::Waiting:
        case Status::Skipped:
            break;
    }
    return "2";
}

/// The text without colours and without what XML 1.0 cannot hold.
std::string xml(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\x1b') {
            i = std::min(text.find('m', i), text.size() - 1);
            continue;
        }
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
        }
    }
    return out;
}

std::string first_line(std::string_view text) {
    return std::string{text.substr(0, text.find('\n'))};
}

}  // namespace

Count count(const std::vector<CaseResult>& results) {
    Count n;
    for (const CaseResult& result : results) switch (result.status) {
            case Status::Waiting:
                ++n.waiting;
                break;
            case Status::Passed:
                ++n.passed;
                break;
            case Status::Failed:
                ++n.failed;
                break;
            case Status::Error:
                ++n.errors;
                break;
            case Status::Skipped:
                ++n.skipped;
                break;
        }
    return n;
}

std::string case_text(const Case& which, const CaseResult& result, std::size_t name_width,
                      bool color) {
    // Padded first: colours take no columns.
    std::string text =
        paint(fmt::format("{:<5}", to_string(result.status)), color_of(result.status), color);
    text += fmt::format(" {:<{}}  ", which.name(), name_width);
    if (result.status == Status::Skipped) return text + fmt::format("({})\n", result.text);
    text += seconds(result.elapsed_ns) + " s\n";
    return result.status == Status::Passed ? text : text + observe::indented(result.text, 6);
}

std::string slowest_text(const std::vector<Case>& cases, const std::vector<CaseResult>& results) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i].elapsed_ns > 0) order.push_back(i);
    if (order.size() < 2) return {};
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return results[a].elapsed_ns > results[b].elapsed_ns;
    });
    order.resize(std::min(order.size(), kSlowest));
    std::string text = "slowest:\n";
    for (const std::size_t i : order)
        text += fmt::format("{:>10} s  {}\n", seconds(results[i].elapsed_ns), cases[i].name());
    return text;
}

std::string summary_text(const std::vector<CaseResult>& results, std::int64_t elapsed_ns,
                         bool color) {
    const Count n = count(results);
    std::string text = fmt::format("{} passed, {} failed", n.passed, n.failed);
    if (n.errors > 0) text += fmt::format(", {} error{}", n.errors, n.errors == 1 ? "" : "s");
    if (n.skipped > 0) text += fmt::format(", {} skipped", n.skipped);
    if (n.waiting > 0) text += fmt::format(", {} not run: interrupted", n.waiting);
    const bool good = n.failed + n.errors + n.waiting == 0;
    return fmt::format("{} ({} s)\n", paint(text, good ? "32" : "1;31", color),
                       seconds(elapsed_ns));
}

std::string junit(const std::vector<Case>& cases, const std::vector<CaseResult>& results,
                  std::int64_t elapsed_ns) {
    const Count n = count(results);
    const std::string counts =
        fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{}")",
                    results.size(), n.failed, n.errors, n.skipped + n.waiting, seconds(elapsed_ns));
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
        "  <testsuite name=\"seedwire\" {}>\n",
        counts, counts);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const CaseResult& r = results[i];
        text += fmt::format(R"(    <testcase classname="seedwire" name="{}" file="{}" time="{}")",
                            xml(cases[i].name()), xml(cases[i].file), seconds(r.elapsed_ns));
        if (r.status == Status::Passed) {
            text += "/>\n";
            continue;
        }
        const char* element = r.status == Status::Failed  ? "failure"
                              : r.status == Status::Error ? "error"
                                                          : "skipped";
        text += fmt::format(">\n      <{} message=\"{}\">{}</{}>\n    </testcase>\n", element,
                            xml(first_line(r.text)), xml(r.text), element);
    }
    return text + "  </testsuite>\n</testsuites>\n";
}

void write_json(observe::JsonWriter& json, const std::vector<Case>& cases,
                const std::vector<CaseResult>& results, std::int64_t elapsed_ns) {
    const Count n = count(results);
    json.begin_object();
    json.field("passed", std::uint64_t{n.passed}).field("failed", std::uint64_t{n.failed});
    json.field("errors", std::uint64_t{n.errors}).field("skipped", std::uint64_t{n.skipped});
    json.field("not_run", std::uint64_t{n.waiting}).field("elapsed", elapsed_ns);
    json.key("cases").begin_array();
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const CaseResult& r = results[i];
        json.begin_object().field("file", cases[i].file);
        json.key("seed");
        if (cases[i].seed)
            json.value(*cases[i].seed);
        else
            json.null();
        json.field("status", to_string(r.status)).field("exit", static_cast<int>(r.code));
        json.field("elapsed", r.elapsed_ns).field("events", r.events).field("digest", r.digest);
        json.field("text", r.text).end_object();
    }
    json.end_array().field("exit", static_cast<int>(exit_code(results))).end_object();
}

}  // namespace seedwire::regress
