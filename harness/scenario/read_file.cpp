// Reading a scenario's file whole, and what is said about files that cannot be one.
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "harness/scenario/error_ids.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/source_text.h"

namespace seedwire::scenario {
namespace {

std::optional<std::string> fail(const std::string& path, Diagnostics& problems,
                                std::string message) {
    problems.add(
        {{path, 1, 1, 1}, Severity::Error, error_id::kUnreadable, std::move(message), "", ""});
    return std::nullopt;
}

/// Reads to the end, or one byte more than is allowed.
std::optional<std::string> read_all(std::FILE* file) {
    std::string text;
    std::array<char, 1 << 16> buffer{};
    while (text.size() <= kMaximumFileBytes) {
        const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file);
        text.append(buffer.data(), count);
        if (count < buffer.size()) break;
    }
    if (std::ferror(file) != 0) return std::nullopt;
    return text;
}

std::string too_large() {
    return fmt::format("the file is larger than {} MiB", kMaximumFileBytes >> 20);
}

}  // namespace

bool is_study(std::string_view text) {
    return text.starts_with("study:") || text.find("\nstudy:") != std::string_view::npos;
}

std::optional<std::string> read_file(const std::string& path, Diagnostics& problems) {
    if (path == "-") {
        std::optional<std::string> text = read_all(stdin);
        if (!text) return fail(path, problems, "standard input cannot be read");
        if (text->size() > kMaximumFileBytes) return fail(path, problems, too_large());
        return text;
    }
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return fail(path, problems, "no such file");
    if (error) return fail(path, problems, error.message());
    if (status.type() == std::filesystem::file_type::directory)
        return fail(path, problems, "this is a directory, not a scenario");
    if (status.type() != std::filesystem::file_type::regular)
        return fail(path, problems, "this is not a regular file; use - for standard input");
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (!error && size > kMaximumFileBytes) return fail(path, problems, too_large());
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "rb")};
    if (!file) return fail(path, problems, fmt::format("cannot be read: {}", std::strerror(errno)));
    std::optional<std::string> text = read_all(file.get());
    if (!text) return fail(path, problems, "cannot be read");
    if (text->size() > kMaximumFileBytes) return fail(path, problems, too_large());
    return text;
}

}  // namespace seedwire::scenario
