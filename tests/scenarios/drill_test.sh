#!/usr/bin/env bash
# Every packetdrill script of the project passes, and their captures are what tshark takes them for.
# usage: tests/scenarios/drill_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" drill scenarios/drill --profile packetdrill --pcap "$work" || exit 1

captures=$(find "$work" -name '*.pcapng' | wc -l)
scripts=$(find scenarios/drill -name '*.pkt' | wc -l)
[[ $captures -eq $scripts ]] || { echo "$captures captures of $scripts scripts"; exit 1; }
[[ -f $work/model/syn-cookie.pcapng ]] || { echo "no folder below the folder of captures"; exit 1; }

command -v tshark >/dev/null || { echo "tshark is not there: captures are not read"; exit 0; }
for name in icmp-frag-needed simultaneous-close sack-compression model/accurate-ecn; do
    read=$(tshark -r "$work/$name.pcapng" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -T fields -e frame.number -e _ws.malformed -e tcp.checksum.status -e ip.checksum.status \
        2>"$work/errors") || { cat "$work/errors"; exit 1; }
    # Status 1 is good; inside of ICMP errors there is no whole packet to check.
    bad=$(awk -F '\t' '$2 != "" || ($3 != "1" && $3 != "") || $4 !~ /^1(,[012])?$/' <<<"$read")
    [[ -n $read && -z $bad ]] || { printf '%s:\n%s\n' "$name" "$bad"; exit 1; }
done
