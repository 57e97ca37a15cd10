#!/bin/sh
# A ranking that fell due before a version is in force goes by the version of then, though the
# ledger passes its instant only afterwards.
. "$(dirname "$0")/edge_lib"

# rules LEAST MORE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

measure spend is sum of amount on purchase
  where amount >= $1 CNY

cohort abc rank by spend ever each month
  band best top 50%
  band others rest

rule base
  on purchase
  when abc = best
  earn $2 star
R
}
rules 0.00 10 >old.notch
rules 500.00 20 >new.notch
{
  event e1 purchase ann 2036-03-01T09:00:00Z '"amount":"50.00"'
  event e2 purchase bob 2036-03-01T09:00:00Z '"amount":"40.00"'
} >before.jsonl
{
  event e3 purchase bob 2036-04-20T09:00:00Z '"amount":"600.00"'
  event e4 purchase ann 2036-04-20T09:00:00Z '"amount":"1.00"'
  event e5 purchase bob 2036-05-02T09:00:00Z '"amount":"1.00"'
  event e6 purchase ann 2036-05-02T09:00:00Z '"amount":"1.00"'
} >after.jsonl
run "init" 0 init l.ledger old.notch --clock events
run "publish" 0 publish l.ledger new.notch --from 2036-04-10T00:00:00Z
run "apply" 0 apply l.ledger before.jsonl --clock events
run "apply" 0 apply l.ledger after.jsonl --clock events
# on 1 April ann's 50 are more than bob's 40; on 1 May only bob's 600 count
same "ann is the best in April, bob in May" "20 20" \
  "$(available l.ledger ann) $(available l.ledger bob)"
stands l.ledger
finish
