#!/bin/sh
# A file that is sent again after somebody of it was erased is known, line by line.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program again
  timezone "UTC"
  currency CNY
  rounded down

points star

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule moving
  on transfer
R
{
  event 1 purchase ann 2026-01-02T00:00:00Z '"amount":"50.00"'
  event 2 purchase bob 2026-01-02T00:00:00Z '"amount":"50.00"'
  event 3 transfer bob 2026-01-03T00:00:00Z '"to":"ann","points":{"star":"3"}'
  event 4 purchase ann 2026-01-04T00:00:00Z '"amount":"much"'
  event 5 profile ann 2026-01-05T00:00:00Z
  event 6 merge bob 2026-01-06T00:00:00Z '"from":"eve"'
} >events.jsonl
event 9 erase ann 2026-01-08T00:00:00Z >erase.jsonl
event 3 transfer bob 2026-01-03T00:00:00Z '"to":"ann","points":{"star":"4"}' >other.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 3 apply l.ledger events.jsonl --clock events
run "erase" 0 apply l.ledger erase.jsonl --clock events
"$NOTCH" info l.ledger >before
run "the file again" 3 apply l.ledger events.jsonl --clock events
same "what was applied is known" 4 "$("$NOTCH" apply l.ledger events.jsonl --clock events --json |
  member_of known)"
"$NOTCH" info l.ledger >after
same "nothing was written" "$(cat before)" "$(cat after)"
run "other content" 3 apply l.ledger other.jsonl --clock events
same "is a conflict" 1 "$(grep -c conflict out)"
stands l.ledger
finish
