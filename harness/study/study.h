// A validated study as plain values: which scenarios are run how often, and what is kept of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/scenario.h"
#include "harness/study/condition.h"
#include "harness/study/quantity.h"

namespace seedwire::study {

/// Something that differs between points, by the name that conditions, tables and results use.
struct Parameter {
    std::string name;
    std::string path;      ///< of the scenario; empty for named cases
    bool numeric = false;  ///< all its values are quantities of one kind
    Quantity::Kind kind = Quantity::Kind::Plain;
};

/// One parameter at one point.
struct Cell {
    std::string text;  ///< as written
    std::optional<Quantity> quantity;
};

/// Values that are set together.
struct Level {
    std::vector<Cell> cells;  ///< one a parameter of the axis
    std::vector<scenario::Override> settings;
};

/// What varies independently of everything else: one path, several in step, named cases, a sample.
struct Axis {
    std::vector<std::size_t> parameters;  ///< indices into Study::parameters
    std::vector<Level> levels;
};

/// When a point has been repeated often enough.
struct Repeat {
    struct Until {
        std::string metric;  ///< as collected
        double confidence = 0.95;
        double width = 0;      ///< half the interval
        bool relative = true;  ///< a share of the mean
    };
    std::uint32_t minimum = 1, maximum = 1;
    std::vector<Until> until;  ///< empty: exactly `minimum` runs; else all must hold
};

struct Limits {
    Duration time;  ///< by the wall's clock; zero: none
    std::uint64_t memory_bytes = 0, events = 0;
};

struct Table {
    std::string rows, columns, metric;
};

struct Plot {
    enum class Kind : std::uint8_t { Line, Box, Cdf, Heat };
    Kind kind = Kind::Line;
    std::string metric, x, by, y, title;
    bool log_x = false, log_y = false, median = false;
    std::optional<Condition> where;
};

/// Figures from elsewhere, measured or published, that results are shown beside.
struct Reference {
    /// "median: 10 %": a column, and how far the figure here may be from the one there.
    struct Statistic {
        std::string name;
        double within = 0;
        bool relative = true;  ///< a share of the figure there
    };
    struct Row {
        std::vector<std::string> values;             ///< of the parameters
        std::vector<std::optional<double>> figures;  ///< of the statistics; absent: not known there
    };
    std::string file, title, metric;
    std::uint32_t samples = 0;            ///< that each figure there was made of; 0: not known
    std::vector<std::size_t> parameters;  ///< indices into Study::parameters
    std::vector<Statistic> statistics;
    std::vector<Row> rows;
};

/// `cc=reno`: what others are compared with.
struct Baseline {
    std::string parameter, value;
};

struct Study {
    std::string file, name, description;
    std::optional<scenario::Document> base;
    std::string base_file;
    std::string base_written;  ///< the same relative to the study; empty: it stands in the study
    /// Every file it was read from, by the path under which it was opened, the study first.
    std::vector<std::pair<std::string, std::string>> sources;
    std::vector<Parameter> parameters;
    std::vector<Axis> axes;
    std::vector<Condition> where;
    Repeat repeat;
    std::uint64_t first_seed = 1;
    std::vector<scenario::Measurement> collect;
    Duration warm_up;
    std::optional<scenario::Measurement> settles;  ///< the series that says how long warm_up is
    Limits limits;
    std::optional<Baseline> compare;
    std::vector<Table> tables;
    std::vector<Plot> plots;
    std::vector<Reference> references;

    std::optional<std::size_t> parameter(std::string_view name_or_path) const;
};

/// Gives the text of a file, or says why not.
using FileReader = std::function<std::optional<std::string>(const std::string& path,
                                                            scenario::Diagnostics& problems)>;

/// Reads a study and the scenario it is about. Reports every problem of both.
std::optional<Study> load_study(const std::string& file, std::string_view text,
                                scenario::Diagnostics& problems,
                                const FileReader& read = scenario::read_file);

}  // namespace seedwire::study
