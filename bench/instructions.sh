#!/usr/bin/env bash
# Counts instructions per delivered segment in the dumbbell with callgrind: two runs of different
# length, the difference of the instructions over the difference of the segments.
#
#     bench/instructions.sh PROGRAM [FLOWS...]     PROGRAM: .../bench/bench_dumbbell
set -euo pipefail

program=${1:?which bench_dumbbell?}
shift
flows=("${@:-10}")
command -v valgrind >/dev/null || { echo 'instructions.sh: needs valgrind' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count() {  # count FLOWS SECONDS: prints "instructions segments"
    valgrind --tool=callgrind --toggle-collect=seedwire_measured \
        --callgrind-out-file="$work/out" "$program" "$1" "$2" >"$work/said" 2>"$work/log" ||
        { cat "$work/log" >&2; exit 1; }
    awk '/^(summary|totals):/ { instructions = $2 } END { printf "%s ", instructions }' "$work/out"
    awk '{ for (i = 2; i <= NF; ++i) if ($i == "segments") { print $(i - 1); exit } }' "$work/said"
}

for n in "${flows[@]}"; do
    # Short, but past the start; the more flows, the more segments a second.
    read -r few few_segments < <(count "$n" "$(awk -v n="$n" 'BEGIN { print 3 / n }')")
    read -r many many_segments < <(count "$n" "$(awk -v n="$n" 'BEGIN { print 9 / n }')")
    awk -v n="$n" -v i="$((many - few))" -v s="$((many_segments - few_segments))" \
        'BEGIN { printf "dumbbell N = %-17d %10.0f instructions per delivered segment\n", n, i / s }'
done
