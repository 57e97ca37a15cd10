#!/bin/sh
# Edge 78: a version that drops a field leaves older events as they were: they replay under the
# version that knew it.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  field channel one of store, app

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule app_bonus
  on purchase
  when channel = app
  earn 10 star
R
cat >v2.notch <<'R'
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
  event e1 purchase ann 2024-03-01T10:00:00+08:00 '"amount":"100.00","channel":"app"'
} >old.jsonl
{
  event e2 purchase ann 2024-07-01T10:00:00+08:00 '"amount":"50.00"'
  event e3 purchase ann 2024-07-02T10:00:00+08:00 '"amount":"50.00","channel":"app"'
} >new.jsonl
{
  event e4 purchase ann 2024-03-02T10:00:00+08:00 '"amount":"20.00","channel":"app"'
  event e5 return ann 2024-07-03T10:00:00+08:00 '"of":"e1"'
} >late.jsonl
run "init" 0 init l.ledger v1.notch
run "apply" 0 apply l.ledger old.jsonl
same "with the bonus" 110 "$(available l.ledger ann)"
run "publish" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00+08:00
run "one without the field, one with it" 3 apply l.ledger new.jsonl --json
same "the field is unknown now" 1 \
  "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c unknown_field)"
same "110 + 50" 160 "$(available l.ledger ann)"
run "a late sale of the old time, and a refund of the first" 0 apply l.ledger late.jsonl
# 160 + 20 + 10 - 110
same "both by the old version" 80 "$(available l.ledger ann)"
stands l.ledger
finish
