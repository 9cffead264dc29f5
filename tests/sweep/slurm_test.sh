#!/usr/bin/env bash
# A study as an array job of Slurm, on a cluster of one node of its own: own key, sockets and ports on
# the loopback, no systemd, no accounting. One task is killed and put back into the queue; the merged
# results are those of a local run, byte for byte. Needs root, slurm-wlm and munge; with --install it
# installs them, without it is skipped (77) where they are not.
# usage: tests/sweep/slurm_test.sh PROGRAM [--install]
set -uo pipefail
export LC_ALL=C.UTF-8

program=$(realpath -- "${1:?usage: $0 PROGRAM [--install]}")
skip() {
    echo "SKIPPED: no study ran under Slurm: $*"
    exit 77
}
[[ $EUID -eq 0 ]] || skip 'it needs root'
if [[ ${2:-} == --install ]] && ! command -v slurmctld munged >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends slurm-wlm munge \
        </dev/null >/dev/null 2>&1 || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --no-install-recommends slurm-wlm munge </dev/null >/dev/null; } 2>&1
fi
for tool in slurmctld slurmd munged sbatch; do
    command -v $tool >/dev/null || skip "there is no $tool (apt-get install slurm-wlm munge)"
done

D=$(mktemp -d)
chmod 755 "$D"
finish() {
    local file
    scancel --full --user root 2>/dev/null
    for file in "$D"/run/slurmd.pid "$D"/run/slurmctld.pid "$D"/munge/munged.pid; do
        [[ ! -s $file ]] || kill "$(cat "$file")" 2>/dev/null
    done
    sleep 0.5
    rm -rf "$D"
}
trap finish EXIT
fail() {
    printf 'FAILED: %s\n' "$*"
    tail -n 20 "$D"/log/*.log "$D"/out/*.out 2>/dev/null
    exit 1
}
wait_for() {  # wait_for SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.2
    done
}

mkdir -p "$D"/{state,spool,log,run,munge,out}
chmod 1777 "$D/run"
chmod 700 "$D/munge"
head -c 1024 /dev/urandom >"$D/munge/munge.key"
chmod 400 "$D/munge/munge.key"
munged --force --key-file="$D/munge/munge.key" --socket="$D/run/munge.sock" \
    --pid-file="$D/munge/munged.pid" --log-file="$D/munge/munged.log" \
    --seed-file="$D/munge/munged.seed" || fail 'munged does not start'
host=$(hostname)
port=$((20000 + $$ % 10000 * 2))  # another one may run beside this
cat >"$D/slurm.conf" <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/run/munge.sock
CryptoType=crypto/munge
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool
SlurmctldPidFile=$D/run/slurmctld.pid
SlurmdPidFile=$D/run/slurmd.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MaxArraySize=10001
MaxJobCount=20000
ReturnToService=2
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_interval=1,sched_min_interval=0,default_queue_depth=1000
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$D/slurm.conf
slurmctld -c -f "$SLURM_CONF" || fail 'slurmctld does not start'
slurmd -f "$SLURM_CONF" || fail 'slurmd does not start'
wait_for 30 sh -c 'sinfo -h -o %T | grep -qx idle' || fail "no idle node: $(sinfo 2>&1)"

cd "$D/out" || exit 2
cat >study.yaml <<'YAML'
version: 1
study: on a cluster
base:
  version: 1
  hosts: [a, b]
  stop: 60 s
  links: [{name: line, between: [a, b], rate: 20 Mbit/s, delay: 10 ms, impair: [{loss: 1 %}]}]
  flows: {load: {app: bulk, from: a, to: b, bytes: 500 kB}}
vary: {line.delay: [5 ms, 10 ms, 20 ms]}
repeat: 120
collect: [load.completion, load.retransmissions]
YAML
"$program" sweep study.yaml -o local -q || fail 'the local run'
"$program" sweep study.yaml --slurm --shards 3 -o cluster >job.sbatch || fail 'no script'
job=$(sbatch --parsable --output="$D/out/task-%a.out" job.sbatch) || fail 'sbatch refuses the script'

# One task is killed while it works, and put back into the queue. Slurm waits two minutes then,
# unless it is told that the time has come.
wait_for 60 test -s cluster/shard-2-of-3/results.sqlite || fail 'the second task does not start'
scontrol requeue "${job}_2" || echo 'the task had ended already: nothing to requeue'
wait_for 30 sh -c "squeue -h -j ${job}_2 -o %T | grep -qx PENDING"
# It knows tasks by the second in which they were started: a task that comes back within the second
# of its end is taken for the one that was killed.
sleep 2
scontrol update JobId="${job}_2" StartTime=now 2>/dev/null
wait_for 240 test -s cluster/summary.md || fail "no merged results: $(squeue 2>&1)"
wait_for 30 sh -c '! squeue -h | grep -q .' || fail "jobs are left: $(squeue 2>&1)"
for file in results.csv summary.md plot-1.svg; do
    cmp "local/$file" "cluster/$file" || fail "$file differs from the local run"
done
restarts=$(scontrol show job "${job}_2" | grep -o 'Restarts=[0-9]*')
echo "slurm: a study of 3 tasks ($restarts of the second) is the same as a local run"
