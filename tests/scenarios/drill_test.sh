#!/usr/bin/env bash
# Every packetdrill script of the project passes.
# usage: tests/scenarios/drill_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
"${1:?usage: $0 PROGRAM}" drill scenarios/drill --profile packetdrill
