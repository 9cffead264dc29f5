#include "harness/sweep/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/sweep/canvas.h"
#include "harness/sweep/statistic.h"

namespace seedwire::sweep {

namespace {

/// The least and the greatest of what was shown to it; for a logarithmic axis of what is above 0.
struct Extent {
    double least = std::numeric_limits<double>::infinity(), greatest = -least;
    bool positive_only = false;
    void see(double value) {
        if (!std::isfinite(value) || (positive_only && value <= 0)) return;
        least = std::min(least, value), greatest = std::max(greatest, value);
    }
    Axis axis(bool logarithmic, double from, double to) const {
        if (least > greatest) return Axis::of_numbers(0, 1, false, from, to);
        return Axis::of_numbers(least, greatest, logarithmic, from, to);
    }
};

/// With a legend in a row above the plot there is more room at the top.
Area area_for(const std::vector<std::string>& names) {
    Area area;
    if (names.size() > 1) area.top += 18;
    return area;
}

template <class Series>
std::vector<std::string> names_of(const std::vector<Series>& series) {
    std::vector<std::string> names;
    for (const Series& one : series) names.push_back(one.name);
    return names;
}

std::string stroke(std::size_t n, double width) {
    return fmt::format(
        "fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-dasharray=\"{}\" "
        "stroke-linejoin=\"round\"",
        colour(n), width, dashes(n));
}

}  // namespace

std::string draw(const LineChart& chart) {
    const std::vector<std::string> names = names_of(chart.series);
    const Area area = area_for(names);
    Extent xs, ys;
    xs.positive_only = chart.log_x, ys.positive_only = chart.log_y;
    for (const LineSeries& series : chart.series)
        for (const LineSeries::Mark& mark : series.marks) {
            xs.see(mark.x), ys.see(mark.y);
            if (mark.band) ys.see(mark.band->low), ys.see(mark.band->high);
        }
    const Axis x = chart.names.empty() ? xs.axis(chart.log_x, area.left, area.right)
                                       : Axis::of_names(chart.names, area.left, area.right);
    const Axis y = ys.axis(chart.log_y, area.bottom, area.top);
    Canvas canvas{chart.labels};
    canvas.axes(x, y, area, chart.labels);
    const auto height = [&](double value) {
        return std::clamp(y.at(value), area.top, area.bottom);
    };
    for (std::size_t n = 0; n < chart.series.size(); ++n) {
        std::vector<std::pair<double, double>> band, back;
        for (const LineSeries::Mark& mark : chart.series[n].marks)
            if (mark.band) {
                band.emplace_back(x.at(mark.x), height(mark.band->high));
                back.emplace_back(x.at(mark.x), height(mark.band->low));
            }
        band.insert(band.end(), back.rbegin(), back.rend());
        if (back.size() > 1)
            canvas.path(band, true, fmt::format("fill=\"{}\" fill-opacity=\"0.18\"", colour(n)));
    }
    for (std::size_t n = 0; n < chart.series.size(); ++n) {
        std::vector<std::pair<double, double>> way;
        for (const LineSeries::Mark& mark : chart.series[n].marks)
            way.emplace_back(x.at(mark.x), height(mark.y));
        if (way.size() > 1) canvas.path(way, false, stroke(n, 2));
        for (const auto& [px, py] : way) canvas.mark(n, px, py);
    }
    canvas.legend(chart.labels.series, names, area, Canvas::Sample::MarkedLine);
    return canvas.finish();
}

namespace {

void draw_box(Canvas& canvas, const Axis& y, std::vector<double> values, double centre,
              double width, std::size_t n) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    const double low = percentile(values, 0.25), high = percentile(values, 0.75);
    const double reach = 1.5 * (high - low);
    const std::string ink = fmt::format("stroke=\"{}\" stroke-width=\"1.4\"", colour(n));
    double least = low, greatest = high;
    for (const double v : values) {
        if (v < low - reach || v > high + reach) {
            canvas.circle(centre, y.at(v), 2.2, fmt::format("fill=\"none\" {}", ink));
            continue;
        }
        least = std::min(least, v), greatest = std::max(greatest, v);
    }
    canvas.line(centre, y.at(least), centre, y.at(low), ink);
    canvas.line(centre, y.at(high), centre, y.at(greatest), ink);
    for (const double end : {least, greatest})
        canvas.line(centre - width / 4, y.at(end), centre + width / 4, y.at(end), ink);
    canvas.rectangle(centre - width / 2, y.at(high), width, std::max(1.0, y.at(low) - y.at(high)),
                     fmt::format("fill=\"{}\" fill-opacity=\"0.25\" {}", colour(n), ink));
    const double median = y.at(percentile(values, 0.5));
    canvas.line(centre - width / 2, median, centre + width / 2, median,
                fmt::format("stroke=\"{}\" stroke-width=\"2.6\"", colour(n)));
}

}  // namespace

std::string draw(const BoxChart& chart) {
    const std::vector<std::string> names = names_of(chart.series);
    const Area area = area_for(names);
    Extent ys;
    ys.positive_only = chart.log_y;
    for (const BoxChart::Series& series : chart.series)
        for (const auto& place : series.values)
            for (const double value : place) ys.see(value);
    const Axis x = Axis::of_names(chart.names, area.left, area.right);
    const Axis y = ys.axis(chart.log_y, area.bottom, area.top);
    Canvas canvas{chart.labels};
    canvas.axes(x, y, area, chart.labels);
    const auto count = static_cast<double>(chart.series.size());
    const double room = x.step() * 0.8 / count, width = std::min(room * 0.8, 40.0);
    for (std::size_t n = 0; n < chart.series.size(); ++n)
        for (std::size_t i = 0; i < chart.series[n].values.size(); ++i) {
            const double shift = (static_cast<double>(n) - (count - 1) / 2) * room;
            draw_box(canvas, y, chart.series[n].values[i], x.at(static_cast<double>(i)) + shift,
                     width, n);
        }
    canvas.legend(chart.labels.series, names, area, Canvas::Sample::Box);
    return canvas.finish();
}

