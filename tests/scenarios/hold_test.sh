#!/usr/bin/env bash
# Every scenario of the project holds: it loads without a warning and all its expectations are met.
# usage: tests/scenarios/hold_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM}
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
passed=0 failed=0

while IFS= read -r file; do
    # Studies take their time: they are checked here and run elsewhere.
    command=run
    [[ $file != *.study.yaml ]] || command=check
    output=$("$program" "$command" "$file" 2>"$errors" </dev/null)
    code=$?
    if [[ $code -eq 0 && ! -s $errors ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: exit code %d\n%s\n%s\n' "$file" "$code" "$(tail -n 15 <<<"$output")" \
            "$(cat "$errors")"
    fi
done < <(find scenarios -name '*.yaml' ! -name '*.part.yaml' | sort)

echo "scenarios: $passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
