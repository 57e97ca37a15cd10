#!/bin/sh
# A capture takes the kinds that it names; an amount without a kind is of the kind that its hold
# reserves, and of the kind that was spent when a return gives it back.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

points mile
  1 decimals

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

payment checkout
  pay 1.00 CNY per 10 star

rule stars
  on purchase
  earn 1 star per 1.00 CNY of amount

rule miles
  on purchase
  earn 1.0 mile per 1.00 CNY of amount
R
until=',"until":"2026-04-01T00:00:00Z"'
{
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"100.00"'
  event h1 hold ann 2026-03-02T10:00:00Z '"hold":"two","points":{"star":"10","mile":"20.0"}'"$until"
  event h2 hold ann 2026-03-02T10:00:00Z '"hold":"miles","points":{"mile":"30.0"}'"$until"
  event h3 hold ann 2026-03-02T10:00:00Z '"hold":"open","points":{"star":"5","mile":"5.0"}'"$until"
} >holds.jsonl
run 'init' 0 init ledger rules.notch
run 'holds' 0 apply ledger holds.jsonl
# balances: on the day of the last event, when no hold has timed out
balances() {
  echo "$(available ledger ann 2026-03-06T00:00:00Z)" \
    "$(points ledger ann mile available 2026-03-06T00:00:00Z)"
}
same 'what is left beside the holds' '85 45.0' "$(balances)"

event c1 capture ann 2026-03-03T10:00:00Z '"hold":"two","points":{"mile":"5.0"}' >capture.jsonl
run 'a kind by its name' 0 apply ledger capture.jsonl
same 'five miles are spent, the rest is released' '95 60.0' "$(balances)"

event c2 capture ann 2026-03-03T11:00:00Z '"hold":"miles","points":"12.5"' >capture.jsonl
run 'the only kind of the hold' 0 apply ledger capture.jsonl
same '12.5 miles are spent' '95 77.5' "$(balances)"

event c3 capture ann 2026-03-03T12:00:00Z '"hold":"open","points":"1"' >capture.jsonl
run 'a hold of two kinds' 3 apply ledger capture.jsonl
run 'refused' 0 refused ledger
same 'the reason names the kinds' 1 "$(grep -c 'several kinds; name them' out)"
event c4 capture ann 2026-03-03T12:00:00Z '"hold":"open","points":{"star":"6"}' >capture.jsonl
run 'more of one kind than is held' 3 apply ledger capture.jsonl
event c5 capture ann 2026-03-03T12:00:00Z '"hold":"open"' >capture.jsonl
run 'all of it' 0 apply ledger capture.jsonl
same 'both kinds are spent' '95 77.5' "$(balances)"

event p1 pay ann 2026-03-04T10:00:00Z '"payment":"checkout","points":"50"' >pay.jsonl
event r1 return ann 2026-03-05T10:00:00Z '"of":"p1","points":"20"' >>pay.jsonl
event r2 return ann 2026-03-05T11:00:00Z '"of":"c2","points":"2.5"' >>pay.jsonl
event r3 return ann 2026-03-05T12:00:00Z '"of":"c5","points":{"mile":"1.0"}' >>pay.jsonl
run 'payments and returns' 0 apply ledger pay.jsonl
same 'stars and miles come back by kind' '65 81.0' "$(balances)"
event r4 return ann 2026-03-05T13:00:00Z '"of":"c5","points":"1"' >back.jsonl
run 'a return of one of two kinds' 3 apply ledger back.jsonl
event r5 return ann 2026-03-05T13:00:00Z '"of":"c5"' >back.jsonl
run 'a return of the rest' 0 apply ledger back.jsonl
same 'all of the capture is back' '70 85.0' "$(balances)"
stands ledger
finish
