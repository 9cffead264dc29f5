#include "harness/replay/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>

namespace seedwire::replay {

namespace {

/// A row: one packet, on both sides where both have it.
struct Row {
    std::optional<std::size_t> left, right;
    Time at;
    bool is_difference = false;
};

/// The packets of one direction. Equal ones share a row, and so do those that follow a first
/// difference; what else is not equal has its own.
void add_rows(const std::vector<std::size_t>& lefts, const std::vector<std::size_t>& rights,
              std::size_t equal, bool parts_here, std::vector<Row>& rows) {
    for (std::size_t k = 0; k < std::max(lefts.size(), rights.size()); ++k) {
        Row row;
        if (k < lefts.size()) row.left = lefts[k];
        if (k < rights.size()) row.right = rights[k];
        row.is_difference = parts_here && k == equal;
        if (k < equal || parts_here || !row.left || !row.right) {
            rows.push_back(row);
            continue;
        }
        rows.push_back({row.left, std::nullopt, {}, false});
        rows.push_back({std::nullopt, row.right, {}, false});
    }
}

std::vector<std::size_t> places_of(const SeenPackets& packets, std::uint32_t direction) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < packets.size(); ++i)
        if (packets[i].direction == direction) places.push_back(i);
    return places;
}

/// In the order of the left side; the right side's own are moved to where they belong there.
std::vector<Row> rows_of(const SeenPackets& left, const SeenPackets& right,
                         const Agreement& agreement, std::uint32_t pair_of_directions) {
    Duration later;  // the left side is, where they part
    for (const auto& [a, b] : agreement.pairs)
        if (left[a].at <= agreement.first->at) later = left[a].at - right[b].at;
    std::vector<Row> rows;
    for (std::uint32_t d = 0; d < agreement.directions.size(); ++d)
        if (d / 2 == pair_of_directions)
            add_rows(places_of(left, d), places_of(right, d), agreement.directions[d].equal,
                     d == agreement.first->direction, rows);
    for (Row& row : rows) row.at = row.left ? left[*row.left].at : right[*row.right].at + later;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.at < b.at; });
    return rows;
}

std::string milliseconds(Time at) {
    return fmt::format("{:.3f}", static_cast<double>((at - Time::zero()).ns()) / 1e6);
}

std::string side(const SeenPackets& packets, std::optional<std::size_t> index, std::size_t width) {
    if (!index) return std::string(width, ' ');
    const SeenPacket& packet = packets[*index];
    const std::string arrow = packet.direction % 2 == 0 ? "-->" : "<--";
    std::string text = fmt::format("{:>10} {} {}", milliseconds(packet.at), arrow, words(packet));
    if (text.size() > width) text = text.substr(0, width - 1) + ">";
    text.resize(width, ' ');
    return text;
}

}  // namespace

std::string draw_difference(const SeenPackets& left, const SeenPackets& right,
                            const Agreement& agreement, const SideBySideTitle& title,
                            std::size_t width, std::size_t around) {
    if (!agreement.first) return {};
    const Difference& first = *agreement.first;
    const std::vector<Row> rows = rows_of(left, right, agreement, first.direction / 2);
    const auto place = static_cast<std::size_t>(
        std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.is_difference; }) -
        rows.begin());
    const std::size_t begin = place > around ? place - around : 0;
    const std::size_t end = std::min(rows.size(), place + around + 1);
    const std::size_t half = std::clamp<std::size_t>((width - 6) / 2, 36, 90);
    std::string text = fmt::format("    {:<{}}  {}\n", title.left + " (ms)", half, title.right);
    text +=
        fmt::format("    {:>10} {} --> {}, <-- back\n", "", title.first_host, title.second_host);
    for (std::size_t i = begin; i < end; ++i) {
        const Row& row = rows[i];
        std::string line = fmt::format("  {} {}  {}", row.is_difference ? '>' : ' ',
                                       side(left, row.left, half), side(right, row.right, half));
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    if (first.right)
        text += fmt::format("    the rule behind {}: {}\n", title.right,
                            wire::describe(right[*first.right].cause));
    return text;
}

}  // namespace seedwire::replay
