#!/usr/bin/env bash
# Wall time of a whole `gcp-drift check` on the staging fixture from a snapshot, release build: the median of 20 runs.
# The reference is the median of `gcp-drift --version` in the same session: what starting a process costs on this
# machine today. The ratio of the two can be compared between machines; the limit is for the whole.
set -euo pipefail
shopt -s inherit_errexit # a failed run must fail the whole, also inside $(...)
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=20
warm_up=3
limit_ms=100
fixture=terraform-fixtures/staging

if [ -z "${EPOCHREALTIME:-}" ]; then
  echo "check_wall_time: bash 5 or later is needed for its clock" >&2
  exit 1
fi

binary=$(cargo build --release --locked --message-format=json-render-diagnostics |
  sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
if [ ! -x "$binary" ]; then
  echo "check_wall_time: cargo named no executable" >&2
  exit 1
fi
cd "$fixture"

# once EXPECTED_CODE COMMAND...: its wall time in microseconds.
once() {
  local expected=$1 start end code=0
  shift
  start=${EPOCHREALTIME/[.,]/}
  "$@" >/dev/null 2>&1 || code=$?
  end=${EPOCHREALTIME/[.,]/}
  if [ "$code" -ne "$expected" ]; then
    echo "check_wall_time: exit code $code where $expected was expected: $*" >&2
    return 1
  fi
  echo $((end - start))
}

# measure EXPECTED_CODE COMMAND...: "median min max" in microseconds.
measure() {
  local times=() i time
  for ((i = 0; i < warm_up; i++)); do once "$@" >/dev/null; done
  for ((i = 0; i < runs; i++)); do
    time=$(once "$@")
    times+=("$time")
  done
  printf '%s\n' "${times[@]}" | sort -n |
    awk '{ t[NR] = $1 } END { m = NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2; print int(m), t[1], t[NR] }'
}

ms() { awk -v us="$1" 'BEGIN { printf "%.1f", us / 1000 }'; }

reference=$(measure 0 "$binary" --version)
check=$(measure 2 "$binary" check --live snapshot:live/state.json)
read -r reference_median reference_min reference_max <<<"$reference"
read -r check_median check_min check_max <<<"$check"

echo "reference  gcp-drift --version                             median $(ms "$reference_median") ms  (min $(ms "$reference_min"), max $(ms "$reference_max"))"
echo "measured   gcp-drift check --live snapshot:live/state.json median $(ms "$check_median") ms  (min $(ms "$check_min"), max $(ms "$check_max"))"
awk -v c="$check_median" -v r="$reference_median" -v n="$runs" 'BEGIN { printf "ratio      %.1f (medians of %d runs)\n", c / (r ? r : 1), n }'
if [ "$check_median" -le $((limit_ms * 1000)) ]; then
  echo "pass       at most $limit_ms ms"
else
  echo "FAIL       more than $limit_ms ms"
  exit 1
fi
