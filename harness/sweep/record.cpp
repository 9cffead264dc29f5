#include "harness/sweep/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "harness/scenario/measurements.h"
#include "sim/base/quantity.h"
#include "sim/base/stable_hash.h"

namespace seedwire::sweep {

namespace {

class Writer {
public:
    void number(std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
    }
    void numbers(const std::vector<double>& values) {
        number(values.size(), 4);
        for (const double v : values) number(std::bit_cast<std::uint64_t>(v), 8);
    }
    std::string out;
};

class Reader {
public:
    explicit Reader(std::string_view in) : in_{in} {}
    std::uint64_t number(std::size_t bytes) {
        if (in_.size() < bytes) {
            good = false;
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value |= std::uint64_t{static_cast<unsigned char>(in_[i])} << (8 * i);
        in_.remove_prefix(bytes);
        return value;
    }
    std::vector<double> numbers() {
        const std::uint64_t count = number(4);
        std::vector<double> values;
        if (count > in_.size() / 8) good = false;
        for (std::uint64_t i = 0; good && i < count; ++i)
            values.push_back(std::bit_cast<double>(number(8)));
        return values;
    }
    std::string text() {
        const std::uint64_t size = number(4);
        if (size > in_.size()) good = false;
        if (!good) return {};
        std::string read{in_.substr(0, size)};
        in_.remove_prefix(size);
        return read;
    }
    bool at_end() const { return in_.empty(); }
    bool good = true;

private:
    std::string_view in_;
};

std::string_view unit_text(scenario::Unit unit) {
    switch (unit) {
        case scenario::Unit::Nanoseconds:
            return "s";
        case scenario::Unit::Bytes:
            return "B";
        case scenario::Unit::BitsPerSecond:
            return "bit/s";
        case scenario::Unit::Packets:
            return "packets";
        default:
            return "";
    }
}

}  // namespace

std::string_view to_string(Status status) {
    switch (status) {
        case Status::Done:
            return "done";
        case Status::EventLimit:
            return "event limit";
        case Status::MemoryLimit:
            return "memory limit";
        case Status::TimeLimit:
            return "time limit";
        case Status::Crashed:
            return "crashed";
    }
    return "";
}

std::string encode(const Record& record) {
    Writer writer;
    writer.number(static_cast<std::uint64_t>(record.status), 1);
    writer.number(record.holds ? 1 : 0, 1);
    writer.number(record.events, 8);
    writer.number(record.digest, 8);
    writer.numbers(record.figures);
    writer.number(record.series.size(), 4);
    for (const auto& series : record.series) writer.numbers(series);
    writer.number(record.reason.size(), 4);
    return writer.out + record.reason;
}

std::optional<Record> decode(std::string_view bytes) {
    Reader reader{bytes};
    Record record;
    const std::uint64_t status = reader.number(1);
    if (status > static_cast<std::uint64_t>(Status::Crashed)) return std::nullopt;
    record.status = static_cast<Status>(status);
    record.holds = reader.number(1) != 0;
    record.events = reader.number(8);
    record.digest = reader.number(8);
    record.figures = reader.numbers();
    const std::uint64_t series = reader.number(4);
    for (std::uint64_t i = 0; reader.good && i < series; ++i)
        record.series.push_back(reader.numbers());
    record.reason = reader.text();
    if (!reader.good || !reader.at_end()) return std::nullopt;
    return record;
}

Measured Measured::of(const scenario::Scenario& scenario, Duration warm_up) {
    Measured measured;
    measured.warm_up_ns = warm_up.ns();
    for (const scenario::Metric& metric : scenario.collected)
        measured.figures.push_back(
            {metric.text, std::string{unit_text(scenario::unit_of(metric))}});
    for (const scenario::SampledSeries& series : scenario.series)
        measured.series.push_back(
            {series.name, std::string{unit_text(scenario::unit_of(series.samples.front()))},
             series.every.ns()});
    return measured;
}

/// Lines of fields behind tabs; names contain none.
std::string Measured::text() const {
    std::string text = fmt::format("warm-up\t{}\n", warm_up_ns);
    for (const Figure& figure : figures)
        text += fmt::format("figure\t{}\t{}\n", figure.name, figure.unit);
    for (const Series& one : series)
        text += fmt::format("series\t{}\t{}\t{}\n", one.name, one.unit, one.every_ns);
    return text;
}

Measured Measured::parse(std::string_view text) {
    Measured measured;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        std::vector<std::string> fields;
        for (std::size_t tab = 0; tab != std::string_view::npos;) {
            tab = line.find('\t');
            fields.emplace_back(line.substr(0, tab));
            if (tab != std::string_view::npos) line.remove_prefix(tab + 1);
        }
        const auto number = [&](std::size_t i) {
            return parse_integer(fields[i]).value.value_or(0);
        };
        if (fields[0] == "warm-up" && fields.size() == 2) measured.warm_up_ns = number(1);
        if (fields[0] == "figure" && fields.size() == 3)
            measured.figures.push_back({fields[1], fields[2]});
        if (fields[0] == "series" && fields.size() == 4)
            measured.series.push_back({fields[1], fields[2], number(3)});
    }
    return measured;
}

std::uint64_t Measured::id() const { return stable_hash(text()); }

double number_of(const std::optional<scenario::Value>& value) {
    if (!value) return std::numeric_limits<double>::quiet_NaN();
    const double number =
        static_cast<double>(value->numerator) / static_cast<double>(value->denominator);
    return value->unit == scenario::Unit::Nanoseconds ? number / 1e9 : number;
}

}  // namespace seedwire::sweep
