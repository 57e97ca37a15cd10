#!/bin/sh
# Edge 76: rules were changed at 12:00; a sale of 11:58 that is told at 13:00 goes by the old
# ones; `rules follow` takes another date.
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
sed 's/earn 1 star per/earn 2 star per/' v1.notch >v2.notch
cat >events.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T12:58:00+08:00","amount":"100.00"}
{"id":"e2","type":"purchase","member":"bob","at":"2024-03-01T11:58:00+08:00","amount":"100.00"}
{"id":"e3","type":"purchase","member":"cat","at":"2024-03-01T12:00:00+08:00","amount":"100.00"}
R
run "init" 0 init l.ledger v1.notch
run "publish" 0 publish l.ledger v2.notch --from 2024-03-01T12:00:00+08:00
run "apply" 0 apply l.ledger events.jsonl
same "12:58 by the new rules" 200 "$(available l.ledger ann)"
same "11:58 by the old rules" 100 "$(available l.ledger bob)"
same "12:00 by the new rules" 200 "$(available l.ledger cat)"
run "replay" 0 replay l.ledger

cat >b1.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event
  rules follow booked

points star

event flight
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  field booked moment

rule base
  on flight
  earn 1 star per 1.00 CNY of amount
R
sed 's/earn 1 star per/earn 2 star per/' b1.notch >b2.notch
{
  event f1 flight ann 2024-05-01T10:00:00+08:00 \
    '"amount":"100.00","booked":"2024-03-01T11:58:00+08:00"'
  event f2 flight bob 2024-05-01T10:00:00+08:00 \
    '"amount":"100.00","booked":"2024-03-01T12:01:00+08:00"'
} >flights.jsonl
run "init" 0 init f.ledger b1.notch
run "publish" 0 publish f.ledger b2.notch --from 2024-03-01T12:00:00+08:00
run "apply" 0 apply f.ledger flights.jsonl
same "booked before the change" 100 "$(available f.ledger ann)"
same "booked after the change" 200 "$(available f.ledger bob)"
run "replay" 0 replay f.ledger
finish
