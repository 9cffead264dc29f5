// An axis of a drawing: where a value lies, and which ticks it has.
#pragma once

#include <string>
#include <vector>

namespace seedwire::sweep {

class Axis {
public:
    struct Tick {
        double position = 0;  ///< in pixels
        std::string label;
    };

    Axis() = default;
    /// From the least to the greatest value, widened to round numbers; values must be positive for
    /// a logarithmic axis. `from` and `to`: pixels.
    static Axis of_numbers(double least, double greatest, bool logarithmic, double from, double to);
    /// Equal places for names.
    static Axis of_names(std::vector<std::string> names, double from, double to);

    double at(double value) const;  ///< pixels; for names: their index
    const std::vector<Tick>& ticks() const { return ticks_; }
    bool is_of_names() const { return !names_.empty(); }
    bool is_logarithmic() const { return logarithmic_; }
    double least() const { return least_; }
    double step() const;  ///< pixels between two names

private:
    void make_linear_ticks();
    void make_logarithmic_ticks();

    bool logarithmic_ = false;
    double least_ = 0, greatest_ = 1, from_ = 0, to_ = 1;
    std::vector<std::string> names_;
    std::vector<Tick> ticks_;
};

}  // namespace seedwire::sweep
