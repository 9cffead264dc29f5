// A failed assertion ends the program at once with exit code 70. A fuzzer has to see a crash
// instead, so that it keeps the input: the linker sends _Exit() here (see CMakeLists.txt).
#include <cstdlib>

extern "C" {

[[noreturn]] void __real__Exit(int code);
[[noreturn]] void __wrap__Exit(int code);

void __wrap__Exit(int code) {
    if (code == 70) std::abort();
    __real__Exit(code);
}

}  // extern "C"
