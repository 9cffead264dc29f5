#include "harness/sweep/materialise.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>

#include "harness/scenario/canonical_text.h"
#include "harness/sweep/whole_file.h"

namespace seedwire::sweep {

namespace {

// Described in docs/studies.md. Every table has a key that follows from the study.
constexpr const char* kSchema = R"sql(
DROP VIEW IF EXISTS results;
DROP TABLE IF EXISTS parameters; DROP TABLE IF EXISTS points; DROP TABLE IF EXISTS settings;
DROP TABLE IF EXISTS metrics; DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS figures;
DROP TABLE IF EXISTS series; DROP TABLE IF EXISTS failures;
CREATE TABLE parameters(parameter INTEGER PRIMARY KEY, name TEXT, path TEXT, unit TEXT);
CREATE TABLE points(point INTEGER PRIMARY KEY, scenario TEXT, runs INTEGER, decided INTEGER);
CREATE TABLE settings(point INTEGER, parameter INTEGER, text TEXT, number REAL,
  PRIMARY KEY(point, parameter)) WITHOUT ROWID;
CREATE TABLE metrics(metric INTEGER PRIMARY KEY, name TEXT, unit TEXT, every REAL);
CREATE TABLE runs(run INTEGER PRIMARY KEY, point INTEGER, repetition INTEGER, seed INTEGER,
  status TEXT, holds INTEGER, events INTEGER, digest TEXT);
CREATE TABLE figures(run INTEGER, metric INTEGER, value REAL,
  PRIMARY KEY(run, metric)) WITHOUT ROWID;
CREATE TABLE series(run INTEGER, metric INTEGER, at REAL, value REAL,
  PRIMARY KEY(run, metric, at)) WITHOUT ROWID;
CREATE TABLE failures(run INTEGER PRIMARY KEY, point INTEGER, seed INTEGER, status TEXT,
  reason TEXT, command TEXT);
)sql";

/// Names of columns, as SQL quotes them.
std::string in_quotes(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) out += c == '"' ? std::string{"\"\""} : std::string{c};
    return out + "\"";
}

class Materialiser {
public:
    Materialiser(const study::Plan& plan, const Keys& keys, const Outcome& outcome, Store& store)
        : plan_{plan},
          study_{plan.study()},
          keys_{keys},
          outcome_{outcome},
          store_{store},
          db_{store.database()} {}

