// A lesson: a scenario of the tour, its explanation, and the moments at which a learner can predict
// what happens next.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/observe/ladder_rows.h"
#include "harness/observe/segment_text.h"
#include "models/tcp/info.h"

namespace seedwire::cli {

/// A file of the tour, kept in the program.
struct TourFile {
    std::string_view name, text;
};
/// Generated; sorted by name.
std::span<const TourFile> tour_files();

struct Lesson {
    std::string_view name, text;
    std::string title;        ///< the first line of the comment
    std::string explanation;  ///< the comment that opens the file, without its marks
};
/// In the order in which they are best read.
std::vector<Lesson> lessons();

/// One change of state in a ladder: what is known before, and what is right.
struct Question {
    std::string text;                  ///< ends with a question mark
    std::vector<std::string> choices;  ///< names of states
    std::size_t right = 0;
    std::string why;  ///< a sentence
};

/// The question before the row is shown; nothing if that side's state does not change in it.
/// `state` is the side's state before; empty: not known.
std::optional<Question> question(const observe::LadderRow& row, bool client,
                                 const std::string& state, const observe::SegmentNames& names);

/// Which choice an answer means, by number from 1 or by name; nothing if none.
std::optional<std::size_t> understand(const Question& question, std::string_view answer);

}  // namespace seedwire::cli
