#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scores a feature file in N shards with GNU parallel, and merges them.
#
#   bash gnu-parallel.sh FEATURES MODEL OUTPUT.h5 N [OPTION OF score]...
#   JOBS=4 THREADS=2 bash gnu-parallel.sh new.h5 plugin.marnet all.h5 10 --embedding
#   HOSTS=node1,node2 bash gnu-parallel.sh /shared/new.h5 /shared/plugin.marnet /shared/all.h5 10
#
#   JOBS           shards at once, on each host (processors / THREADS)
#   THREADS        of one shard (1)
#   MEMORY         of one shard (1G)
#   TRIES          of a shard that fails (3)
#   HOSTS          hosts for ssh, separated by commas (this machine); all see the same files
#   MARNET_PLUGIN  the executable (marnet-plugin)
#
# Shards that are there already are skipped: after a failure the same command goes on.
set -euo pipefail

usage() { sed -n '3,/^set/ { /^# \{0,1\}/ { s///; p; }; }' "$0"; }
case ${1-} in -h | --help) usage; exit 0 ;; esac
if [ $# -lt 4 ] || ! [[ $4 =~ ^[0-9]+$ ]] || [ "$4" -lt 2 ]; then
  usage >&2
  exit 64
fi
features=$1 model=$2 output=$3 shards=$4
shift 4
tool=${MARNET_PLUGIN:-marnet-plugin}
threads=${THREADS:-1}
jobs=${JOBS:-$(($(nproc) / threads))}
[ "$jobs" -ge 1 ] || jobs=1
score=("$tool" score "$features" --model "$model" --output "$output" --threads "$threads"
  --memory "${MEMORY:-1G}" --resume)

# The whole output is there: says so, or that it holds other scores (exit 73).
if [ -e "$output" ]; then exec "${score[@]}" --shards 1 "$@"; fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
hosts=()
if [ -n "${HOSTS-}" ]; then hosts=(--sshlogin "$HOSTS" --workdir "$PWD" --env HDF5_USE_FILE_LOCKING); fi
# Interrupted runs get time to note what they have (exit 75). The log, not parallel's status, says
# which shards failed.
seq 0 $((shards - 1)) | parallel --quote --jobs "$jobs" "${hosts[@]}" --retries "${TRIES:-3}" \
  --tagstring 'shard {}:' --joblog "$log" --termseq TERM,10000,KILL,25 \
  "${score[@]}" --shards "$shards" --shard {} "$@" || true

# Columns: number, host, start, seconds, bytes sent, received, exit status, signal, command.
failed=$(awk -F'\t' 'NR > 1 { status[$1 - 1] = $8 ? 128 + $8 : $7 }
  END { for (i in status) if (status[i]) print i, status[i] }' "$log" | sort -n)
done=$(awk 'NR > 1 { print $1 }' "$log" | sort -u | wc -l)
if [ -n "$failed" ]; then
  while read -r shard status; do
    echo "shard $shard of $shards failed with exit status $status" >&2
  done <<<"$failed"
  echo "Nothing is merged. The same command goes on: shards that are there are skipped." >&2
  read -r _ status <<<"$failed"
  exit "$status"
fi
if [ "$done" != "$shards" ]; then
  echo "GNU parallel ran $done of $shards shards. Nothing is merged." >&2
  exit 75
fi
"$tool" merge "${output%.*}.shard-*-of-$(printf %04d "$shards").${output##*.}" --output "$output"
