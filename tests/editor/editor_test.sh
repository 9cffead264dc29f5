#!/usr/bin/env bash
# What `seedwire schema` prints serves an editor: the YAML language server completes a key and marks a
# mistake at its place. Installs the server from npm into a temporary folder; skipped without npm or
# network (exit code 77), and says so.
# usage: tests/editor/editor_test.sh PROGRAM
set -uo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd) || exit 2
program=$(realpath -- "${1:?usage: $0 PROGRAM}")
server=yaml-language-server@1.15.0

skip() {
    echo "SKIPPED: the schema was not tried in an editor: $*"
    exit 77
}

command -v node >/dev/null || skip 'there is no node'
command -v npm >/dev/null || skip 'there is no npm'
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
timeout 120 npm install --prefix "$work" --no-audit --no-fund --silent "$server" </dev/null \
    >"$work/npm.log" 2>&1 || skip "npm cannot install $server: $(tail -n 1 "$work/npm.log")"

"$program" schema >"$work/seedwire.schema.json" || exit 1
timeout 60 node "$here/language_client.mjs" "$work" "$here/../../scenarios"
