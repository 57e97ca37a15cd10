#!/bin/sh
# What rules give in the row of a return, by its id and by the kind of event, in a ledger that is
# read back by other processes; explain says where what is taken back ends.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down

points star
  pending for 5 days
points leaf

event purchase
  field amount CNY in 0.00 CNY .. 10_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule swap
  on earning star
  when balance(star) >= 40 star
  deduct 40 star
  earn 10 leaf

rule comfort
  on return
  earn 3 leaf
  limit 5 leaf per member per month

rule luck
  on earning star
  earn 1 leaf
  limit 2 leaf per member per month
R
{
  event e1 purchase ann 2026-01-10T10:00:00Z '"amount":"50.00"'
  event r1 return ann 2026-02-10T10:00:00Z '"of":"e1","amount":"20.00"'
} >first.jsonl
event r2 return ann 2026-02-11T10:00:00Z '"event":"purchase","amount":"5.00"' >second.jsonl
event r3 return ann 2026-02-12T10:00:00Z '"event":"purchase","amount":"5.00"' >third.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger first.jsonl --clock events
# ten for the swap and one when fifty matured; the swap goes, three come, forty that come in bring
# one
same "by its id" "30 5" \
  "$(points l.ledger ann star available) $(points l.ledger ann leaf available)"
run "apply" 0 apply l.ledger second.jsonl --clock events
same "by its kind" "25 7" \
  "$(points l.ledger ann star available) $(points l.ledger ann leaf available)"
run "apply" 0 apply l.ledger third.jsonl --clock events
same "the limit of its month" "20 7" \
  "$(points l.ledger ann star available) $(points l.ledger ann leaf available)"
run "explain" 0 explain l.ledger r1
same "what is undone" 2 "$(grep -c 'what follows undoes what #3 did' out)"
same "what the return gives" 1 "$(grep -c 'what follows the return itself gives' out)"
stands l.ledger
finish
