// Conditional parts of scripts, as collections use them that serve several systems.
#include <fmt/format.h>

#include <sstream>

#include "harness/drill/parser.h"

namespace seedwire::drill {

std::string resolve_conditions(std::string_view text, const Defines& defines) {
    struct Condition {
        bool holds = false;
        Position at;
    };
    std::vector<Condition> open;
    std::string result;
    Position at;
    for (std::size_t begin = 0; begin < text.size(); ++at.line) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::istringstream line{std::string{text.substr(begin, end - begin)}};
        std::string directive, name;
        line >> directive >> name;
        bool keep = true;
        for (const Condition& condition : open) keep = keep && condition.holds;
        if (directive == "#ifdef" || directive == "#ifndef") {
            open.push_back({defines.contains(name) == (directive == "#ifdef"), at});
            keep = false;
        } else if (directive == "#else" || directive == "#endif") {
            if (open.empty()) fail(at, fmt::format("{} without #ifdef", directive));
            if (directive == "#else") {
                open.back().holds = !open.back().holds;
            } else {
                open.pop_back();
            }
            keep = false;
        }
        if (keep) result += text.substr(begin, end - begin);
        if (end < text.size()) result += '\n';
        begin = end + 1;
    }
    if (!open.empty()) fail(open.back().at, "this #ifdef has no #endif");
    return result;
}

}  // namespace seedwire::drill
