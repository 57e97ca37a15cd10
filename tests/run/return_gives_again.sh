#!/bin/sh
# What a return gives back of what was taken is in order in the books, and a return that names
# points is the same content when it is sent again.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

payment checkout
  pay 1.00 CNY per 10 star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule moving
  on transfer
R
{
  event e1 purchase bob 2026-01-02T10:00:00Z '"amount":"100.00"'
  event j1 join ann 2026-01-02T10:00:00Z
  event a1 adjust bob 2026-01-03T10:00:00Z '"points":{"star":"-10"},"reason":"x","by":"y"'
  event r1 return bob 2026-01-04T10:00:00Z '"of":"a1"'
  event p1 pay bob 2026-01-05T10:00:00Z '"payment":"checkout","points":"50","order":"20.00"'
  event r2 return bob 2026-01-05T11:00:00Z '"of":"p1","points":{"star":"20"}'
  event t1 transfer bob 2026-01-05T12:00:00Z '"to":"ann","points":{"star":"40"}'
  event r3 return bob 2026-01-05T13:00:00Z '"of":"t1","points":"5"'
  event r4 return bob 2026-01-05T14:00:00Z '"of":"t1","points":{"star":"10"}'
} >events.jsonl
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger events.jsonl
same "what is left" "45 25" "$(available l.ledger bob) $(available l.ledger ann)"
run "the same again" 0 apply l.ledger events.jsonl
same "all of it is known" 9 "$("$NOTCH" apply l.ledger events.jsonl --json | member_of known)"
stands l.ledger
finish
