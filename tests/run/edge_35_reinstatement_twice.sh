#!/bin/sh
# Edge 35: expired points are given back by one adjustment each; running the same file twice gives
# them back once.
. "$(dirname "$0")/edge_lib"

cat >plain.notch <<'R'
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
awk '{print} /^points star$/ {print "  expire 1 month after earning"}' plain.notch >rules.notch
cat >events.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"100.00"}
{"id":"e2","type":"purchase","member":"bob","at":"2024-03-01T10:00:00+08:00","amount":"70.00"}
R
{
  event restore-e1 adjust ann 2024-08-01T10:00:00+08:00 \
    '"points":{"star":"100"},"reason":"expired by mistake","by":"desk"'
  event restore-e2 adjust bob 2024-08-01T10:00:00+08:00 \
    '"points":{"star":"70"},"reason":"expired by mistake","by":"desk"'
} >restore.jsonl
then=2024-08-02T00:00:00+08:00
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger events.jsonl
run "let them expire" 0 advance l.ledger --to 2024-07-10T00:00:00+08:00
same "ann's are gone" 0 "$(available l.ledger ann 2024-07-10T00:00:00+08:00)"
run "give them back" 0 apply l.ledger restore.jsonl --json
same "applied" 2 "$(member_of applied <out)"
same "ann's are back" 100 "$(available l.ledger ann $then)"
same "bob's are back" 70 "$(available l.ledger bob $then)"
run "once more" 0 apply l.ledger restore.jsonl --json
same "known" 2 "$(member_of known <out)"
same "ann's came back once" 100 "$(available l.ledger ann $then)"
same "bob's came back once" 70 "$(available l.ledger bob $then)"
stands l.ledger
finish
