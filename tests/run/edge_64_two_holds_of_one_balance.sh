#!/bin/sh
# Edge 64: of two processes that each hold 80 of 100 points exactly one succeeds.
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
cat >sale.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"100.00"}
R
for n in 1 2; do
  {
    event "hold-$n" hold ann 2024-03-02T10:00:00+08:00 \
      '"hold":"h-'"$n"'","points":{"star":"80"},"until":"2024-03-03T10:00:00+08:00"'
  } >hold$n.jsonl
done
round=1
while [ $round -le 5 ]; do
  rm -f l.ledger l.ledger-* l.ledger.*
  "$NOTCH" init l.ledger rules.notch >/dev/null 2>&1
  "$NOTCH" apply l.ledger sale.jsonl >/dev/null 2>&1
  "$NOTCH" apply l.ledger hold1.jsonl --json >out1 2>err1 &
  one=$!
  "$NOTCH" apply l.ledger hold2.jsonl --json >out2 2>err2 &
  two=$!
  wait $one
  c1=$?
  wait $two
  c2=$?
  # one is done (0), one was refused (3)
  same "round $round: exit codes" 3 "$(total "$c1" "$c2")"
  same "round $round: one was applied" 1 \
    "$(total $(member_of applied <out1) $(member_of applied <out2))"
  same "round $round: one was refused" 1 \
    "$(total $(member_of refused <out1) $(member_of refused <out2))"
  same "round $round: the reason" 1 \
    "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c not_enough_points)"
  same "round $round: 20 are free" 20 "$(available l.ledger ann 2024-03-02T12:00:00+08:00)"
  same "round $round: 80 are held" 80 "$(points l.ledger ann star held 2024-03-02T12:00:00+08:00)"
  round=$((round + 1))
done
stands l.ledger
finish
