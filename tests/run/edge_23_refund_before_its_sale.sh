#!/bin/sh
# Edge 23: a refund that arrives before its sale waits for it, takes nothing by itself, and is
# applied when the sale is here.
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
  event p0 purchase ann 2024-03-01T08:00:00+08:00 '"amount":"5.00"'
  event r1 return ann 2024-03-02T10:00:00+08:00 '"of":"e1","amount":"20.00"'
} >refund.jsonl
cat >sale.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"100.00"}
R
run "init" 0 init l.ledger rules.notch
"$NOTCH" apply l.ledger refund.jsonl --json >out 2>err
same "applied" 1 "$(member_of applied <out)"
same "waiting" 1 "$(member_of waiting <out)"
same "refused" 0 "$(member_of refused <out)"
same "nothing was taken" 5 "$(available l.ledger ann)"
same "no debt" 0 "$(points l.ledger ann star debt)"
run "the sale arrives" 0 apply l.ledger sale.jsonl --json
# 5 + 100 - 20
same "sale and refund both count" 85 "$(available l.ledger ann)"
"$NOTCH" apply l.ledger refund.jsonl --json >out 2>err
same "the refund is known now" 2 "$(member_of known <out)"
same "and counts once" 85 "$(available l.ledger ann)"
stands l.ledger
finish
