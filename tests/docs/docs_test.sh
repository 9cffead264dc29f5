#!/usr/bin/env bash
# What README.md and docs/*.md show is what the program does.
#
# ```console blocks: each `$ command` is run, and what it prints is compared with what the block
# shows. `...` stands for anything: alone for any number of lines, within a line for any text. It
# must succeed, unless `$ echo $?` comes next. Programs: ./dev run, seedwire, the ordinary tools.
# ```yaml blocks that begin with `version: 1` are run: they load without a warning and hold. A line
# <!-- file: NAME --> before a block keeps it as NAME for the commands of that document. Scenarios
# that are wrong on purpose are marked ```yaml wrong.
# ```sh blocks behind a line <!-- run with: TOOL --> are run as they stand, in one shell, and must
# succeed; without the tool they are skipped, which is said. `ssh HOST COMMAND` runs COMMAND here.
#
# usage: tests/docs/docs_test.sh PROGRAM [--update]   (--update writes what was printed into the
# documents, where no `...` stands)
set -uo pipefail
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
program=$(realpath -- "${1:?usage: $0 PROGRAM [--update]}")
update=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

prepare() {  # a scratch folder in which the commands of one document find what they name
    scratch=$work/scratch
    rm -rf "$scratch"
    mkdir -p "$scratch/bin"
    ln -s "$root/scenarios" "$scratch/scenarios"
    ln -s "$program" "$scratch/bin/seedwire"
    printf '#!/bin/sh\n[ "$1" = run ] || exit 2\nexec "%s" "$@"\n' "$program" >"$scratch/dev"
    printf '#!/bin/sh\nshift\nexec bash -c "$*"\n' >"$scratch/bin/ssh"
    chmod +x "$scratch/dev" "$scratch/bin/ssh"
}

