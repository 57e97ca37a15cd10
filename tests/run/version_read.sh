#!/bin/sh
# What is read at a moment is what `advance` to it would record, whatever versions of the rules
# begin on the way: what fell due before each goes by the one before it.
. "$(dirname "$0")/edge_lib"

# rules TERM MONTHS GIFTS
rules() {
  cat <<R
program shop
  timezone "Europe/Warsaw"
  currency CNY
  rounded down per event

points star
  pending for 20 days
  expire $1 after earning

points gift

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold
    reach when spend over the last $2 months >= 100.00 CNY
  lasts for $2 months

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule monthly$3
  on each month
  earn $3 gift

rule weekly
  on each week
  earn 1 gift

rule ripe
  on earning star
  earn $3 gift
R
}
# without the names of rows, which nothing has while they are only in memory
plain() {
  sed 's/"event":"#[0-9]*"/"event":null/g; s/"rule":\[[^]]*\]/"rule":[]/g'
}
rules "90 days" 2 1 >v1.notch
rules "120 days" 3 10 >v2.notch
rules "60 days" 1 100 >v3.notch
{
  event e1 purchase ann 2025-01-10T10:00:00+01:00 '"amount":"250.00"'
  event e2 purchase ann 2025-03-20T10:00:00+01:00 '"amount":"150.00"'
  event e3 purchase bob 2025-03-28T10:00:00+01:00 '"amount":"50.00"'
} >e.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger e.jsonl --clock events
# in the hour that does not exist; and at a midnight, where schedules begin
run "publish" 0 publish l.ledger v2.notch --from 2025-03-30T02:30:00+01:00
run "publish" 0 publish l.ledger v3.notch --from 2025-06-01
for at in 2025-03-29T12:00:00Z 2025-03-30T00:00:00Z 2025-03-30T01:30:00Z 2025-03-31T00:00:00Z \
  2025-04-09T08:00:00Z 2025-05-31T21:59:59Z 2025-05-31T22:00:00Z 2025-06-15T00:00:00Z \
  2025-12-15T00:00:00Z; do
  run "backup" 0 backup l.ledger "later $at"
  run "time passes" 0 advance "later $at" --to $at --clock events
  for member in ann bob ""; do
    same "$member at $at" "$("$NOTCH" balance "later $at" $member --at $at --json | plain)" \
      "$("$NOTCH" balance l.ledger $member --at $at --json | plain)"
  done
done
# by the second version 10 for each of April, May and what matured, 9 for the weeks; 100 in June
same "each by its own version" 139 "$(points l.ledger bob gift available 2025-06-01T12:00:00Z)"
stands "later 2025-12-15T00:00:00Z"
finish
