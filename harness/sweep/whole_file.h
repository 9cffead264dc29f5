// A file that is either the old or the new one, never a half: written aside, then renamed.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace seedwire::sweep {

class WholeFile {
public:
    explicit WholeFile(std::string path);
    ~WholeFile();  ///< removes what was not committed
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    std::FILE* stream() const { return file_; }  ///< null: see error()
    const std::string& error() const { return error_; }
    /// Returns what went wrong, or nothing.
    std::string commit() const;

private:
    std::string path_, aside_, error_;
    mutable std::FILE* file_ = nullptr;
};

/// Returns what went wrong, or nothing.
std::string write_whole_file(const std::string& path, std::string_view text);

}  // namespace seedwire::sweep
