#!/bin/sh
# Edge 17: an event more than a day ahead is refused as too_early and can be sent again; within a
# day it is taken.
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
today=$(date -u +%Y-%m-%dT23:59:59Z)
cat >ahead.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2999-01-01T00:00:00Z","amount":"30.00"}
R
cat >mended.jsonl <<R
{"id":"e1","type":"purchase","member":"ann","at":"$today","amount":"30.00"}
R
run "init" 0 init l.ledger rules.notch
run "years ahead" 3 apply l.ledger ahead.jsonl --json
same "refused" 1 "$(member_of refused <out)"
"$NOTCH" refused l.ledger --json >out 2>/dev/null
same "the reason" 1 "$(grep -c too_early out)"
run "sent again" 3 apply l.ledger ahead.jsonl --json
same "judged anew, and refused again, not in conflict" 0 \
  "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c conflict)"
run "within a day" 0 apply l.ledger mended.jsonl --json
same "applied" 1 "$(member_of applied <out)"
run "replay" 0 replay l.ledger
year=$(date -u +%Y)
same "the points are there" 30 "$(available l.ledger ann "$((year + 1))-02-01T00:00:00Z")"
finish
