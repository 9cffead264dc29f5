#!/usr/bin/env bash
# A scenario about a mechanism fails where the mechanism is switched off: with the options behind
# "# Without it:" in its comment, some expectation does not hold.
# usage: tests/scenarios/mechanisms_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM}
passed=0 failed=0

for file in scenarios/tcp/*.yaml; do
    switch=$(sed -n 's/^# Without it: *//p' "$file")
    [[ -n $switch ]] || continue
    # shellcheck disable=SC2086  # options, separated by spaces
    said=$("$program" run "$file" $switch --no-ladder --quiet 2>&1 </dev/null)
    code=$?
    if [[ $code -eq 1 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s %s: exit code %d, not 1\n%s\n' "$file" "$switch" "$code" "$said"
    fi
done

echo "mechanisms: $passed missed where switched off, $failed not"
[[ $failed -eq 0 && $passed -gt 0 ]]
