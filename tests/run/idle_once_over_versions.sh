#!/bin/sh
# A rule that waits for silence runs once in a spell of it, though a version changes how long it
# waits; one that has not run yet goes by the new days.
. "$(dirname "$0")/edge_lib"

rules() { # DAYS POINTS
  cat <<R
program shop
  timezone "UTC"
  currency CNY

points star

event purchase

event visit

rule miss "Come back"
  on after $1 without purchase
  earn $2 star
R
}
rules "30 days" 100 >v1.notch
rules "60 days" 1000 >v2.notch
rules "50 days" 1000 >v3.notch
later() { # MEMBER AT EXPECTED WHAT
  same "$4" "$3" "$(available "$ledger" "$1" "$2")"
}
ledger=m.ledger
{
  event e1 purchase ann 2024-01-01T10:00:00Z
  event e2 purchase bob 2024-01-20T10:00:00Z
  event e3 visit cat 2024-01-01T10:00:00Z
} >e.jsonl
run "init" 0 init m.ledger v1.notch --clock events
run "apply" 0 apply m.ledger e.jsonl --clock events
run "30 days of ann and cat" 0 advance m.ledger --to 2024-02-10T00:00:00Z --clock events
later ann 2024-02-10T00:00:00Z 100 "ann has been away"
run "publish" 0 publish m.ledger v2.notch --from 2024-02-10T00:00:00Z
run "60 days" 0 advance m.ledger --to 2024-03-15T00:00:00Z --clock events
later ann 2024-03-15T00:00:00Z 100 "ann is still away"
later cat 2024-03-15T00:00:00Z 100 "cat has never bought anything"
later bob 2024-03-15T00:00:00Z 0 "bob has not been away for so long"
run "the rest of 60 days" 0 advance m.ledger --to 2024-04-01T00:00:00Z --clock events
later bob 2024-04-01T00:00:00Z 1000 "bob goes by the new days"
{
  event e4 purchase ann 2024-04-02T10:00:00Z
  event e5 join cat 2024-04-02T10:00:00Z
} >f.jsonl
run "ann is back" 0 apply m.ledger f.jsonl --clock events
run "publish once more" 0 publish m.ledger v3.notch --from 2024-06-15T00:00:00Z
run "her next spell" 0 advance m.ledger --to 2024-12-01T00:00:00Z --clock events
later ann 2024-12-01T00:00:00Z 1100 "once in each spell"
later bob 2024-12-01T00:00:00Z 1000 "bob is still away"
later cat 2024-12-01T00:00:00Z 100 "joining is no purchase"
stands m.ledger
finish
