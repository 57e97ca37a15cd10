#!/bin/sh
# A publication in the past settles what was due by the version before; the programme's own figures
# are cached as far as they were folded, and verify finds them so.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program budget
  timezone "UTC"
  currency CNY

points star

event purchase
event checkin

rule idle
  on after 30 days without purchase
  earn 4 star

rule base
  on purchase
  earn 1 star
  limit 2_000 star in total
R
sed 's/2_000/3_000/' v1.notch >v2.notch
{
  event 1 purchase bob 2026-02-02T20:00:00Z
  event 2 checkin ann 2026-03-12T10:00:00Z
} >events.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
run "publish" 0 publish l.ledger v2.notch --from 2026-03-10
stands l.ledger
event 3 nothing ann 2026-03-13T10:00:00Z >3.jsonl
run "a refusal" 3 apply l.ledger 3.jsonl --clock events
stands l.ledger
finish
