#!/bin/sh
# Edge 67: of a capture and a release sent by two processes at once one decides and the other is
# told that the hold is closed.
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
{
  event e1 purchase ann 2024-03-01T10:00:00+08:00 '"amount":"100.00"'
  event hold hold ann 2024-03-02T10:00:00+08:00 \
    '"hold":"h-1","points":{"star":"80"},"until":"2024-03-03T10:00:00+08:00"'
} >before.jsonl
{
  event capture capture ann 2024-03-02T11:00:00+08:00 '"hold":"h-1","points":"80"'
} >capture.jsonl
cat >release.jsonl <<'R'
{"id":"release","type":"release","member":"ann","at":"2024-03-02T11:00:00+08:00","hold":"h-1"}
R
round=1
while [ $round -le 5 ]; do
  rm -f l.ledger l.ledger-* l.ledger.*
  "$NOTCH" init l.ledger rules.notch >/dev/null 2>&1
  "$NOTCH" apply l.ledger before.jsonl >/dev/null 2>&1
  "$NOTCH" apply l.ledger capture.jsonl --json >out1 2>err1 &
  one=$!
  "$NOTCH" apply l.ledger release.jsonl --json >out2 2>err2 &
  two=$!
  wait $one
  c1=$?
  wait $two
  c2=$?
  same "round $round: exit codes" 3 "$(total "$c1" "$c2")"
  same "round $round: the reason" 1 \
    "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c hold_closed)"
  # captured: 20 are left; released: 100
  if [ "$c1" = 0 ]; then left=20; else left=100; fi
  same "round $round: what is left" $left "$(available l.ledger ann)"
  same "round $round: nothing is held" 0 "$(points l.ledger ann star held)"
  round=$((round + 1))
done
stands l.ledger
finish
