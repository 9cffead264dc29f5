#include "harness/sweep/whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace seedwire::sweep {

WholeFile::WholeFile(std::string path) : path_{std::move(path)}, aside_{path_ + ".part"} {
    file_ = std::fopen(aside_.c_str(), "wb");
    if (file_ == nullptr) error_ = fmt::format("{}: {}", aside_, std::strerror(errno));
}

WholeFile::~WholeFile() {
    if (file_ == nullptr) return;
    std::fclose(file_);
    std::remove(aside_.c_str());
}

std::string WholeFile::commit() const {
    if (file_ == nullptr) return error_;
    const bool written = std::ferror(file_) == 0 && std::fflush(file_) == 0;
    const int cause = errno;
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    if (written && closed && std::rename(aside_.c_str(), path_.c_str()) == 0) return {};
    const std::string why = std::strerror(written ? errno : cause);
    std::remove(aside_.c_str());
    return fmt::format("{}: {}", path_, why);
}

std::string write_whole_file(const std::string& path, std::string_view text) {
    const WholeFile file{path};
    if (file.stream() == nullptr) return file.error();
    std::fwrite(text.data(), 1, text.size(), file.stream());
    return file.commit();
}

}  // namespace seedwire::sweep
