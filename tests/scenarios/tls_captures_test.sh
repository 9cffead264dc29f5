#!/usr/bin/env bash
# tshark decrypts the captures of TLS scenarios with the keys in them: nothing malformed, every message
# in its order, certificates that are DER. Without tshark, or from a program that was built without
# libcrypto: skipped (exit code 77), loudly.
# usage: tests/scenarios/tls_captures_test.sh PROGRAM
set -uo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit 2
program=${1:?usage: $0 PROGRAM}
command -v tshark >/dev/null || {
    echo 'SKIPPED: no tshark, so no capture was decrypted. apt-get install tshark'
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    failed=$((failed + 1))
    printf '%s\n' "$@"
}

# Resets and losses are no fault of the bytes.
wrong='_ws.malformed || _ws.unreassembled || _ws.expert.severity == "Error"
       || (_ws.expert.severity == "Warning" && !tcp.analysis.flags && tcp.flags.reset == 0)'

run() {  # run FILE: leaves capture.pcapng in $work/out
    "$program" run "$1" -o "$work/out" --force --quiet >"$work/said" 2>&1 </dev/null
    capture=$work/out/capture.pcapng
    [[ -s $capture ]] || fail "$1: no capture" "$(tail -n 3 "$work/said")"
}

check_form() {  # check_form FILE
    found=$(tshark -r "$capture" -Y "$wrong" 2>/dev/null)
    [[ -z $found ]] || fail "$1: tshark dislikes" "$(head -n 5 <<<"$found")"
}

# A line a connection: its server's port, then what each end says. c, s: client, server; handshake
# messages by number (RFC 8446 §B.3), d: application data, a: alert with its number.
dialogues() {
    tshark -r "$capture" -Y tls -T fields -E separator='|' -e tcp.stream -e tcp.srcport -e tcp.dstport \
        -e tls.record.content_type -e tls.handshake.type -e tls.alert_message.desc 2>/dev/null |
        awk -F'|' '
            { server = $2 < $3 ? $2 : $3; side = $2 == server ? "s" : "c"; said = $5 }
            $4 ~ /23/ { said = said (said == "" ? "" : ",") "d" }
            $6 != "" { said = said (said == "" ? "" : ",") "a" $6 }
            said == "" { next }
            !($1 in port) { port[$1] = server; order[count++] = $1 }
            last[$1] != side { line[$1] = line[$1] " " side; last[$1] = side; separator = "" }
            { separator = line[$1] ~ /[cs]$/ ? "" : "," }
            said == "d" && line[$1] ~ /d$/ { next }
            { line[$1] = line[$1] separator said }
            END { for (i = 0; i < count; ++i) print port[order[i]] line[order[i]] }'
}

run tests/scenarios/tls_captures.yaml
if grep -aq 'built without libcrypto' "$capture"; then
    echo 'SKIPPED: built without libcrypto, so captures cannot be decrypted. apt-get install libssl-dev'
    exit 77
fi
check_form tests/scenarios/tls_captures.yaml
dialogues >"$work/dialogues"
[[ ${2:-} == --show ]] && cat "$work/dialogues"
diff tests/scenarios/tls_captures.txt "$work/dialogues" >"$work/difference" ||
    fail 'what tshark reads in the capture is not what was said:' "$(cat "$work/difference")"

certificates=0
while read -r certificate; do
    certificates=$((certificates + 1))
    xxd -r -p <<<"$certificate" >"$work/certificate.der"
    if ((${#certificate} < 160)); then  # too small to be one: it is DER all the same
        openssl asn1parse -inform DER -in "$work/certificate.der" -noout 2>/dev/null
    else
        openssl x509 -inform DER -in "$work/certificate.der" -noout -subject >/dev/null 2>&1
    fi || fail "not a certificate: ${certificate:0:60}.."
done < <(command -v openssl xxd >/dev/null &&
    tshark -r "$capture" -Y tls.handshake.certificate -T fields -e tls.handshake.certificate \
        2>/dev/null | tr ',' '\n' | sort -u)

for file in scenarios/tls/*.yaml; do
    [[ $file != */flood.yaml ]] || continue  # two hundred times the same
    run "$file"
    check_form "$file"
    opened=$(tshark -r "$capture" -Y 'tls.handshake.type == 20' 2>/dev/null | wc -l)
    [[ $opened -gt 0 ]] || fail "$file: no Finished could be read"
done

echo "TLS captures: $(wc -l <"$work/dialogues") connections, $certificates certificates, $failed failed"
[[ $failed -eq 0 ]]