std::string draw(const CdfChart& chart) {
    const std::vector<std::string> names = names_of(chart.series);
    const Area area = area_for(names);
    Extent xs;
    xs.positive_only = chart.log_x;
    for (const CdfChart::Series& series : chart.series)
        for (const double value : series.values) xs.see(value);
    const Axis x = xs.axis(chart.log_x, area.left, area.right);
    const Axis y = Axis::of_numbers(0, 1, false, area.bottom, area.top);
    Canvas canvas{chart.labels};
    canvas.axes(x, y, area, chart.labels);
    for (std::size_t n = 0; n < chart.series.size(); ++n) {
        std::vector<double> values = chart.series[n].values;
        if (values.empty()) continue;
        std::sort(values.begin(), values.end());
        std::vector<std::pair<double, double>> way{{x.at(values.front()), y.at(0)}};
        for (std::size_t i = 0; i < values.size(); ++i) {
            way.emplace_back(x.at(values[i]), way.back().second);
            way.emplace_back(x.at(values[i]),
                             y.at(static_cast<double>(i + 1) / static_cast<double>(values.size())));
        }
        way.emplace_back(area.right, y.at(1));
        canvas.path(way, false, stroke(n, 2));
    }
    canvas.legend(chart.labels.series, names, area, Canvas::Sample::Line);
    return canvas.finish();
}

namespace {

/// From pale to dark in steps of equal brightness; the ends of ColorBrewer's "YlGnBu" by its
/// published values.
std::string shade(double share) {
    struct Colour {
        double r, g, b;
    };
    static constexpr Colour kStops[] = {
        {255, 255, 217}, {199, 233, 180}, {65, 182, 196}, {34, 94, 168}, {8, 29, 88}};
    const double place = std::clamp(share, 0.0, 1.0) * 4;
    const auto i = std::min<std::size_t>(3, static_cast<std::size_t>(place));
    const double t = place - static_cast<double>(i);
    const auto mix = [t](double a, double b) {
        return static_cast<int>(std::lround(a + (b - a) * t));
    };
    return fmt::format("#{:02x}{:02x}{:02x}", mix(kStops[i].r, kStops[i + 1].r),
                       mix(kStops[i].g, kStops[i + 1].g), mix(kStops[i].b, kStops[i + 1].b));
}

}  // namespace

std::string draw(const HeatChart& chart) {
    Area area;
    area.right -= 76;
    area.left += 14;
    Extent extent;
    extent.positive_only = chart.logarithmic;
    for (const auto& row : chart.cells)
        for (const auto& cell : row)
            if (cell) extent.see(*cell);
    const Axis x = Axis::of_names(chart.columns, area.left, area.right);
    const Axis y = Axis::of_names(chart.rows, area.bottom, area.top);
    Canvas canvas{chart.labels};
    const bool none = extent.least > extent.greatest;
    const bool logarithmic = chart.logarithmic && !none;
    const auto share = [&](double v) {
        if (extent.greatest <= extent.least) return 0.5;
        if (logarithmic)
            return std::log(v / extent.least) / std::log(extent.greatest / extent.least);
        return (v - extent.least) / (extent.greatest - extent.least);
    };
    for (std::size_t r = 0; r < chart.cells.size(); ++r)
        for (std::size_t c = 0; c < chart.cells[r].size(); ++c) {
            const auto& value = chart.cells[r][c];
            if (!value || none) continue;
            const double px = x.at(static_cast<double>(c)), py = y.at(static_cast<double>(r));
            canvas.rectangle(px - x.step() / 2, py - y.step() / 2, x.step(), y.step(),
                             fmt::format("fill=\"{0}\" stroke=\"{0}\"", shade(share(*value))));
            if (x.step() > 44 && y.step() > 18)
                canvas.text(px, py + 4.5, significant(*value, 3),
                            fmt::format("text-anchor=\"middle\" fill=\"{}\"",
                                        share(*value) > 0.55 ? "#ffffff" : "#222222"));
        }
    canvas.axes(x, y, area, chart.labels);
    if (none) return canvas.finish();
    // The scale of colours.
    constexpr int kSteps = 60;
    const double left = area.right + 18, height = (area.bottom - area.top) / kSteps;
    for (int i = 0; i < kSteps; ++i)
        canvas.rectangle(left, area.bottom - height * (i + 1), 14, height + 0.5,
                         fmt::format("fill=\"{}\"", shade((i + 0.5) / kSteps)));
    for (const double at : {0.0, 0.5, 1.0}) {
        const double value = logarithmic
                                 ? extent.least * std::pow(extent.greatest / extent.least, at)
                                 : extent.least + (extent.greatest - extent.least) * at;
        canvas.text(left + 18, area.bottom + (area.top - area.bottom) * at + 4.5,
                    significant(value, 3), "");
    }
    canvas.text(kWidth - 8, area.bottom + 44, chart.scale, "text-anchor=\"end\"");
    return canvas.finish();
}

}  // namespace seedwire::sweep
