#include "harness/replay/text_file.h"

#include <zlib.h>

#include <filesystem>
#include <fstream>

namespace seedwire::replay {

namespace {

/// A recording is small; what is larger than this is something else.
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

}  // namespace

std::optional<std::string> read_text(const std::string& path) {
    std::error_code error;
    const std::string name = std::filesystem::is_regular_file(path, error) ? path : path + ".gz";
    if (!std::filesystem::is_regular_file(name, error)) return std::nullopt;
    gzFile file = gzopen(name.c_str(), "rb");  // reads plain files as they are
    if (file == nullptr) return std::nullopt;
    std::string text;
    char buffer[65536];
    int count = 0;
    while ((count = gzread(file, buffer, sizeof buffer)) > 0 && text.size() < kMostBytes)
        text.append(buffer, static_cast<std::size_t>(count));
    const bool good = gzclose(file) == Z_OK && count == 0;
    return good ? std::optional{std::move(text)} : std::nullopt;
}

bool write_text(const std::string& path, const std::string& text) {
    if (!path.ends_with(".gz")) {
        std::ofstream file{path, std::ios::binary};
        file << text;
        file.close();
        return !file.fail();
    }
    gzFile file = gzopen(path.c_str(), "wb9");
    if (file == nullptr) return false;
    const auto length = static_cast<unsigned>(text.size());
    const bool written = gzwrite(file, text.data(), length) == static_cast<int>(length);
    return gzclose(file) == Z_OK && written;
}

}  // namespace seedwire::replay
