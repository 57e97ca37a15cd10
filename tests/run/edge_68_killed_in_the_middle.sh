#!/bin/sh
# Edge 68: a process that is killed while it writes leaves a ledger that opens; the same file
# applied again ends as if nothing had happened.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
awk 'BEGIN {
  for (i = 1; i <= 20000; i++)
    printf "{\"id\":\"e-%d\",\"type\":\"purchase\"," \
      "\"member\":\"m%d\",\"at\":\"2024-03-%02dT10:00:00+08:00\",\"amount\":\"%d.00\"}\n",
      i, i % 501, 1 + int(i / 800), 1 + i % 90
}' >events.jsonl
run "init" 0 init whole.ledger rules.notch
run "without interruption" 0 apply whole.ledger events.jsonl
"$NOTCH" balance whole.ledger --at 2024-05-01T00:00:00Z --json >whole 2>/dev/null
run "init" 0 init l.ledger rules.notch
round=1
while [ $round -le 4 ]; do
  "$NOTCH" apply l.ledger events.jsonl >/dev/null 2>&1 &
  victim=$!
  # a fraction of a second that differs from round to round
  i=0
  while [ $i -lt $((round * 4)) ]; do
    "$NOTCH" help >/dev/null 2>&1
    i=$((i + 1))
  done
  kill -9 $victim 2>/dev/null
  wait $victim 2>/dev/null
  stands l.ledger "round $round"
  round=$((round + 1))
done
run "the same file again" 0 apply l.ledger events.jsonl --json
same "every line has its answer" 20000 \
  "$(total $(member_of applied <out) $(member_of known <out))"
"$NOTCH" balance l.ledger --at 2024-05-01T00:00:00Z --json >again 2>/dev/null
same "the same totals" "$(cat whole)" "$(cat again)"
same "the same member" "$(available whole.ledger m77)" "$(available l.ledger m77)"
stands l.ledger
finish
