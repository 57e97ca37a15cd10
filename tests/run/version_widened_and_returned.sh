#!/bin/sh
# What only a later version can read, and a return of it, does not keep members from going on who
# are under the version before: neither a word nor decimals, a field or an event that came with it.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program widened
  timezone "UTC"
  currency CNY
  rounded down

points star

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY
  field channel one of store, app = store
  field score number in 0 .. 10 = 1

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
  limit 2_000 star in total
R
sed 's/store, app =/store, app, web =/; s/in 0 .. 10 = 1/in 0.00 .. 10.00 = 1.00/
s/^rule/event visit\n  field fee CNY in 0.00 CNY .. 100.00 CNY\n\n&/
s/^  field score.*/&\n  field tip CNY in 0.00 CNY .. 10.00 CNY = 0.00 CNY/' v1.notch >v2.notch
available() { "$NOTCH" balance l.ledger "$1" --json | member_of available; }
event 1 purchase ann 2026-01-10T00:00:00Z '"amount":"20.00"' >1.jsonl
{
  event 2 purchase bob 2026-02-10T00:00:00Z '"amount":"30.00","channel":"web"'
  event 3 return bob 2026-02-11T00:00:00Z '"of":"2","amount":"15.00"'
  event 4 purchase bob 2026-02-12T00:00:00Z '"amount":"10.00","tip":"5.00"'
  event 5 return bob 2026-02-13T00:00:00Z '"of":"4","tip":"5.00"'
  event 6 purchase bob 2026-02-14T00:00:00Z '"amount":"10.00","score":2.25'
  event 7 return bob 2026-02-15T00:00:00Z '"of":"6","score":1.25'
  event 8 visit bob 2026-02-16T00:00:00Z '"fee":"7.00"'
  event 9 return bob 2026-02-17T00:00:00Z '"of":"8","fee":"2.00"'
  event 10 purchase ann 2026-02-18T00:00:00Z '"amount":"10.00"'
  event 11 purchase bob 2026-01-09T00:00:00Z '"amount":"1.00"'
} >2.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger 1.jsonl --clock events
run "publish" 0 publish l.ledger v2.notch
run "who is under the version before" 0 apply l.ledger 2.jsonl --clock events
same "ann" 30 "$(available ann)"
same "bob" 36 "$(available bob)"
run "advance" 0 advance l.ledger --to 2026-04-01 --clock events
run "verify" 0 verify l.ledger
run "replay" 0 replay l.ledger
finish
