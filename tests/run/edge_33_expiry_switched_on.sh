#!/bin/sh
# Edge 33: expiry after 12 months without a purchase, switched on today, lets nothing expire
# before today + 12 months.
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
awk '{print} /^points star$/ {print "  expire after 12 months without purchase"}' v1.notch >v2.notch
cat >events.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2020-03-01T10:00:00+08:00","amount":"100.00"}
R
year=$(date -u +%Y)
month=$(date -u +%m)
run "init" 0 init l.ledger v1.notch
run "apply" 0 apply l.ledger events.jsonl
run "publish" 0 publish l.ledger v2.notch
same "nothing expires today" 100 "$(available l.ledger ann)"
# the first of this month, next year, is not yet 12 months away
same "nor in less than 12 months" 100 \
  "$(available l.ledger ann "$((year + 1))-$month-01T00:00:00Z")"
same "but after 12 months" 0 "$(available l.ledger ann "$((year + 2))-01-15T00:00:00Z")"
run "replay" 0 replay l.ledger
finish
