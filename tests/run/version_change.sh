#!/bin/sh
# Versions in force now, later and before now: who decides what, and what carries over.
. "$(dirname "$0")/edge_lib"

# rules RATE MORE...
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  $2

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase
$3
ladder status tiers $4
  start at low
  tier high
    reach when spend over the last 12 months >= 1_000.00 CNY
  $5

rule base
  on purchase
  earn $1 star per 1.00 CNY of amount
  limit 500 star per member per year
$6
R
}
rules 1 "" "" "low < high" "" "" >v1.notch
rules 2 "" "" "low < high" "" "" >v2.notch
event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"100.00"' >e1.jsonl
event e2 purchase ann 2024-07-10T10:00:00Z '"amount":"100.00"' >e2.jsonl

# the same rules twice
run "init" 0 init l.ledger v1.notch
run "the sale" 0 apply l.ledger e1.jsonl
run "the same rules" 0 publish l.ledger v1.notch
same "nothing to publish" 1 "$(grep -c 'nothing to publish' out)"
same "no version was added" 1 "$("$NOTCH" info l.ledger | grep -c '^version ')"

# dry run
run "dry run" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00Z --dry-run
same "no version was added by a dry run" 1 "$("$NOTCH" info l.ledger | grep -c '^version ')"

# the past: limits used carry over
run "publish" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00Z
run "by the new version" 0 apply l.ledger e2.jsonl
same "100 + 200" 300 "$(available l.ledger ann)"
event e3 purchase ann 2024-07-11T10:00:00Z '"amount":"900.00"' >e3.jsonl
run "beyond the limit" 0 apply l.ledger e3.jsonl
same "what was used before counts" 500 "$(available l.ledger ann)"
same "the measure carries over" high "$(tier_of l.ledger ann status)"
stands l.ledger

# a new measure is filled from what was recorded
rules 2 "" "measure visits is count on purchase" "low < high" "" "rule third
  on purchase
  when visits ever = 4
  earn 7 star" >v3.notch
run "publish a new measure" 0 publish l.ledger v3.notch --from 2025-01-01T00:00:00Z
event e4 purchase ann 2025-07-11T10:00:00Z '"amount":"10.00"' >e4.jsonl
run "the fourth visit" 0 apply l.ledger e4.jsonl
same "it counts the three of before" 527 "$(available l.ledger ann)"
stands l.ledger

# a version may not come before the one it follows
run "before the newest" 1 publish l.ledger v2.notch --from 2024-06-01T00:00:00Z

# a tier dropped, without and with a word
rules 2 "" "" "low < gold" "" "" | sed 's/tier high/tier gold/' >t1.notch
rules 2 "" "" "low < gold" "tier high becomes gold" "" | sed 's/tier high$/tier gold/' >t2.notch
run "a dropped tier" 1 publish l.ledger t1.notch --from 2025-08-01T00:00:00Z
same "the refusal names it" 1 "$(grep -c 'tier high is gone' err)"
run "with a successor" 0 publish l.ledger t2.notch --from 2025-08-01T00:00:00Z
same "both are told" "+ tier gold,- tier high," "$(grep ' tier ' out | tr '\n' ',')"
same "the old name before" high "$(tier_of l.ledger ann status 2025-07-31T00:00:00Z)"
same "the new name after" gold "$(tier_of l.ledger ann status 2025-08-02T00:00:00Z)"
rules 2 "" "" "low < top" "tier gold becomes top" "" | sed 's/tier high$/tier top/' >t3.notch
run "renamed once more" 0 publish l.ledger t3.notch --from 2025-09-01T00:00:00Z
same "through both" top "$(tier_of l.ledger ann status 2025-09-02T00:00:00Z)"
event e5 purchase ann 2025-09-11T10:00:00Z '"amount":"10.00"' >e5.jsonl
run "an event under it" 0 apply l.ledger e5.jsonl
same "still" top "$(tier_of l.ledger ann status)"
stands l.ledger

# a rule that a later version lacks, and that had used up some of its times
rules 1 "" "" "low < high" "" "rule first
  on purchase
  earn 5 star
  limit 2 times per member per year" >d1.notch
run "init" 0 init d.ledger d1.notch
run "it applies" 0 apply d.ledger e1.jsonl
run "it is gone" 0 publish d.ledger v2.notch --from 2024-06-01T00:00:00Z
run "an event without it" 0 apply d.ledger e2.jsonl
same "100 + 5 + 200" 305 "$(available d.ledger ann)"
stands d.ledger
finish
