// Whole files, compressed with gzip or not.
#pragma once

#include <optional>
#include <string>

namespace seedwire::replay {

/// Reads `path`, or `path.gz` if that is there instead; nothing if neither can be read whole.
std::optional<std::string> read_text(const std::string& path);
/// Writes a file, compressed where its name ends in `.gz`; the same bytes for the same text.
bool write_text(const std::string& path, const std::string& text);

}  // namespace seedwire::replay
