#!/usr/bin/env bash
# tshark finds nothing malformed and no wrong checksum in the capture of any tour scenario, except in
# packets that the scenario corrupts. Without tshark: skipped (exit code 77), loudly.
# usage: tests/scenarios/captures_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM}
command -v tshark >/dev/null || {
    echo 'SKIPPED: no tshark, so no capture was checked. apt-get install tshark'
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

wrong='_ws.malformed || _ws.unreassembled || _ws.expert.severity == "Error"
       || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"
       || udp.checksum.status == "Bad" || icmp.checksum.status == "Bad"'

fail() {
    failed=$((failed + 1))
    printf '%s\n' "$@"
}

for file in scenarios/tour/*.yaml; do
    "$program" run "$file" -o "$work/out" --force --quiet >"$work/said" 2>&1 </dev/null
    capture=$work/out/capture.pcapng
    [[ -s $capture ]] || { fail "$file: no capture" "$(tail -n 3 "$work/said")"; continue; }
    checks=(-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)
    packets=$(tshark -r "$capture" "${checks[@]}" -T fields -e frame.number 2>"$work/err" | wc -l)
    found=$(tshark -r "$capture" "${checks[@]}" -Y "$wrong" 2>>"$work/err")
    grep -v 'Running as user' "$work/err" >"$work/errors"
    if [[ $packets -eq 0 || -s $work/errors ]]; then
        fail "$file: tshark cannot read the capture" "$(cat "$work/errors")"
    elif [[ -n $found ]] && ! grep -q 'corrupt' "$file"; then
        fail "$file: $(wc -l <<<"$found") of $packets packets are wrong, the first:" \
            "$(head -n 3 <<<"$found")"
    else
        passed=$((passed + 1))
    fi
    rm -rf "$work/out"
done

echo "captures: $passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