    std::string write() {
        const WholeFile csv{store_.path("results.csv")};
        file_ = csv.stream();
        if (file_ == nullptr) return csv.error();
        name_metrics();
        db_.begin();
        db_.execute(kSchema);
        write_parameters();
        write_metrics();
        write_view();
        write_heading();
        write_runs();
        write_state();
        db_.commit();
        if (!store_.good()) return store_.error();
        return csv.commit();
    }

private:
    /// Points may measure different things (other hosts, other flows): columns are all of them.
    void name_metrics() {
        for (const Measured& measured : keys_.measured) {
            ids_.push_back(measured.id());
            auto& columns = columns_.emplace_back();
            for (const Measured::Figure& figure : measured.figures) {
                const auto at = std::find(figures_.begin(), figures_.end(), figure);
                columns.push_back(static_cast<std::size_t>(at - figures_.begin()));
                if (at == figures_.end()) figures_.push_back(figure);
            }
            for (const Measured::Series& series : measured.series)
                if (std::find(series_.begin(), series_.end(), series) == series_.end())
                    series_.push_back(series);
        }
    }
    void write_parameters() {
        Statement add{db_, "INSERT INTO parameters VALUES(?, ?, ?, ?)"};
        for (std::size_t i = 0; i < study_.parameters.size(); ++i) {
            const study::Parameter& p = study_.parameters[i];
            add.bind(static_cast<std::int64_t>(i)).bind(p.name).bind(p.path);
            add.bind(p.numeric ? study::unit_of(p.kind) : std::string_view{}).run();
        }
    }
    void write_metrics() {
        Statement add{db_, "INSERT INTO metrics VALUES(?, ?, ?, ?)"};
        std::int64_t number = 0;
        for (const Measured::Figure& f : figures_)
            add.bind(number++).bind(f.name).bind(f.unit).bind_null().run();
        for (const Measured::Series& s : series_)
            add.bind(number++)
                .bind(s.name)
                .bind(s.unit)
                .bind(static_cast<double>(s.every_ns) / 1e9)
                .run();
    }
    /// One row a run, with a column for whatever varies and for whatever was measured.
    void write_view() {
        std::string columns;
        std::set<std::string> names{"run", "point", "repetition", "seed", "status", "holds"};
        const auto column = [&](std::string_view what, const std::string& wanted) {
            std::string name = wanted;
            while (!names.insert(name).second) name += "_";
            columns += fmt::format(", {} AS {}", what, in_quotes(name));
        };
        for (std::size_t i = 0; i < study_.parameters.size(); ++i) {
            const study::Parameter& p = study_.parameters[i];
            column(fmt::format("(SELECT {} FROM settings s WHERE s.point = r.point AND "
                               "s.parameter = {})",
                               p.numeric ? "number" : "text", i),
                   p.name);
        }
        for (std::size_t i = 0; i < figures_.size(); ++i)
            column(fmt::format("(SELECT value FROM figures f WHERE f.run = r.run AND f.metric = "
                               "{})",
                               i),
                   figures_[i].name);
        db_.execute(fmt::format(
            "CREATE VIEW results AS SELECT run, point, repetition, seed, status, holds{} FROM "
            "runs r",
            columns));
    }
    void write_heading() {
        std::string line = "point";
        for (const study::Parameter& p : study_.parameters) line += "," + csv_field(p.name);
        line += ",repetition,seed,status,holds";
        for (const Measured::Figure& f : figures_) line += "," + csv_field(f.name);
        put(line + "\n");
    }
    void write_runs() {
        add_run_ = Statement{db_, "INSERT INTO runs VALUES(?, ?, ?, ?, ?, ?, ?, ?)"};
        add_figure_ = Statement{db_, "INSERT INTO figures VALUES(?, ?, ?)"};
        add_sample_ = Statement{db_, "INSERT INTO series VALUES(?, ?, ?, ?)"};
        add_failure_ = Statement{db_, "INSERT INTO failures VALUES(?, ?, ?, ?, ?, ?)"};
        Statement point{db_, "INSERT INTO points VALUES(?, ?, ?, ?)"};
        Statement setting{db_, "INSERT INTO settings VALUES(?, ?, ?, ?)"};
        for (std::size_t i = 0; i < plan_.size() && store_.good(); ++i) {
            prefix_ = std::to_string(i);
            for (std::size_t p = 0; p < study_.parameters.size(); ++p) {
                const study::Cell& cell = plan_.cell(i, p);
                const bool numeric = study_.parameters[p].numeric;
                setting.bind(static_cast<std::int64_t>(i))
                    .bind(static_cast<std::int64_t>(p))
                    .bind(cell.text);
                (cell.quantity ? setting.bind(cell.quantity->value) : setting.bind_null()).run();
                prefix_ +=
                    "," + (numeric ? number_text(cell.quantity->value) : csv_field(cell.text));
            }
            const std::int64_t before = run_;
            const PointKey& key = keys_.points[i];
            const std::uint32_t repetitions = outcome_.repetitions[i];
            const std::uint64_t first = study_.first_seed;
            const std::uint64_t end =
                first + (repetitions > 0 ? repetitions : study_.repeat.maximum);
            store_.each(
                key, ids_[key.measured], first, end,
                [&](std::uint64_t seed, const Record& record) { write_run(i, seed, record); });
            point.bind(static_cast<std::int64_t>(i))
                .bind(fmt::format("{:016x}", key.scenario))
                .bind(run_ - before)
                .bind(std::int64_t{repetitions > 0 ? 1 : 0})
                .run();
        }
    }
    void write_run(std::size_t point, std::uint64_t seed, const Record& record) {
        const std::uint64_t repetition = seed - study_.first_seed;
        add_run_.bind(run_)
            .bind(static_cast<std::int64_t>(point))
            .bind(static_cast<std::int64_t>(repetition))
            .bind(static_cast<std::int64_t>(seed))
            .bind(to_string(record.status))
            .bind(std::int64_t{record.holds ? 1 : 0})
            .bind(static_cast<std::int64_t>(record.events))
            .bind(fmt::format("{:016x}", record.digest))
            .run();
        const PointKey& key = keys_.points[point];
        std::vector<std::string> fields(figures_.size());
        for (std::size_t f = 0; f < record.figures.size(); ++f) {
            const std::size_t column = columns_[key.measured][f];
            add_figure_.bind(run_)
                .bind(static_cast<std::int64_t>(column))
                .bind(record.figures[f])
                .run();
            fields[column] = number_text(record.figures[f]);
        }
        const auto& series = keys_.measured[key.measured].series;
        for (std::size_t s = 0; s < record.series.size(); ++s)
            write_series(series[s], record.series[s]);
        if (record.status != Status::Done) write_failure(point, seed, record);
        std::string line = fmt::format("{},{},{},{},{}", prefix_, repetition, seed,
                                       to_string(record.status), record.holds ? 1 : 0);
        for (const std::string& field : fields) line += "," + field;
        put(line + "\n");
        ++run_;
    }
    void write_series(const Measured::Series& series, const std::vector<double>& values) {
        const auto at = std::find(series_.begin(), series_.end(), series);
        const auto metric = static_cast<std::int64_t>(figures_.size()) + (at - series_.begin());
        for (std::size_t i = 0; i < values.size(); ++i)
            add_sample_.bind(run_)
                .bind(metric)
                .bind(static_cast<double>(series.every_ns * static_cast<std::int64_t>(i + 1)) / 1e9)
                .bind(values[i])
                .run();
    }
    void write_failure(std::size_t point, std::uint64_t seed, const Record& record) {
        add_failure_.bind(run_)
            .bind(static_cast<std::int64_t>(point))
            .bind(static_cast<std::int64_t>(seed))
            .bind(to_string(record.status))
            .bind(record.reason)
            .bind(command_for(point, seed))
            .run();
    }
    /// To be given in the folder of the study; of a scenario within the study in that of the
    /// results, where the point is written out.
    std::string command_for(std::size_t point, std::uint64_t seed) {
        if (!study_.base_written.empty())
            return fmt::format("seedwire run {} --seed {}{}", study_.base_written, seed,
                               plan_.command_options(point));
        const std::string name = fmt::format("failed-{}.yaml", point);
        scenario::Diagnostics problems;
        const auto built =
            scenario::build_scenario(*study_.base, plan_.options(point, seed), problems);
        if (built && failed_points_.insert(point).second)
            write_whole_file(store_.path(name), scenario::canonical_text(*built));
        return fmt::format("seedwire run {} --seed {}", name, seed);
    }
    void write_state() {
        Statement set{db_, "INSERT OR REPLACE INTO study(name, value) VALUES(?, ?)"};
        set.bind("complete").bind(outcome_.complete() ? "yes" : "no").run();
        set.bind("runs").bind(std::to_string(run_)).run();
    }
    void put(const std::string& text) { std::fwrite(text.data(), 1, text.size(), file_); }

    const study::Plan& plan_;
    const study::Study& study_;
    const Keys& keys_;
    const Outcome& outcome_;
    Store& store_;
    Database& db_;
    std::FILE* file_ = nullptr;
    std::vector<std::uint64_t> ids_;
    std::vector<Measured::Figure> figures_;
    std::vector<Measured::Series> series_;
    std::vector<std::vector<std::size_t>> columns_;  ///< by set of measured things
    Statement add_run_, add_figure_, add_sample_, add_failure_;
    std::set<std::size_t> failed_points_;
    std::string prefix_;
    std::int64_t run_ = 0;
};

}  // namespace

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    return in_quotes(text);
}

std::string number_text(double value) {
    if (std::isnan(value)) return {};
    // Whole numbers without an exponent, as people write them.
    if (value == std::floor(value) && std::fabs(value) < 1e15)
        return std::to_string(static_cast<std::int64_t>(value));
    return fmt::format("{}", value);
}

std::string materialise(const study::Plan& plan, const Keys& keys, const Outcome& outcome,
                        Store& store) {
    return Materialiser{plan, keys, outcome, store}.write();
}

}  // namespace seedwire::sweep
