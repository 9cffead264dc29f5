#!/usr/bin/env bash
# ./dev in a project of its own, where apt, cmake and the program are stand-ins that write down how
# they were called.
set -uo pipefail

source_directory=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

stand_in() {  # stand_in PATH BODY: a program that logs its call, then does BODY
    mkdir -p "$(dirname "$1")"
    printf '#!/bin/bash\necho "${0##*/} $*" >>"%s/calls"\n%s\n' "$work" "$2" >"$1"
    chmod +x "$1"
}

dev() {  # runs ./dev, keeps what it says and how it ends
    : >"$work/calls"
    code=0
    PATH=$work/bin:$PATH "$work/project/dev" "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

expect() {  # expect WHAT CONDITION...
    local what=$1
    shift
    if "$@"; then return; fi
    failures=$((failures + 1))
    printf 'FAILED: %s\n  condition: %s\n' "$what" "$*"
    sed 's/^/  | /' "$work/calls" "$work/err"
}
called() { grep -qE -- "$1" "$work/calls"; }
not_called() { ! called "$1"; }
said() { grep -qE -- "$1" "$work/err"; }

mkdir -p "$work/project"
cp "$source_directory/dev" "$source_directory/CMakePresets.json" "$work/project/"
stand_in "$work/bin/apt-get" 'echo apt was here'
stand_in "$work/bin/sudo" 'exec "$@"'
stand_in "$work/bin/cmake" 'echo "[1/2] Building"; mkdir -p build/release build/dev'
stand_in "$work/bin/ctest" 'exit 3'
stand_in "$work/bin/dpkg-query" 'printf "installed %s\n" g++ cmake; echo "config-files catch2"; exit 1'

dev run
expect 'run without a file is bad usage' test $code -eq 2
dev nonsense
expect 'an unknown word is bad usage' test $code -eq 2
expect 'an unknown word brings the help' said 'usage: ./dev'

dev install test
expect 'missing packages are named' said 'installing ninja-build .*libyaml-cpp-dev.* catch2$'
expect 'they are installed' called 'apt-get .*install --no-install-recommends ninja-build .* catch2$'
expect 'installed packages are left alone' not_called 'apt-get .* cmake'
expect 'apt is not updated needlessly' not_called 'apt-get .*update'
[[ $EUID -ne 0 ]] || expect 'root needs no sudo' not_called '^sudo'
[[ $EUID -eq 0 ]] || expect 'others need sudo' called '^sudo'

stand_in "$work/bin/apt-get" '[[ $* == *update* || -e '"$work"'/updated ]] && touch '"$work"'/updated'
dev install test
expect 'old lists are updated, then it is tried again' called 'apt-get .*update'
expect 'the second attempt counts' test $code -eq 0
stand_in "$work/bin/apt-get" 'exit 100'
dev install test
expect 'failure of apt is told with the command' said 'apt-get install ninja-build'
expect 'failure of apt ends it' test $code -ne 0
dev --no-deps install test
expect '--no-deps never touches apt' not_called apt-get

stand_in "$work/project/build/release/seedwire" 'echo "output of the program"; exit 7'
dev --no-deps run "a file.yaml" --seed 3
expect 'run passes its arguments on' called '^seedwire run a file.yaml --seed 3$'
expect 'run passes the exit code on' test $code -eq 7
expect 'run prints what the program prints, no more' \
    test "$(cat "$work/out")" = 'output of the program'
expect 'it was configured' called '^cmake --preset release$'
dev --no-deps run x.yaml
expect 'nothing is configured twice' not_called '^cmake --preset'
expect 'a second run is silent' test ! -s "$work/err"

stand_in "$work/bin/cmake" 'if [[ $1 == --build ]]; then echo "x.cpp:1: error: no"; exit 1; fi'
dev --no-deps run x.yaml
expect 'a failing build shows its errors' said 'x.cpp:1: error'
expect 'a failing build ends it' test $code -eq 2
expect 'no program runs after a failing build' not_called '^seedwire'

stand_in "$work/bin/cmake" 'mkdir -p build/dev'
dev --no-deps test -R tcp
expect 'test passes its arguments on' called '^ctest --preset dev .*-R tcp$'
expect 'test passes the exit code on' test $code -eq 3
dev clean
expect 'clean removes build/' test ! -e "$work/project/build"

expect 'under 200 lines' test "$(wc -l <"$source_directory/dev")" -lt 200
[[ $failures -eq 0 ]] && echo 'all good'
exit $((failures > 0))
