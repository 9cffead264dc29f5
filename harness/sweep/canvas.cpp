#include "harness/sweep/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/scenario/source_text.h"

namespace seedwire::sweep {

namespace {

constexpr std::string_view kInk = "#222222", kGrid = "#e4e4e4";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

/// Of text in the font's size; on the generous side.
double width_of(std::string_view text) { return 7.0 * scenario::count_characters(text); }

}  // namespace

std::string_view colour(std::size_t n) {
    static constexpr std::array<std::string_view, 7> kColours{
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444"};
    return kColours[n % kColours.size()];
}

std::string_view dashes(std::size_t n) {
    static constexpr std::array<std::string_view, 5> kDashes{"none", "7,3", "2,3", "9,3,2,3",
                                                             "12,4"};
    return kDashes[n % kDashes.size()];
}

Canvas::Canvas(const Labels& labels, double width, double height) {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" height=\"{1:.0f}\" font-family=\"Helvetica, Arial, sans-serif\" "
        "font-size=\"13\" fill=\"{2}\">\n",
        width, height, kInk);
    rectangle(0, 0, width, height, "fill=\"#ffffff\"");
    if (!labels.title.empty())
        text(width / 2, 22, labels.title,
             "text-anchor=\"middle\" font-size=\"15\" font-weight=\"bold\"");
}

void Canvas::line(double x1, double y1, double x2, double y2, std::string_view style) {
    out_ += fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" {}/>\n", x1,
                        y1, x2, y2, style);
}

void Canvas::rectangle(double x, double y, double width, double height, std::string_view style) {
    out_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" {}/>\n",
                        x, y, width, height, style);
}

void Canvas::circle(double x, double y, double radius, std::string_view style) {
    out_ +=
        fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" {}/>\n", x, y, radius, style);
}

void Canvas::path(const std::vector<std::pair<double, double>>& points, bool closed,
                  std::string_view style) {
    std::string d;
    for (const auto& [x, y] : points)
        d += fmt::format("{}{:.2f},{:.2f}", d.empty() ? "M" : " L", x, y);
    out_ += fmt::format("<path d=\"{}{}\" {}/>\n", d, closed ? " Z" : "", style);
}

void Canvas::text(double x, double y, std::string_view text, std::string_view style) {
    out_ +=
        fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\" {}>{}</text>\n", x, y, style, escaped(text));
}

void Canvas::mark(std::size_t n, double x, double y) {
    const std::string style =
        fmt::format("fill=\"{}\" stroke=\"#ffffff\" stroke-width=\"0.8\"", colour(n));
    constexpr double r = 4;
    switch (n % 4) {
        case 0:
            return circle(x, y, r, style);
        case 1:
            return rectangle(x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1, style);
        case 2:
            return path({{x, y - r - 0.5}, {x + r + 0.5, y + r - 0.5}, {x - r - 0.5, y + r - 0.5}},
                        true, style);
        default:
            return path({{x, y - r - 1}, {x + r + 1, y}, {x, y + r + 1}, {x - r - 1, y}}, true,
                        style);
    }
}

void Canvas::axes(const Axis& x, const Axis& y, const Area& area, const Labels& labels) {
    const std::string grid = fmt::format("stroke=\"{}\" stroke-width=\"1\"", kGrid);
    const std::string ink = fmt::format("stroke=\"{}\" stroke-width=\"1\"", kInk);
    double free_above = 1e9;
    for (const Axis::Tick& tick : y.ticks()) {
        if (!y.is_of_names()) line(area.left, tick.position, area.right, tick.position, grid);
        if (tick.position > free_above) continue;
        free_above = tick.position - 14;
        line(area.left - 4, tick.position, area.left, tick.position, ink);
        text(area.left - 8, tick.position + 4.5, tick.label, "text-anchor=\"end\"");
    }
    // Labels that would run into each other are left out, but never the first.
    double free_from = -1e9;
    for (const Axis::Tick& tick : x.ticks()) {
        if (!x.is_of_names()) line(tick.position, area.top, tick.position, area.bottom, grid);
        line(tick.position, area.bottom, tick.position, area.bottom + 4, ink);
        const double half = width_of(tick.label) / 2;
        if (tick.position - half < free_from) continue;
        free_from = tick.position + half + 4;
        text(tick.position, area.bottom + 19, tick.label, "text-anchor=\"middle\"");
    }
    path({{area.left, area.top}, {area.left, area.bottom}, {area.right, area.bottom}}, false,
         fmt::format("fill=\"none\" {}", ink));
    text((area.left + area.right) / 2, area.bottom + 44, labels.x,
         "text-anchor=\"middle\" font-size=\"14\"");
    const double middle = (area.top + area.bottom) / 2;
    const bool is_long = width_of(labels.y) > area.bottom - area.top;
    text(18, middle, labels.y,
         fmt::format("text-anchor=\"middle\" font-size=\"{}\" transform=\"rotate(-90 18 {:.2f})\"",
                     is_long ? 11 : 14, middle));
}

void Canvas::legend(const std::string& title, const std::vector<std::string>& names,
                    const Area& area, Sample sample) {
    if (names.size() < 2 && (names.empty() || names.front().empty())) return;
    constexpr double kSample = 48;  // with its room
    double needed = title.empty() ? 0 : width_of(title) + 12, widest = 0;
    for (const std::string& name : names) {
        needed += width_of(name) + kSample;
        widest = std::max(widest, width_of(name));
    }
    // Above the plot, in one row where it fits; else in a column in its upper left corner, on
    // white.
    const bool row = needed <= kWidth - 24;
    double x = row ? std::max(12.0, area.right - needed + 12) : area.left + 10;
    double y = row ? area.top - 7 : area.top + 14;
    if (!row) {
        const double lines = static_cast<double>(names.size());
        rectangle(area.left + 4, area.top, widest + 44, 18 * lines + 6,
                  "fill=\"#ffffff\" fill-opacity=\"0.85\"");
    } else if (!title.empty()) {
        text(x, y, title, "font-style=\"italic\"");
        x += width_of(title) + 12;
    }
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (sample != Sample::Box) {
            line(x, y - 4, x + 26, y - 4,
                 fmt::format("stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"", colour(n),
                             dashes(n)));
        } else {
            rectangle(x + 8, y - 10, 12, 12, fmt::format("fill=\"{}\"", colour(n)));
        }
        if (sample == Sample::MarkedLine) mark(n, x + 13, y - 4);
        text(x + 31, y, names[n], "");
        if (row)
            x += width_of(names[n]) + kSample;
        else
            y += 18;
    }
}

std::string Canvas::finish() { return std::move(out_) + "</svg>\n"; }

}  // namespace seedwire::sweep
