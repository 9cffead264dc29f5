#include "harness/run/output_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace seedwire::run {

namespace fs = std::filesystem;

OutputDirectory::OutputDirectory(std::string path, bool force)
    : path_{std::move(path)}, force_{force} {
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
    if (!may_replace()) return;
    working_ = fmt::format("{}.part-{}", path_, getpid());
    std::error_code failure;
    const fs::path parent = fs::path(working_).parent_path();
    if (!parent.empty()) fs::create_directories(parent, failure);
    fs::remove_all(working_, failure);
    failure.clear();
    fs::create_directory(working_, failure);
    if (failure) {
        error_ = fmt::format("{}: {}", working_, failure.message());
        working_.clear();
    }
}

OutputDirectory::~OutputDirectory() {
    if (committed_ || working_.empty()) return;
    std::error_code ignored;
    fs::remove_all(working_, ignored);
}

bool OutputDirectory::may_replace() {
    std::error_code failure;
    if (!fs::exists(fs::symlink_status(path_, failure))) return true;
    if (!force_) {
        error_ = fmt::format("{}: exists already; --force replaces a results folder", path_);
        return false;
    }
    const bool ours = fs::is_directory(path_, failure) &&
                      (fs::is_empty(path_, failure) || fs::exists(path_ + "/meta.json", failure));
    if (!ours)
        error_ = fmt::format("{}: is not a results folder (no meta.json); not replaced", path_);
    return ours;
}

void OutputDirectory::write(std::string_view name, std::string_view text) {
    if (!error_.empty()) return;
    const std::string path = fmt::format("{}/{}", working_, name);
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) {
        error_ = fmt::format("{}: {}", path, std::strerror(errno));
        return;
    }
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int cause = errno;
    const bool closed = std::fclose(file) == 0;
    if (!written || !closed)
        error_ = fmt::format("{}: {}", path, std::strerror(written ? errno : cause));
}

bool OutputDirectory::commit() {
    if (!error_.empty()) return false;
    std::error_code failure;
    const std::string old = working_ + ".old";
    const bool replaces = fs::exists(path_, failure);
    if (replaces) fs::rename(path_, old, failure);
    if (!failure) fs::rename(working_, path_, failure);
    if (failure) {
        error_ = fmt::format("{}: {}", path_, failure.message());
        if (replaces) fs::rename(old, path_, failure);
        return false;
    }
    committed_ = true;
    if (replaces) fs::remove_all(old, failure);
    return true;
}

}  // namespace seedwire::run
