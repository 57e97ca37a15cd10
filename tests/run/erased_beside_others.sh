#!/bin/sh
# One event gave to several; after one of them is erased, replay takes what it cannot know any more,
# and decides the rest: no difference on an honest ledger.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program beside
  timezone "UTC"
  currency CNY

points star

member
  field referrer member?

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY
  field friend member?

rule refer
  on purchase
  when member.referrer is known
  earn 5 star to member.referrer

rule thanks
  on purchase
  when friend is known
  earn 2 star to friend

rule monthly
  on each month
  when member.referrer is known
  earn 1 star to member.referrer

rule own
  on each month
  earn 3 star
R
{
  event 1 join rita 2026-01-01T10:00:00Z
  event 2 join fred 2026-01-01T10:00:01Z
  event 3 join ann 2026-01-01T10:00:02Z '"referrer":"rita"'
  event 4 purchase ann 2026-01-02T10:00:00Z '"amount":"100.00","friend":"fred"'
  event 5 purchase ann 2026-03-02T10:00:00Z '"amount":"100.00","friend":"fred"'
  event 6 erase rita 2026-03-03T10:00:00Z
  event 7 purchase ann 2026-05-02T10:00:00Z '"amount":"100.00","friend":"fred"'
} >events.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
run "advance" 0 advance l.ledger --to 2026-06-15 --clock events
stands l.ledger
finish
