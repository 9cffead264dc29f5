#!/usr/bin/env bash
# The recorded cases differ from ours where they are known to and nowhere else, and the tables of
# docs/fidelity.md are those of this build.
# usage: tests/reality/reality_test.sh PROGRAM [--update]
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM [--update]}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" replay tests/reality --known tests/reality/known_differences.yaml --fidelity \
    >"$work/tables"
code=$?
[[ $code -eq 0 || $code -eq 3 ]] || { echo "replay ends with $code"; exit 1; }

sed '/^<!-- generated/q' docs/fidelity.md >"$work/page"
{ echo; cat "$work/tables"; } >>"$work/page"
if [[ ${2:-} == --update ]]; then
    cp "$work/page" docs/fidelity.md
elif ! diff -u docs/fidelity.md "$work/page"; then
    echo "docs/fidelity.md is not what a run says: tests/reality/reality_test.sh PROGRAM --update"
    exit 1
fi
exit "$code"
