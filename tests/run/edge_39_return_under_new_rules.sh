#!/bin/sh
# Edge 39: a refund under a new version takes back what the version of the sale gave, not what the
# new one would.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
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
sed 's/earn 1 star per/earn 3 star per/' v1.notch >v2.notch
cat >sale.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"100.00"}
R
{
  event e2 purchase ann 2024-07-01T10:00:00+08:00 '"amount":"10.00"'
  event r1 return ann 2024-07-02T10:00:00+08:00 '"of":"e1","amount":"40.00"'
} >later.jsonl
cat >last.jsonl <<'R'
{"id":"r2","type":"return","member":"ann","at":"2024-07-03T10:00:00+08:00","of":"e1"}
R
run "init" 0 init l.ledger v1.notch
run "the sale" 0 apply l.ledger sale.jsonl
same "one star a yuan" 100 "$(available l.ledger ann)"
run "publish" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00+08:00
run "a sale and a refund under the new version" 0 apply l.ledger later.jsonl
# 100 + 30 - 40
same "the refund took 40" 90 "$(available l.ledger ann)"
run "the rest of it" 0 apply l.ledger last.jsonl
same "the refund took 60" 30 "$(available l.ledger ann)"
run "replay" 0 replay l.ledger
finish
