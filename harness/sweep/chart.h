// Drawings in SVG that can go into a paper as they are: fonts, sizes and colours that survive
// printing in grey, bands for intervals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/sweep/axis.h"
#include "harness/sweep/interval.h"

namespace seedwire::sweep {

struct Labels {
    std::string title, x, y;
    std::string series;  ///< what tells the series apart: "cc"
};

/// Values along x, each perhaps with an interval.
struct LineSeries {
    std::string name;
    struct Mark {
        double x = 0, y = 0;
        std::optional<Interval> band;
    };
    std::vector<Mark> marks;
};
/// Numbers of x that are not: their places are names.
struct LineChart {
    Labels labels;
    std::vector<std::string> names;  ///< of x, if x is not a number
    bool log_x = false, log_y = false;
    std::vector<LineSeries> series;
};
std::string draw(const LineChart& chart);

/// Boxes from quartile to quartile, whiskers to the outermost values within 1.5 times the box
/// (Tukey), single marks beyond.
struct BoxChart {
    Labels labels;
    std::vector<std::string> names;  ///< of places along x
    bool log_y = false;
    struct Series {
        std::string name;
        std::vector<std::vector<double>> values;  ///< one list a place
    };
    std::vector<Series> series;
};
std::string draw(const BoxChart& chart);

struct CdfChart {
    Labels labels;
    bool log_x = false;
    struct Series {
        std::string name;
        std::vector<double> values;
    };
    std::vector<Series> series;
};
std::string draw(const CdfChart& chart);

struct HeatChart {
    Labels labels;
    std::string scale;  ///< what the colours say
    std::vector<std::string> columns, rows;
    std::vector<std::vector<std::optional<double>>> cells;  ///< row by row
    bool logarithmic = false;
};
std::string draw(const HeatChart& chart);

}  // namespace seedwire::sweep
