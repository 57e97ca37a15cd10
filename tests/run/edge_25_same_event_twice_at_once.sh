#!/bin/sh
# Edge 25: the same events sent by two processes at once are entered once, and both get the same
# answer.
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
i=1
while [ $i -le 200 ]; do
  echo "{\"id\":\"e$i\",\"type\":\"purchase\"," \
      "\"member\":\"m$((i % 7))\",\"at\":\"2024-03-01T10:00:00+08:00\",\"amount\":\"10.00\"}"
  i=$((i + 1))
done >events.jsonl
run "init" 0 init l.ledger rules.notch
"$NOTCH" apply l.ledger events.jsonl --json >out1 2>err1 &
one=$!
"$NOTCH" apply l.ledger events.jsonl --json >out2 2>err2 &
two=$!
wait $one
same "the first process" 0 $?
wait $two
same "the second process" 0 $?
a1=$(member_of applied <out1)
a2=$(member_of applied <out2)
k1=$(member_of known <out1)
k2=$(member_of known <out2)
same "each was applied once" 200 "$(total "$a1" "$a2")"
same "and known to the other" 200 "$(total "$k1" "$k2")"
"$NOTCH" balance l.ledger --json 2>/dev/null | tr -d ' \n' >out
# 200 * 10
same "issued" 2000 "$(sed -n 's/.*"issued":"\([^"]*\)".*/\1/p' out)"
stands l.ledger
finish
