#!/usr/bin/env bash
# Every scenario has the same digest and the same exit code under every build of the program, when it
# is run again, and when it writes its outputs. A study has the same results, byte for byte.
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

# Its statistics are the only results that are reckoned with floating point.
cat >"$work/study.yaml" <<'YAML'
version: 1
study: the same under every compiler
base:
  version: 1
  hosts: [a, b]
  stop: 20 s
  parameters: {loss: 1 %}
  links: [{name: line, between: [a, b], rate: 5 Mbit/s, delay: 10 ms, impair: [{loss: $loss}]}]
  flows: {load: {app: bulk, from: a, to: b, bytes: 60 kB}}
vary:
  loss: {log: [0.5 %, 8 %], steps: 4}
  hosts.*.tcp.congestion: {values: [reno, cubic], as: cc}
repeat: {min: 10, max: 40, until: {ci95(load.completion): 20 %}}
collect: [load.completion, load.retransmissions, line.up.queue.sojourn: [p50, p95], load.delivered: {every: 500 ms}]
compare: cc=reno
tables: [{rows: loss, cols: cc, metric: "completion:mean,ci95,median,mci95,p95,sd"}]
plots:
  - {metric: load.completion, x: loss, by: cc, log: xy}
  - {kind: box, metric: load.completion, x: loss, by: cc}
YAML
results() {  # results PROGRAM: all that a study leaves, in one file
    rm -rf "$work/results"
    "$1" sweep "$work/study.yaml" -o "$work/results" -q 2>"$work/stderr" </dev/null || echo "exit code $?"
    cat "$work"/results/{results.csv,summary.md,plot-*.svg}
    "$1" query "$work/results" 'select * from points natural join settings' --format csv
    "$1" query "$work/results" 'select * from series' --format csv
}
expected=$(results "$1" 2>&1 | md5sum)
results "$1" 2>&1 | grep -q '^0,' || compare "the study: $1 has no results" 'results' ''
for program in "$@"; do
    compare "the study: $program differs from $1" "$expected" "$(results "$program" 2>&1 | md5sum)"
done

echo "digests: $passed passed, $failed failed"
[[ $failed -eq 0 ]]
