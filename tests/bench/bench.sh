#!/bin/sh
# bench.sh -- events per second of `notch apply` on workload W, beside the hand-written baseline
# in the same run.  EVENTS (1,000,000), MEMBERS (a tenth), WORKLOAD (w, or w2 for notch alone).
# usage: bench.sh SOURCE-DIRECTORY BUILD-DIRECTORY
set -eu
source=$1
build=$2
events=${EVENTS:-1000000}
members=${MEMBERS:-$((events / 10))}
workload=${WORKLOAD:-w}
notch=${NOTCH:-$build/notch}
work=$(mktemp -d "$build/bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

case $workload in
  w) "$build/tests/bench/gen_w" "$events" "$members" >"$work/events.jsonl" ;;
  w2) "$build/tests/bench/gen_w" --w2 "$events" "$members" >"$work/events.jsonl" ;;
  *) echo "WORKLOAD is w or w2" >&2; exit 2 ;;
esac

# timed OUT COMMAND... : milliseconds on the wall in $elapsed
timed() {
  out=$1
  shift
  start=$(date +%s%3N)
  code=0
  "$@" >"$out" || code=$?
  elapsed=$(($(date +%s%3N) - start))
  [ "$elapsed" -gt 0 ] || elapsed=1
}

report() {
  printf '%-28s %10d events %8d.%03d s %10d events/s\n' "$1" "$events" \
    $((elapsed / 1000)) $((elapsed % 1000)) $((events * 1000 / elapsed))
}

# Parsing and checking a megabyte of rules, the start of the process included.
sed '/^rule base$/,$d' "$source/tests/bench/w.notch" >"$work/rules.notch"
awk 'BEGIN {
  for (i = 1; size < 1000000; i++) {
    rule = sprintf("rule rule_%d \"A rule among many\"\n  on purchase\n" \
      "  when amount >= %d.00 CNY and channel = app and month of today = month of birthday\n" \
      "  earn %d star per 1.00 CNY of amount\n  limit %d star per member per day\n\n",
      i, i % 500, 1 + i % 3, 1 + i % 900)
    printf "%s", rule
    size += length(rule)
  }
}' >>"$work/rules.notch"
timed "$work/checked" "$notch" check "$work/rules.notch"
[ "$code" = 0 ] || head -n 5 "$work/checked"
echo "checking 1 MB of rules: $elapsed ms"

if [ "$workload" = w ]; then
  timed "$work/baseline" "$build/tests/bench/baseline" "$work/baseline.db" "$work/events.jsonl"
  [ "$code" = 0 ] || { echo "the baseline failed" >&2; exit 1; }
  baseline=$elapsed
  report "baseline (C and SQLite)"
fi

"$notch" init "$work/ledger" "$source/tests/bench/$workload.notch" >/dev/null
timed "$work/applied" "$notch" apply "$work/ledger" "$work/events.jsonl" --json
case $code in
  0|3) ;;
  *) cat "$work/applied"; echo "notch apply failed with code $code" >&2; exit 1 ;;
esac
report "notch apply"
size=$(wc -c <"$work/ledger")
echo "$((size / events)) bytes an event in the ledger"
cat "$work/applied"

if [ "$workload" = w ]; then
  ratio=$((baseline * 100 / elapsed))
  printf 'ratio to the baseline: %d.%02d\n' $((ratio / 100)) $((ratio % 100))
  # Speed counts only if the sums are the same.
  want=$(sed 's/.*issued \([0-9]*\) .*/\1/' "$work/baseline")
  got=$("$notch" balance "$work/ledger" --at 2024-12-31T23:59:59+08:00 --json |
    sed -n 's/.*"issued" *: *"\([0-9]*\)".*/\1/p')
  if [ "$want" = "$got" ]; then
    echo "both issued $want stars"
  else
    echo "the baseline issued $want stars, notch $got" >&2
    exit 1
  fi
fi
