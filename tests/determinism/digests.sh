#!/usr/bin/env bash
# Every scenario has the same digest and the same exit code under every build of the program, when it
# is run again, and when it writes its outputs.
# usage: tests/determinism/digests.sh PROGRAM...     (the first one is the reference)
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
[[ $# -gt 0 ]] || { echo "usage: $0 PROGRAM..." >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

digest() {  # digest PROGRAM FILE [OPTION...]: "exit code, digest" of one run
    local output code=0
    output=$("$1" run "${@:2}" --json 2>"$work/stderr" </dev/null) || code=$?
    printf '%s %s\n' "$code" "$(tr -d ' \n' <<<"$output" | grep -o '"digest":{[^}]*}')"
}

compare() {  # compare WHAT EXPECTED ACTUAL
    if [[ $2 == "$3" ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n    expected %s\n    got      %s\n' "$1" "$2" "$3"
        tail -n 3 "$work/stderr"
    fi
}

while IFS= read -r file; do
    expected=$(digest "$1" "$file")
    [[ $expected == *digest* ]] || compare "$file: $1 prints no digest" 'a digest' "$expected"
    compare "$file: $1 again" "$expected" "$(digest "$1" "$file")"
    compare "$file: $1 with outputs" "$expected" "$(digest "$1" "$file" -o "$work/out" --force)"
    for program in "${@:2}"; do
        compare "$file: $program differs from $1" "$expected" "$(digest "$program" "$file")"
    done
done < <(find scenarios -name '*.yaml' ! -name '*.part.yaml' \
    ! -name '*.study.yaml' | sort)

echo "digests: $passed passed, $failed failed"
[[ $failed -eq 0 ]]
