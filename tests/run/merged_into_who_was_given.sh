#!/bin/sh
# Who gives somebody points and is merged into him later: what is decided before the merge knows
# nothing of it, when it is decided and when it is replayed.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program gifts
  timezone "UTC"
  currency CNY
  rounded down

points star

points coin

member
  field referrer member?

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule friend
  on purchase
  when member.referrer is known
  earn 5 star to member.referrer

rule swap
  on earning coin
  deduct 100 coin
R
{
  event 0 join ann 2026-01-01T00:00:00Z
  event 1 join bob 2026-01-01T00:00:00Z '"referrer":"ann"'
  event 2 purchase bob 2026-01-02T00:00:00Z '"amount":"100.00"'
  event 3 return bob 2026-01-03T00:00:00Z '"of":"2","amount":"10.00"'
  event 4 return bob 2026-01-05T00:00:00Z '"of":"2"'
  event 5 merge ann 2026-01-06T00:00:00Z '"from":"bob"'
} >events.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
same "all is back" 0 "$(available l.ledger ann)"
stands l.ledger
run "explain" 0 explain l.ledger 4
finish
