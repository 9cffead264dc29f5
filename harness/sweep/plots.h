// From a plot that a study or a command asks for to a drawing.
#pragma once

#include <string>

#include "harness/sweep/opened.h"

namespace seedwire::sweep {

/// SVG; empty with a problem if the metric does not exist or the kind needs what is missing.
/// Whatever else varies, and is neither chosen by `where` nor an axis, makes a series of its own.
std::string draw_plot(const study::Plan& plan, const study::Plot& plot, Store& store,
                      std::string& problem);

/// The plots of the study; one that fits, if it names none.
std::vector<study::Plot> plots_of(const study::Plan& plan, Store& store);

/// "download.completion over loss by cc": a caption.
std::string caption_of(const study::Plan& plan, const study::Plot& plot);

}  // namespace seedwire::sweep
