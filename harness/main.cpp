// The program: everything it does is in harness/cli.
#include <cstdio>
#include <exception>
#include <new>

#include "harness/cli/command.h"

int main(int argc, char** argv) {
    using seedwire::run::ExitCode;
    try {
        return seedwire::cli::run_program(argc, argv);
    } catch (const std::bad_alloc&) {
        std::fputs("seedwire: out of memory\n", stderr);
        return static_cast<int>(ExitCode::LimitReached);
    } catch (const std::exception& error) {
        std::fputs("seedwire: internal error: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
        return static_cast<int>(ExitCode::InternalError);
    }
}
