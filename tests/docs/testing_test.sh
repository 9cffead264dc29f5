#!/usr/bin/env bash
# The CTest snippet and the workflow of docs/testing.md work as they are shown.
# usage: tests/docs/testing_test.sh PROGRAM
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
program=$(realpath -- "${1:?usage: $0 PROGRAM}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

block() {  # block MARK: the text of the block below <!-- MARK -->
    awk -v mark="<!-- $1 -->" '$0 == mark {found = 1; next}
        found && /^```/ {if (inside) exit; inside = 1; next}
        inside {print}' "$root/docs/testing.md"
}

mkdir -p "$work/bin" "$work/experiments/scenarios"
ln -s "$program" "$work/bin/seedwire"
cp "$root"/scenarios/tour/{close,handshake}.yaml "$work/experiments/scenarios"
echo 'x-nothing: 1' >"$work/experiments/scenarios/fragment.part.yaml"
export PATH=$work/bin:$PATH

# CTest: two tests, and both pass.
block ctest >"$work/experiments/CMakeLists.txt"
cmake -S "$work/experiments" -B "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
(cd "$work/build" && ctest) >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q '100% tests passed, 0 tests failed out of 2' "$work/log" || { cat "$work/log"; exit 1; }

# The workflow: it is YAML of the form that is expected, and its test step is a command that works.
block github >"$work/workflow.yaml"
steps=$(awk '/- name: Test/ {found = 1} found && /run: \|/ {inside = 1; next}
    inside && /^          / {print; next} inside {exit}' "$work/workflow.yaml")
[[ $steps == *'seedwire test'* ]] || { echo "no test step in the workflow"; exit 1; }
(cd "$work" && eval "$steps") >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
grep -q '<testsuites tests="2" failures="0"' "$work/results.xml"
build=$(grep -o 'seedwire/dev [a-z]*' "$work/workflow.yaml")
[[ $("$root/dev" help) == *"  ${build#seedwire/dev } "* ]] || { echo "no ./dev ${build##* }"; exit 1; }
if command -v python3 >/dev/null && python3 -c 'import yaml' 2>/dev/null; then
    python3 - "$work/workflow.yaml" <<'PYTHON'
import sys, yaml
workflow = yaml.safe_load(open(sys.argv[1]))
assert set(workflow) == {"name", True, "jobs"}, set(workflow)  # YAML 1.1 reads `on` as true
for job in workflow["jobs"].values():
    assert job["runs-on"]
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
PYTHON
fi
echo "docs/testing.md: the CTest snippet and the workflow work"
