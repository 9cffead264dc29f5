// A results folder that is either whole or not there: written aside, renamed when it is complete.
#pragma once

#include <string>
#include <string_view>

namespace seedwire::run {

class OutputDirectory {
public:
    /// Creates `<path>.part-<pid>` beside the folder to be. An existing `path` is an error unless
    /// `force`, and even then unless it is empty or holds a meta.json: nothing else is deleted.
    OutputDirectory(std::string path, bool force);
    ~OutputDirectory();  ///< removes what was not committed
    OutputDirectory(const OutputDirectory&) = delete;
    OutputDirectory& operator=(const OutputDirectory&) = delete;

    const std::string& error() const { return error_; }  ///< empty: fine so far
    const std::string& working_path() const { return working_; }
    /// Writes a file whole; the first failure is kept as the error.
    void write(std::string_view name, std::string_view text);
    /// Puts the folder in its place; false with error() if that failed.
    bool commit();

private:
    bool may_replace();

    std::string path_, working_, error_;
    bool force_ = false, committed_ = false;
};

}  // namespace seedwire::run
