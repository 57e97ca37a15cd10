#!/bin/sh
# Who got points and did nothing yet is no member, but his points are in the sums.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program named
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

ladder status tiers silver < gold
  tier gold
    reach when balance(star) >= 100 star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule gifts
  on transfer
R
{
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"50.00"'
  event t1 transfer ann 2026-03-02T10:00:00Z '"to":"cat","points":{"star":"20"}'
} >events.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
run "balance of all" 0 balance l.ledger --json
same "one member" 1 "$(member_of members <out)"
same "everybody's points" 50 "$(member_of available <out)"
stands l.ledger
finish
