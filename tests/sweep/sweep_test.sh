#!/usr/bin/env bash
# What a study finds does not depend on how it was computed: with any number of workers, in shards,
# interrupted, killed, on a full disk. And what is wrong is said clearly, and nothing is lost.
# usage: tests/sweep/sweep_test.sh PROGRAM [KILLS]     (KILLS: rounds of kill -9, 5 unless given)
set -uo pipefail
export LC_ALL=C.UTF-8

program=$(realpath -- "${1:?usage: $0 PROGRAM [KILLS]}")
kills=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
passed=0 failed=0

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$1"
    [[ $# -lt 2 ]] || printf '    %s\n' "${@:2}"
}
is() {  # is WHAT EXPECTED GOT
    if [[ $2 == "$3" ]]; then pass; else fail "$1" "expected: $2" "got:      $3"; fi
}
says() {  # says WHAT TEXT FILE
    if grep -qF -- "$2" "$3"; then pass; else fail "$1: not said: $2" "$(cat "$3")"; fi
}

cat >base.yaml <<'YAML'
version: 1
name: a lossy line
hosts: [a, b]
stop: 60 s
parameters: {loss: 1 %}
links: [{name: line, between: [a, b], rate: 5 Mbit/s, delay: 10 ms, impair: [{loss: $loss}]}]
flows: {load: {app: bulk, from: a, to: b, bytes: 30 kB}}
YAML
cat >loss.study.yaml <<'YAML'
version: 1
study: a small one
base: base.yaml
vary:
  loss: [0.5 %, 2 %, 8 %]
  hosts.*.tcp.congestion: {values: [reno, cubic], as: cc}
repeat: {min: 10, max: 60, until: {ci95(load.completion): 20 %}}
collect:
  - load.completion
  - load.retransmissions
  - line.up.queue.sojourn: [p50, p95]
  - load.delivered: {every: 500 ms}
compare: cc=reno
YAML
sed 's/^repeat:.*/repeat: 20/' loss.study.yaml >fixed.study.yaml

questions=('select * from results' 'select * from runs' 'select * from figures'
           'select * from series' 'select * from points natural join settings'
           'select * from parameters' 'select * from metrics' 'select * from failures')
answers() {  # answers DIR: everything that must be the same
    local question
    for question in "${questions[@]}"; do
        "$program" query "$1" "$question" --format csv || return
    done
    cat "$1/results.csv" "$1/summary.md" "$1"/plot-*.svg
}
same() {  # same WHAT DIR DIR
    answers "$2" >one.txt 2>&1
    answers "$3" >two.txt 2>&1
    if cmp -s one.txt two.txt; then pass; else
        fail "$1: the results differ" "$(diff one.txt two.txt | head -n 10)"
    fi
}
run() { "$program" sweep "$@" -q; }

# --- workers, shards, interruptions ---------------------------------------------------------------
for study in loss fixed; do
    run $study.study.yaml -j 1 -o $study-1 || fail "$study: -j 1"
    run $study.study.yaml -j 5 -o $study-5 || fail "$study: -j 5"
    same "$study: -j 1 and -j 5" $study-1 $study-5
    for i in 1 2 3; do
        run $study.study.yaml --shard $i/3 -j 2 -o $study-shard-$i || fail "$study: shard $i"
    done
    "$program" merge $study-shard-* -o $study-merged -q || fail "$study: merge"
    same "$study: shards" $study-1 $study-merged
done
[[ $(wc -l <loss-1/results.csv) -gt 61 && $(wc -l <loss-1/results.csv) -lt 361 ]] ||
    fail 'the stopping rule stops between min and max' "$(wc -l loss-1/results.csv)"
"$program" merge fixed-shard-1 fixed-shard-2 -o partly -q 2>said.txt
is 'a merge without all shards exits 5' 5 $?
says 'a merge without all shards' 'runs are missing' said.txt
"$program" merge fixed-shard-1 loss-shard-2 -o mixed -q 2>said.txt
is 'shards of different studies exit 2' 2 $?
says 'shards of different studies' 'are of different studies' said.txt

cp -r fixed-shard-1 differs
python3 - differs/results.sqlite <<'PYTHON' || fail 'the store could not be changed'
import sqlite3, struct, sys
M = (1 << 64) - 1
def mix(x):
    x ^= x >> 30; x = x * 0xBF58476D1CE4E5B9 & M
    x ^= x >> 27; x = x * 0x94D049BB133111EB & M
    return x ^ x >> 31
def hash_text(b):
    h = 0xCBF29CE484222325
    for c in b: h = (h ^ c) * 0x100000001B3 & M
    return mix(h)
def combine(a, b): return mix(a * 0x9E3779B97F4A7C15 + mix(b + 0x9E3779B97F4A7C15 & M) & M)
db = sqlite3.connect(sys.argv[1])
key, seed, record = db.execute('select key, seed, record from kept_runs limit 1').fetchone()
record = bytes([record[0], record[1], record[2] ^ 1]) + record[3:]
total = combine(combine(key & M, seed & M), hash_text(record))
total = struct.unpack('<q', struct.pack('<Q', total))[0]
db.execute('update kept_runs set record = ?, sum = ? where key = ? and seed = ?',
           (record, total, key, seed))
db.commit()
PYTHON
"$program" merge fixed-shard-1 differs -o both -q 2>said.txt
is 'overlaps that differ exit 3' 3 $?
says 'overlaps that differ' 'with different results' said.txt

# Nothing below depends on how fast this machine or this build is: a study that cannot be over is
# interrupted when it has shown that runs were done.
sed 's/^repeat:.*/repeat: 1000000/' loss.study.yaml >long.study.yaml
wait_for() {  # wait_for COMMAND...: at most two minutes, and no longer than the last background job
    local end=$((SECONDS + 120))
    until "$@"; do
        [[ $SECONDS -lt $end ]] && kill -0 $! 2>/dev/null || return 1
        sleep 0.02
    done
}
has_runs() {  # has_runs DIR
    [[ -s $1/results.sqlite ]] && python3 - "$1/results.sqlite" <<'PYTHON' 2>/dev/null
import sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
sys.exit(0 if db.execute('select 1 from kept_runs limit 1').fetchone() else 1)
PYTHON
}
is_locked() {  # is_locked DIR: some process writes there; asked without taking the lock
    [[ -e $1/.lock ]] && python3 - "$1/.lock" <<'PYTHON'
import fcntl, struct, sys
asked = struct.pack('hhqqi', fcntl.F_WRLCK, 0, 0, 0, 0)
with open(sys.argv[1], 'r+') as file:
    found = struct.unpack('hhqqi', fcntl.fcntl(file, fcntl.F_GETLK, asked))
sys.exit(1 if found[0] == fcntl.F_UNLCK else 0)
PYTHON
}
"$program" sweep long.study.yaml -j 2 -o long -q 2>said.txt &
wait_for has_runs long || fail 'a long study: no run is done' "$(cat said.txt)"
kill -INT $!
wait $!
is 'Ctrl-C exits 130' 130 $?
says 'Ctrl-C' 'go on with: seedwire sweep long.study.yaml --resume -o long' said.txt
"$program" query long 'select count(*) > 0 as some from runs' --format csv >said.txt
is 'what was done before Ctrl-C is kept' 'some 1' "$(tr '\n' ' ' <said.txt | sed 's/ $//')"

# --- kill -9 --------------------------------------------------------------------------------------
# The program is killed at random moments, again and again; its workers end by themselves. The moments
# lie within twice the time that the whole study takes here, shared out over all kills.
sed 's/^repeat:.*/repeat: 120/' loss.study.yaml >killed.study.yaml
begin=$(date +%s%N)
run killed.study.yaml -j 2 -o undisturbed || fail 'undisturbed'
span=$((($(date +%s%N) - begin) / 500000 / kills + 40))  # ms
RANDOM=7
for ((round = 0; round < kills; round++)); do
    "$program" sweep killed.study.yaml -j 2 --resume -o killed -q 2>>said.txt &
    pause=$((RANDOM % span))
    sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
    kill -9 $! 2>/dev/null
    wait $! 2>/dev/null
done
run killed.study.yaml -j 2 --resume -o killed || fail 'resume after kill -9'
same "$kills times kill -9" undisturbed killed
orphans=0
has_worker() { worker=$(pgrep -P $sweep | head -n 1); [[ -n $worker ]]; }
for ((round = 0; round < 3; round++)); do  # a worker alone
    rm -rf orphan
    "$program" sweep killed.study.yaml -j 2 -o orphan -q &
    sweep=$!
    wait_for has_worker && kill -9 "$worker" 2>/dev/null && orphans=$((orphans + 1))
    wait $sweep || fail 'a killed worker'
    same 'a killed worker' undisturbed orphan
done
[[ $orphans -gt 0 ]] || fail 'no worker could be killed'

# --- a beginning that is found --------------------------------------------------------------------
cat >settles.study.yaml <<'YAML'
version: 1
study: the beginning is found
base:
  version: 1
  hosts: [a, b]
  stop: 10 s
  links: [{name: line, between: [a, b], rate: 10 Mbit/s, delay: 20 ms, queue: 200 packets}]
  flows: {load: {app: bulk, from: a, to: b, stop: 10 s}}
vary: {line.delay: [10 ms, 60 ms]}
repeat: 3
warmup: {settles: line.up.bytes, every: 50 ms}
collect: [load.goodput, line.up.utilisation]
YAML
run settles.study.yaml -o settles || fail 'a warm-up that is found'
found=$(sed -n 's/^| warm-up | \(.*s\) of each run.*MSER-5 |$/\1/p' settles/summary.md)
[[ -n $found && $found != '0 s' ]] || fail 'a warm-up that is found is said' "$(cat settles/summary.md)"
sed "s/^warmup:.*/warmup: $found/" settles.study.yaml >given.study.yaml
run given.study.yaml -o given || fail 'a warm-up that is given'
for file in results.csv plot-1.svg; do
    cmp settles/$file given/$file >said.txt && pass || fail "a warm-up found and given: $file" "$(cat said.txt)"
done
sed 's/every: 50 ms/every: 1 s/' settles.study.yaml >few.study.yaml
run few.study.yaml -o few 2>said.txt
is 'a warm-up that cannot be found exits 2' 2 $?
says 'a warm-up that cannot be found' '10 values are too few' said.txt

# --- a study that grows, a scenario that changes --------------------------------------------------
sed 's/8 %/4 %, 8 %/' fixed.study.yaml >grown.study.yaml
cp -r fixed-1 grown
run grown.study.yaml --resume -o grown || fail 'a grown study'
run grown.study.yaml -o grown-anew || fail 'the grown study anew'
same 'a grown study' grown-anew grown
sed -i 's/10 ms/12 ms/' base.yaml
run fixed.study.yaml --resume -o fixed-1 || fail 'a changed scenario'
run fixed.study.yaml -o fixed-changed || fail 'the changed scenario anew'
same 'a changed scenario never mixes' fixed-changed fixed-1
sed -i 's/12 ms/10 ms/' base.yaml

# --- limits -----------------------------------------------------------------------------------------
{ cat fixed.study.yaml; echo 'limits: {events: 20}'; } >limited.study.yaml
run limited.study.yaml -o limited 2>said.txt
is 'a limit that is reached exits 5' 5 $?
says 'a limit' 'failed: event limit reached' said.txt
says 'a limit' "seedwire run base.yaml --seed 1 --set 'loss=0.5 %' --set 'hosts.*.tcp.congestion=reno'" said.txt
eval "$(grep -m 1 'seedwire run' said.txt | sed "s|seedwire|'$program'|; s|\$| -q|")" ||
    fail 'the command that repeats a failed run'

awk '/^base:/ {print "base:"; while ((getline line < "base.yaml") > 0) print "  " line; next} {print}' \
    limited.study.yaml >inline.study.yaml
run inline.study.yaml -o inline 2>said.txt
is 'a limit within one file exits 5' 5 $?
(cd inline && eval "$(grep -m 1 'seedwire run' ../said.txt | sed "s|seedwire|'$program'|; s|\$| -q|")") ||
    fail 'the command that repeats a failed run of a scenario within the study' "$(cat said.txt)"

# --- what cannot be written, what is damaged --------------------------------------------------------
run fixed.study.yaml -o fixed-5 2>said.txt
is 'an existing folder exits 2' 2 $?
says 'an existing folder' 'holds results already; --resume goes on with them' said.txt
run fixed.study.yaml -o base.yaml/results 2>said.txt
is 'a folder that cannot be made exits 2' 2 $?
says 'a folder that cannot be made' 'base.yaml/results' said.txt
(ulimit -f 64; trap '' XFSZ; timeout 300 "$program" sweep long.study.yaml -j 2 -o full -q 2>said.txt)
is 'a full disk exits 5' 5 $?
grep -qE 'disk is full|cannot be written|too large' said.txt || fail 'a full disk' "$(cat said.txt)"
(ulimit -f 64; trap '' XFSZ; run fixed.study.yaml --resume -o fixed-5 2>said.txt)
run fixed.study.yaml --resume -o fixed-5 || fail 'resume after a full disk'
same 'nothing is lost on a full disk' fixed-merged fixed-5
run loss.study.yaml -o damaged || fail 'damaged: before'
cp damaged/results.sqlite whole.sqlite
dd if=/dev/urandom of=damaged/results.sqlite bs=1 seek=8192 count=20000 conv=notrunc 2>dd.txt
run loss.study.yaml --resume -o damaged 2>said.txt
[[ $? -eq 2 || $? -eq 5 ]] || fail 'a damaged file'
says 'a damaged file' 'the file is damaged' said.txt
head -c 5000 whole.sqlite >damaged/results.sqlite
run loss.study.yaml --resume -o damaged 2>said.txt && fail 'a file that is cut off'
says 'a file that is cut off' 'the file is damaged' said.txt
echo 'no database at all, but long enough to look at' >damaged/results.sqlite
"$program" table damaged 2>said.txt && fail 'no database'
says 'no database' 'the file is damaged' said.txt
"$program" sweep long.study.yaml -j 2 -o long --resume -q 2>/dev/null &
wait_for is_locked long || fail 'two at once: the first one does not write'
timeout 60 "$program" sweep long.study.yaml --resume -o long -q 2>said.txt
is 'two at once exit 2' 2 $?
says 'two at once' 'another seedwire is writing there' said.txt
kill -9 %% 2>/dev/null
wait 2>/dev/null

echo "sweep: $passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