fail() {  # fail LINE TEXT...
    failed=$((failed + 1))
    printf '%s:%d: %s\n' "$document" "$1" "$2"
    [[ $# -lt 3 ]] || printf '    %s\n' "${@:3}"
}

fits() {  # fits SHOWN PRINTED: one line, where ... in the first stands for any text
    [[ $1 == *...* ]] || { [[ $1 == "$2" ]]; return; }
    local rest=$1 before after=$2
    before=${rest%%...*}
    [[ $after == "$before"* ]] || return 1
    after=${after#"$before"} rest=${rest#*...}
    while [[ $rest == *'...'* ]]; do
        before=${rest%%...*} rest=${rest#*...}
        [[ $after == *"$before"* ]] || return 1
        after=${after#*"$before"}
    done
    [[ $after == *"$rest" ]]
}

compare() {  # compare LINE: the arrays `shown` and `printed`; says where they differ first
    local line=$1 p=0 s skipping=no
    for ((s = 0; s < ${#shown[@]}; s++)); do
        if [[ ${shown[s]} == '...' ]]; then
            skipping=yes
            continue
        fi
        while [[ $skipping == yes && $p -lt ${#printed[@]} ]] &&
            ! fits "${shown[s]}" "${printed[p]}"; do p=$((p + 1)); done
        skipping=no
        if [[ $p -ge ${#printed[@]} ]] || ! fits "${shown[s]}" "${printed[p]}"; then
            fail "$((line + 1 + s))" 'shows what is not printed' "shown:   ${shown[s]}" \
                "printed: ${printed[p]:-(nothing)}"
            return 1
        fi
        p=$((p + 1))
    done
    if [[ $skipping == no && $p -lt ${#printed[@]} ]]; then
        fail "$((line + 1 + s))" 'more is printed than shown' "printed: ${printed[p]}"
        return 1
    fi
}

run_console() {  # run_console FILE LINE: a block, whose first line is LINE of the document
    local block=$1 line=$2 text code=0 at i=0
    local -a lines
    mapfile -t lines <"$block"
    : >"$block.new"
    while [[ $i -lt ${#lines[@]} ]]; do
        text=${lines[i]#'$ '}
        printf '%s\n' "${lines[i]}" >>"$block.new"
        at=$((line + i))
        i=$((i + 1))
        shown=()
        while [[ $i -lt ${#lines[@]} && ${lines[i]} != '$ '* ]]; do
            shown+=("${lines[i]}")
            i=$((i + 1))
        done
        # The exit code before stays visible, so that `echo $?` shows it.
        (cd "$scratch" && PATH=$scratch/bin:$PATH && eval "(exit $code); $text") \
            >"$work/out" 2>&1 </dev/null
        code=$?
        mapfile -t printed <"$work/out"
        if [[ $code -ne 0 && ${lines[i]:-} != '$ echo $?' ]]; then
            fail "$at" "exit code $code: $text" "${printed[@]}"
        elif [[ ${#shown[@]} -eq 0 ]]; then
            passed=$((passed + 1))
        elif [[ $update == --update && " ${shown[*]} " != *...* ]]; then
            shown=("${printed[@]}")
        else
            compare "$at" && passed=$((passed + 1))
        fi
        [[ ${#shown[@]} -eq 0 ]] || printf '%s\n' "${shown[@]}" >>"$block.new"
    done
}

run_shell() {  # run_shell FILE LINE TOOL
    local said
    if ! PATH=$scratch/bin:$PATH command -v "$3" >/dev/null; then
        printf 'SKIPPED: %s:%d: there is no %s\n' "$document" "$2" "$3"
        return
    fi
    said=$(cd "$scratch" && PATH=$scratch/bin:$PATH bash -euo pipefail "$1" 2>&1 </dev/null) &&
        passed=$((passed + 1)) || fail "$2" 'the commands fail' "$said"
}

run_yaml() {  # run_yaml FILE LINE
    local said
    if grep -q '^study:' "$scratch/$1"; then  # studies take their time: they are checked
        said=$(cd "$scratch" && "$program" check "$1" 2>&1 </dev/null) && passed=$((passed + 1)) ||
            fail "$2" 'the study is not valid' "$said"
        return
    fi
    said=$(cd "$scratch" && "$program" run --no-ladder "$1" 2>"$work/errors" </dev/null)
    local code=$?
    if [[ $code -eq 0 && ! -s $work/errors && $said != *warning:* ]]; then
        passed=$((passed + 1))
    else
        fail "$2" "the scenario does not hold: exit code $code" "$(tail -n 12 <<<"$said")" \
            "$(cat "$work/errors")"
    fi
}

check_document() {
    local kind='' name='' tool='' number=0 begin=0 text
    prepare
    : >"$work/new.md"
    while IFS= read -r text; do
        number=$((number + 1))
        if [[ -n $kind && $text == '```' ]]; then
            if [[ $kind == console ]]; then
                run_console "$work/block" "$begin"
                cat "$work/block.new" >>"$work/new.md"
            else
                cat "$work/block" >>"$work/new.md"
                [[ -z $name ]] || cp "$work/block" "$scratch/$name"
                [[ -z $tool ]] || run_shell "$work/block" "$begin" "$tool"
                tool=''
                if [[ $kind == yaml && $(head -n 1 "$work/block") == 'version: 1' ]]; then
                    cp "$work/block" "$scratch/block-$begin.yaml"
                    run_yaml "block-$begin.yaml" "$begin"
                fi
                name=''
            fi
            kind=''
            printf '%s\n' "$text" >>"$work/new.md"
        elif [[ -n $kind ]]; then
            printf '%s\n' "$text" >>"$work/block"
        else
            printf '%s\n' "$text" >>"$work/new.md"
            if [[ $text == '```'* ]]; then
                kind=${text#'```'} begin=$((number + 1))
                kind=${kind:-text}
                : >"$work/block"
            elif [[ $text =~ ^'<!-- file: '([A-Za-z0-9._-]+)' -->'$ ]]; then
                name=${BASH_REMATCH[1]}
            elif [[ $text =~ ^'<!-- run with: '([a-z]+)' -->'$ ]]; then
                tool=${BASH_REMATCH[1]}
            fi
        fi
    done <"$root/$document"
    [[ -z $kind ]] || fail "$begin" 'this block never ends'
    if [[ $update == --update ]] && ! cmp -s "$work/new.md" "$root/$document"; then
        cat "$work/new.md" >"$root/$document"
        echo "$document: updated"
    fi
}

for document in README.md $(cd "$root" && ls docs/*.md); do check_document; done

echo "documents: $passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
