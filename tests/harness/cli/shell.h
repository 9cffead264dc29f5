// Runs a line of shell and keeps what it prints.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "tests/support/catch.h"

namespace seedwire::cli::testing {

struct Output {
    int code = -1;
    std::string text;
    bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

inline Output run_shell(const std::string& command) {
    Output output;
    std::FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    std::size_t count = 0;
    while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0)
        output.text.append(buffer, count);
    const int status = pclose(pipe);
    output.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

}  // namespace seedwire::cli::testing
