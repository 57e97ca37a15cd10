#!/bin/sh
# check_trouble.sh -- a full disk, a busy ledger, a killed process, a lack of permission: one
# sentence, code 1, and the same file applied again ends as if nothing had happened.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99
rules=$top/stdlib-rules/programmes/coffee/coffee.notch
count=${EVENTS:-4000}
awk -v count="$count" 'BEGIN {
  for (i = 1; i <= count; i++)
    printf "{\"id\":\"e-%d\",\"type\":\"purchase\",\"member\":\"m%d\"," \
      "\"at\":\"%d-%02d-%02dT10:00:00+08:00\",\"amount\":\"%d.50\",\"channel\":\"app\"," \
      "\"items\":[]}\n", i, i % 97, 2023 + int(i * 2 / count), 1 + int(i * 24 / count) % 12,
      1 + int(i * 240 / count) % 10, 1 + i * 7 % 90
}' >events.jsonl

# figures LEDGER: what must not depend on how often the work was interrupted
figures() {
  "$notch" balance "$1" --at 2025-06-01T00:00:00Z --json
  "$notch" balance "$1" m7 --at 2025-06-01T00:00:00Z --json
  "$notch" info "$1" --json | tr ',{' '\n\n' | grep -E '"(transactions|members|postings)":'
}
same() { if cmp -s "$1" "$2"; then pass; else fail "$3"; fi; }

expect 0 init whole.ledger "$rules"
expect 0 apply whole.ledger events.jsonl
figures whole.ledger >whole 2>&1
[ "$(grep -c . whole)" -ge 5 ] && pass || fail "not all figures are there: $(cat whole)"

# A limit of file sizes, in blocks of 512 bytes: the disk is full when the log has grown so far.
expect 0 init full.ledger "$rules"
(ulimit -f 300 && "$notch" apply full.ledger events.jsonl >out 2>err)
code=$?
[ "$code" = 1 ] && pass || fail "a full disk: code $code"
says "the disk"
says "nothing of it was stored"
expect 0 verify full.ledger
expect 0 apply full.ledger events.jsonl
figures full.ledger >again 2>&1
same whole again "a full disk in between changes the figures"

# Killed three times, each time a little later.
expect 0 init killed.ledger "$rules"
for pause in 1 2 3; do
  "$notch" apply killed.ledger events.jsonl >/dev/null 2>&1 &
  victim=$!
  while [ "$pause" -gt 0 ]; do
    "$notch" info killed.ledger >/dev/null 2>&1
    pause=$((pause - 1))
  done
  kill -9 $victim 2>/dev/null
  wait $victim 2>/dev/null
  expect 0 verify killed.ledger
done
expect 0 apply killed.ledger events.jsonl
figures killed.ledger >again 2>&1
same whole again "a killed process changes the figures"
expect 0 replay killed.ledger

# Another process is writing: a reader reads, a writer waits a little and says so.
if command -v python3 >/dev/null 2>&1; then
  rm -f held
  python3 -c '
import sqlite3, sys, time
ledger = sqlite3.connect(sys.argv[1], isolation_level=None)
ledger.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
time.sleep(60)' "$work/whole.ledger" "$work/held" &
  holder=$!
  while [ ! -e held ] && kill -0 $holder 2>/dev/null; do sleep 0.1; done
  expect 0 balance whole.ledger m7
  expect 1 advance whole.ledger --to 2026-01-01
  says "another process is using the ledger"
  kill $holder 2>/dev/null
  wait $holder 2>/dev/null
  figures whole.ledger >again 2>&1
  same whole again "a busy ledger was changed"
fi

# Without the permission to write it is read all the same.
chmod 444 killed.ledger
if [ "$(id -u)" != 0 ]; then
  expect 1 apply killed.ledger events.jsonl
  says "cannot be written"
fi
expect 0 balance killed.ledger m7
finish
