#!/bin/sh
# What is sent to a merged name, in a ledger: transfers and awards before and after merges and
# returns, from one process after another; explained, replayed, in a statement; and a transfer to
# who comes with it.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  expire 12 months after earning
points clap

member
  field friend member?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule friends
  on purchase
  when member.friend is known
  earn 1 clap per 10.00 CNY of amount to member.friend

rule moving
  on transfer

rule thanks
  on transfer
  earn 1 clap to event.to
R
at=2026-03
{
  event j1 join bob $at-01T08:00:00Z
  event j2 join ann $at-01T08:00:00Z
  event j3 join dan $at-01T08:00:00Z
  event j4 join cat $at-01T08:00:00Z '"friend":"bob"'
  event e1 purchase cat $at-02T10:00:00Z '"amount":"200.00"'
  event t1 transfer cat $at-02T11:00:00Z '"to":"bob","points":{"star":"50"}'
  event m1 merge ann $at-03T10:00:00Z '"from":"bob"'
} >first.jsonl
{
  event e2 purchase cat $at-04T10:00:00Z '"amount":"300.00"'
  event t2 transfer cat $at-04T11:00:00Z '"to":"bob","points":{"star":"30"}'
  event t3 transfer ann $at-04T12:00:00Z '"to":"bob","points":{"star":"5"}'
  event t4 transfer bob $at-04T13:00:00Z '"to":"new","points":{"star":"5"}'
  event r1 return cat $at-05T10:00:00Z '"of":"e2","amount":"100.00"'
  event m2 merge dan $at-06T10:00:00Z '"from":"ann"'
} >second.jsonl
{
  event e3 purchase cat $at-07T10:00:00Z '"amount":"100.00"'
  event t5 transfer cat $at-07T11:00:00Z '"to":"bob","points":{"star":"20"}'
  event r2 return cat $at-08T10:00:00Z '"of":"e1","amount":"100.00"'
  event r3 return cat $at-08T11:00:00Z '"of":"e2"'
  event r4 return cat $at-08T12:00:00Z '"of":"t1"'
  event r5 return cat $at-08T13:00:00Z '"of":"t2","points":{"star":"10"}'
} >third.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger first.jsonl --clock events
then=2026-03-02T12:00:00Z
same "as bob" "50 21" \
  "$(points l.ledger bob star available $then) $(points l.ledger bob clap available $then)"
run "apply" 3 apply l.ledger second.jsonl --clock events
same "to oneself" 1 "$(grep -c "t3 .*no_member" out)"
# 50 + 30 - 5; 21 + 30, 1 of a transfer - 10
same "as ann" "75 42" "$(points l.ledger dan star available) $(points l.ledger dan clap available)"
same "who came with a transfer" "5 1" \
  "$(points l.ledger new star available) $(points l.ledger new clap available)"
run "apply" 0 apply l.ledger third.jsonl --clock events
# 75 + 20 - 50 - 10; 42 + 10 + 1 - 10 - 20 - 1
# (all of a transfer goes back with what it gave besides)
same "as dan" "35 22" "$(points l.ledger dan star available) $(points l.ledger dan clap available)"
run "again" 3 apply l.ledger second.jsonl --clock events
stands l.ledger
for id in e2 t2 t3 t4 r1 r2 r3 r4 r5; do
  run "explain $id" 0 explain l.ledger "$id"
done
"$NOTCH" explain l.ledger t2 >t2
same "explain names who got it" 1 "$(grep -c 'ann' t2 | sed 's/^[1-9].*/1/')"
run "statement" 0 statement l.ledger cat
{
  event x1 erase dan $at-09T10:00:00Z
  event r6 return cat $at-09T11:00:00Z '"of":"e3","amount":"50.00"'
  event t6 transfer cat $at-09T12:00:00Z '"to":"bob","points":{"star":"7"}'
} >fourth.jsonl
run "apply" 0 apply l.ledger fourth.jsonl --clock events
same "a name that is forgotten is a new member's" 7 "$(available l.ledger bob)"
stands l.ledger "erased"
run "replay under other rules" 0 replay l.ledger --rules rules.notch
finish
