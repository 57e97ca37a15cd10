#!/bin/sh
# An instant that was passed while nobody was open is ranked for good: whoever joins later is in the
# same band whether one process applies the events or each has its own.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program passed
  timezone "UTC"
  currency CNY

points star

event purchase
  field amount CNY in 0.00 CNY .. 100.00 CNY

event checkin

measure spend is sum of amount on purchase

cohort abc rank by spend over the last 60 days each month
  band a top 34%
  band b rest

rule gift
  on checkin
  when abc = a
  earn 2 star
R
{
  event 1 purchase ann 2026-01-10T10:00:00Z '"amount":"20.00"'
  event 2 leave ann 2026-01-12T10:00:00Z
  event 3 purchase ann 2026-02-10T10:00:00Z '"amount":"20.00"'
  event 4 join ann 2026-02-11T10:00:00Z
  event 5 purchase ann 2026-02-12T10:00:00Z '"amount":"20.00"'
  event 6 checkin ann 2026-02-13T10:00:00Z
} >events.jsonl
for name in at_once apart; do
  run "init" 0 init $name.ledger rules.notch --clock events
done
run "at once" 3 apply at_once.ledger events.jsonl --clock events
while read -r line; do
  echo "$line" | "$NOTCH" apply apart.ledger - --clock events >out 2>&1
done <events.jsonl
told() { "$NOTCH" export "$1.ledger" --format jsonl; }
same "one process for each" "$(told at_once)" "$(told apart)"
same "one ranking" 1 "$(told apart | grep -c '"type":"ranking"')"
stands apart.ledger
finish
