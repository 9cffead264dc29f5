// SVG in the making: shapes with two decimals, frame, ticks, legend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/sweep/axis.h"
#include "harness/sweep/chart.h"

namespace seedwire::sweep {

/// Where the plot is drawn, in pixels.
struct Area {
    double left = 74, right = 622, top = 38, bottom = 338;
};
constexpr double kWidth = 640, kHeight = 400;

class Canvas {
public:
    /// `width` and `height` of the whole, in pixels.
    explicit Canvas(const Labels& labels, double width = kWidth, double height = kHeight);

    void line(double x1, double y1, double x2, double y2, std::string_view style);
    void rectangle(double x, double y, double width, double height, std::string_view style);
    void circle(double x, double y, double radius, std::string_view style);
    void path(const std::vector<std::pair<double, double>>& points, bool closed,
              std::string_view style);
    void text(double x, double y, std::string_view text, std::string_view style);
    /// The n-th of the shapes that tell series apart.
    void mark(std::size_t n, double x, double y);
    /// Grid, ticks with labels, frame, names of the axes.
    void axes(const Axis& x, const Axis& y, const Area& area, const Labels& labels);
    enum class Sample { Line, MarkedLine, Box };
    /// Names beside a sample of each series; nothing for a single one without a name.
    void legend(const std::string& title, const std::vector<std::string>& names, const Area& area,
                Sample sample);
    std::string finish();

private:
    std::string out_;
};

/// Colours that people with any kind of sight can tell apart (Okabe and Ito, 2008).
std::string_view colour(std::size_t n);
/// Dashes, so that lines differ without colour.
std::string_view dashes(std::size_t n);

}  // namespace seedwire::sweep
