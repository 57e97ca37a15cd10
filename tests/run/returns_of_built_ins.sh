#!/bin/sh
# Returns of built-in events in a ledger: room of limits of all members, what was written off, what
# rules on earning made of an adjustment; read back by other processes, verified, replayed.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
points leaf
  shortfall forgive
points coin

measure pays is count on pay

rule luck "A coin for ten stars that come in"
  on earning star
  earn 1 coin per full 10 star of earned(star)
rule paying
  on pay
  earn 1 coin
rule moving
  on transfer

reward mug
  costs 10 star
  limit 3 times in total from 2026-01-01 to 2026-12-31
payment till
  pay 1.00 CNY per 10 star
  limit 100 star per year
R
at=2026-03
{
  event a1 adjust ann $at-01T08:00:00Z '"points":{"star":"200"}'
  event a2 adjust bob $at-01T08:00:00Z '"points":{"star":"100"}'
  event a3 adjust ann $at-01T09:00:00Z '"points":{"leaf":"30"}'
  event a4 adjust ann $at-01T10:00:00Z '"points":{"leaf":"-50"}'
  event m1 redeem ann $at-02T10:00:00Z '"reward":"mug","quantity":2'
  event m2 redeem bob $at-02T10:00:00Z '"reward":"mug"'
  event p1 pay ann $at-02T11:00:00Z '"payment":"till","points":"60","order":"50.00"'
  event p2 pay bob $at-02T11:00:00Z '"payment":"till","points":"40","order":"50.00"'
} >first.jsonl
{
  event m3 redeem bob $at-03T10:00:00Z '"reward":"mug"'
  event p3 pay bob $at-03T10:00:00Z '"payment":"till","points":"1","order":"50.00"'
  event r1 return ann $at-03T11:00:00Z '"of":"m1","quantity":1'
  event r2 return ann $at-03T11:00:00Z '"of":"p1","points":"20"'
  event m4 redeem bob $at-03T12:00:00Z '"reward":"mug"'
  event p4 pay bob $at-03T12:00:00Z '"payment":"till","points":"20","order":"50.00"'
  event p5 pay bob $at-03T12:00:00Z '"payment":"till","points":"1","order":"50.00"'
} >second.jsonl
{
  event t1 transfer ann $at-04T10:00:00Z '"to":"cat","points":{"star":"30"}'
  event r3 return ann $at-04T11:00:00Z '"of":"a1","points":{"star":"100"}'
  event r4 return ann $at-04T12:00:00Z '"of":"a4"'
  event r5 return ann $at-04T13:00:00Z '"of":"t1"'
} >third.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger first.jsonl --clock events
same "20 for 200 stars, one for the payment" "21" "$(points l.ledger ann coin available)"
run "apply" 3 apply l.ledger second.jsonl --clock events
same "nothing left of the mugs, nor of the till" "m3 p3 p5" \
  "$(sed -n 's/^.*\([mp][0-9]\).*limit_reached.*$/\1/p' out | tr '\n' ' ' | sed 's/ $//')"
same "room came back" "20" "$(points l.ledger bob star available)"
# what comes back comes in
same "as does what earning it gives" "24" "$(points l.ledger ann coin available)"
run "apply" 0 apply l.ledger third.jsonl --clock events
same "who had it, and what it had given him" "0 0" \
  "$(points l.ledger cat star available) $(points l.ledger cat coin available)"
same "what was written off was not there to give" "30" "$(points l.ledger ann leaf available)"
# 24 - 10 for half of the adjustment, 3 for what came back
same "what is left of it earns" "17" "$(points l.ledger ann coin available)"
stands l.ledger
finish
