#!/bin/sh
# Edge 75: two processes that both want the last 500 points of a budget never exceed it.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule campaign
  on purchase
  earn 1 star per 1.00 CNY of amount
  limit 1_000_000 star in total from 2024-03-01 to 2024-03-31
R
cat >first.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"999500.00"}
R
for who in bob cat; do
  cat >$who.jsonl <<R
{"id":"$who","type":"purchase","member":"$who","at":"2024-03-02T10:00:00+08:00","amount":"500.00"}
R
done
round=1
while [ $round -le 5 ]; do
  rm -f l.ledger l.ledger-* l.ledger.*
  "$NOTCH" init l.ledger rules.notch >/dev/null 2>&1
  "$NOTCH" apply l.ledger first.jsonl >/dev/null 2>&1
  "$NOTCH" apply l.ledger bob.jsonl >out1 2>err1 &
  one=$!
  "$NOTCH" apply l.ledger cat.jsonl >out2 2>err2 &
  two=$!
  wait $one
  same "round $round: bob" 0 $?
  wait $two
  same "round $round: cat" 0 $?
  b=$(available l.ledger bob)
  c=$(available l.ledger cat)
  # 1000000 - 999500
  same "round $round: 500 together" 500 "$(total "$b" "$c")"
  round=$((round + 1))
done
stands l.ledger
finish
