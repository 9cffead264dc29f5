// Is the packet that came the one that was expected? Merging of pieces, and the fields that differ.
#pragma once

#include <string>
#include <vector>

#include "harness/drill/connection.h"
#include "harness/drill/script.h"

namespace seedwire::drill {

/// Whether `next` may be merged into `merged`, whose last piece had `last_length` bytes and whose
/// other pieces had `first_length`: contiguous, all but the last of one size, flags equal except
/// PSH, FIN and CWR. A script may write several segments as one packet.
struct Pieces {
    SentPacket merged;
    std::uint32_t first_length = 0, last_length = 0;
    explicit Pieces(SentPacket first);
    bool fits(const SentPacket& next) const;
    void add(const SentPacket& next);
};

/// A row of the table that shows expected and real packet side by side.
struct FieldComparison {
    std::string name, expected, real;
    bool differs = false;
};
/// All fields that the script says something about.
std::vector<FieldComparison> compare(const PacketText& expected, const PacketText& real);
bool differ(const std::vector<FieldComparison>& fields);
/// "the sequence, the flags"
std::string names_of_different(const std::vector<FieldComparison>& fields);
/// The table, with an arrow at each difference; lines end in newlines.
std::string table(const std::vector<FieldComparison>& fields);

/// "S.", "P.", "-"
std::string flags_text(std::uint16_t flags);
/// As a script writes it.
std::string to_string(const PacketText& packet);

/// Is `real` near enough to [first, last]? `since` is the script's time since the event before.
bool is_in_time(Time first, Time last, Time real, Duration since, Duration tolerance);
Duration tolerated(Duration since, Duration tolerance);

}  // namespace seedwire::drill
