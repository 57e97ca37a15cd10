#!/bin/sh
# bench.sh -- `notch apply` and `notch replay` on workload W beside the same by hand, in one run;
# then what a till waits, what the tree of hashes costs, what a ledger and a member take.
# EVENTS (1,000,000), MEMBERS (a tenth), WORKLOAD (w, or w2 for notch alone), TURNS (7) of replay.
# usage: bench.sh SOURCE-DIRECTORY BUILD-DIRECTORY
set -eu
source=$1
build=$2
events=${EVENTS:-1000000}
members=${MEMBERS:-$((events / 10))}
workload=${WORKLOAD:-w}
turns=${TURNS:-7}
notch=${NOTCH:-$build/notch}
programs=$build/tests/bench
work=$(mktemp -d "$build/bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

case $workload in
  w) "$programs/gen_w" "$events" "$members" >"$work/events.jsonl" ;;
  w2) "$programs/gen_w" --w2 "$events" "$members" >"$work/events.jsonl" ;;
  *) echo "WORKLOAD is w or w2" >&2; exit 2 ;;
esac

# run OUT COMMAND... : milliseconds on the wall and of processor time, KiB, in $wall $cpu $peak
run() {
  code=0
  figures=$("$programs/measure" "$@") || code=$?
  # shellcheck disable=SC2086
  set -- "$1" $figures
  wall=$2 cpu=$3 peak=$4
  [ "$wall" -gt 0 ] || wall=1
  [ "$cpu" -gt 0 ] || cpu=1
}

report() {
  printf '%-34s %8d.%03d s %10d events/s %8d.%03d s of processor\n' "$1" \
    $((wall / 1000)) $((wall % 1000)) $((events * 1000 / wall)) $((cpu / 1000)) $((cpu % 1000))
}

# ratio TEXT THEIRS OURS : how many times as fast ours is, in hundredths
ratio() {
  printf '%-34s %d.%02d\n' "$1" $(($2 / $3)) $(($2 * 100 / $3 % 100))
}

fail() {
  echo "bench: $1" >&2
  exit 1
}

# Parsing and checking a megabyte of rules, the start of the process included.
check_rules() {
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
  run "$work/checked" "$notch" check "$work/rules.notch" 2>"$work/warnings"
  [ "$code" = 0 ] || fail "the rules do not pass: $(head -n 5 "$work/warnings")"
  echo "checking 1 MB of rules: $wall ms"
}

apply() {
  if [ "$workload" = w ]; then
    run "$work/baseline" "$programs/baseline" "$work/baseline.db" "$work/events.jsonl"
    [ "$code" = 0 ] || fail "the baseline failed"
    baseline_wall=$wall baseline_cpu=$cpu
    report "by hand (C and SQLite)"
  fi
  "$notch" init "$work/ledger" "$source/tests/bench/$workload.notch" >/dev/null
  run "$work/applied" "$notch" apply "$work/ledger" "$work/events.jsonl" --json
  case $code in
    0|3) ;;
    *) cat "$work/applied"; fail "notch apply failed with code $code" ;;
  esac
  report "notch apply"
  apply_cpu=$cpu
  cat "$work/applied"
  size=$(wc -c <"$work/ledger")
  echo "$((size / events)) bytes an event in the ledger"
  [ "$workload" = w ] || return 0
  ratio "apply by hand / notch apply" $baseline_wall $wall
  ratio "the same in processor time" $baseline_cpu $cpu
  # Speed counts only if the sums are the same.
  want=$(sed 's/.*issued \([0-9]*\) .*/\1/' "$work/baseline")
  got=$("$notch" balance "$work/ledger" --at 2024-12-31T23:59:59+08:00 --json |
    sed -n 's/.*"issued" *: *"\([0-9]*\)".*/\1/p')
  [ "$want" = "$got" ] || fail "by hand $want stars were issued, by notch $got"
  echo "both issued $want stars"
}

# turn NAME COMMAND... : one more run, whose figures go to the others of that name.
turn() {
  name=$1
  shift
  run "$work/replayed" "$@"
  [ "$code" = 0 ] || fail "$name: there are differences: $(cat "$work/replayed")"
  echo "$wall $cpu" >>"$work/turns.$name"
}

median() {
  sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

# medians NAME : of its turns, in $wall and $cpu
medians() {
  wall=$(cut -d ' ' -f 1 "$work/turns.$1" | median)
  cpu=$(cut -d ' ' -f 2 "$work/turns.$1" | median)
}

# Medians of runs in turn: the first of each meets memory that nobody has used yet, and how fast a
# host is changes from one second to the next.  Per core means per second of processor time, which
# other programs disturb least.
replay() {
  for _ in $(seq "$turns"); do
    if [ "$workload" = w ]; then
      turn plain "$programs/replay_baseline" --plain "$work/baseline.db"
      turn ledger "$programs/replay_baseline" --ledger "$work/ledger"
    fi
    turn one "$notch" replay "$work/ledger" --threads 1
    turn two "$notch" replay "$work/ledger" --threads 2
  done
  echo "replay: medians of $turns runs in turn"
  if [ "$workload" = w ]; then
    medians plain
    report "replay by hand, plain columns"
    plain_cpu=$cpu
    medians ledger
    report "replay by hand, notch's ledger"
    ledger_cpu=$cpu
  fi
  medians one
  report "notch replay, one core"
  one_wall=$wall one_cpu=$cpu
  medians two
  report "notch replay, two cores"
  if [ "$workload" = w ]; then
    ratio "by hand, plain / notch, a core" $plain_cpu $one_cpu
    ratio "by hand, ledger / notch, a core" $ledger_cpu $one_cpu
  fi
  ratio "gain on two cores" $one_wall $wall
}

# A bulk writer gives way between its commits: a till beside it is to wait 100 ms at most.
till() {
  "$notch" init "$work/shared" "$source/tests/bench/w.notch" >/dev/null
  "$programs/till_bench" beside "$work/shared" "$work/stop" >"$work/waits" &
  "$notch" apply "$work/shared" "$work/events.jsonl" >"$work/applied"
  : >"$work/stop"
  wait $! || fail "the till failed"
  echo "a till beside notch apply: $(cat "$work/waits")"
  for mode in '' --rollback; do
    # shellcheck disable=SC2086
    "$notch" init $mode "$work/alone$mode" "$source/tests/bench/w.notch" >/dev/null
    "$programs/till_bench" alone "$work/alone$mode" "$work/bare$mode" 2000
  done
}

hashes() {
  hashing=$("$programs/hash_bench" "$work/ledger")
  echo "the tree of hashes: $hashing ms, $((hashing * 100 / apply_cpu)) % of notch apply"
}

# Of two imports of the same length the one of more members takes more memory: that is theirs.
memory() {
  few=$((members / 10 + 1))
  "$programs/gen_w" "$events" "$few" >"$work/few.jsonl"
  "$notch" init "$work/few" "$source/tests/bench/w.notch" >/dev/null
  run "$work/applied" "$notch" apply "$work/few" "$work/few.jsonl"
  few_peak=$peak
  "$notch" init "$work/many" "$source/tests/bench/w.notch" >/dev/null
  run "$work/applied" "$notch" apply "$work/many" "$work/events.jsonl"
  echo "memory: $peak KiB with $members members, $few_peak KiB with $few;" \
    "$(((peak - few_peak) * 1024 / (members - few))) bytes a member in the cache"
}

check_rules
apply
replay
hashes
[ "$workload" = w ] || exit 0
till
memory
