#!/usr/bin/env bash
# Studies that have references stay beside them. Those of single runs run whole; of the random one a
# part that is long enough to tell: the whole is `seedwire sweep scenarios/studies/tls-pq-loss.study.yaml`.
# usage: tests/sweep/published_test.sh PROGRAM
set -uo pipefail
export LC_ALL=C.UTF-8

program=$(realpath -- "${1:?usage: $0 PROGRAM}")
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
compare() {  # compare STUDY: exit 0 says that every figure is as near as the study asks
    local name=${1##*/}
    "$program" sweep "$1" -o "$work/$name.results" >"$work/said.txt" 2>&1
    local code=$?
    grep -E '^[a-z0-9]+: [0-9]+ of [0-9]+ within' "$work/said.txt" | sed "s|^|${name%.study.yaml}: |"
    [[ $code -eq 0 ]] && grep -q 'within' "$work/said.txt" && return
    echo "FAILED: $name (exit code $code)"
    cat "$work/said.txt"
    failed=1
}

compare scenarios/studies/tls-flight-size.study.yaml
compare scenarios/studies/tls-lost-packet.study.yaml
# Where a few runs tell a median for sure: far from the steps, and where 2 % are more than what
# another processor makes of it.
mkdir "$work/published"
sed -E '/^#|^algorithm|,(0|5) %,/!d; /,2\.(77|8045) ms,/d' scenarios/studies/published/pq-handshakes.csv \
    >"$work/published/pq-handshakes.csv"
sed -e 's/^repeat:.*/repeat: 40/' -e 's/^  loss: \[.*/  loss: [0 %, 5 %]/' \
    -e 's/within: {.*}/within: {median: 2 %}/' scenarios/studies/tls-pq-loss.study.yaml \
    >"$work/part.study.yaml"
compare "$work/part.study.yaml"
[[ $failed -eq 0 ]] && echo 'published figures: as near as the studies ask'
exit $failed
