#!/bin/sh
# A return after maturing, in a ledger: what fell due just before it, the receiver's side and what
# the return took back of later rows are all in the journal, and replay finds the same.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  pending for 3 days

points clap
  pending for 3 days

points badge

member
  field friend member?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure sales is count on purchase

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule friendly
  on purchase
  earn 1 clap per 1.00 CNY of amount to member.friend
  limit 500 clap per member per year

rule badges
  on earning star
  when earned(badge) over this year < 100 badge
  earn 1 badge per full 10 star of earned(star)
  limit 40 badge in total from 2026-01-01 to 2026-12-31

rule clapped
  on earning clap
  earn 1 badge per full 10 clap of earned(clap)
  limit 12 badge per member per month

rule monthly
  on each month
  earn 5 badge
R
{
  event j1 join bob 2026-03-01T08:00:00Z
  event j2 join ann 2026-03-01T08:00:00Z '"friend":"bob"'
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"97.00"'
  event e2 purchase ann 2026-03-01T10:00:00Z '"amount":"55.00"'
  # both mature, for both members, just before this
  event r1 return ann 2026-03-05T10:00:00Z '"of":"e1","amount":"30.00"'
} >first.jsonl
{
  event r2 return ann 2026-04-05T10:00:00Z '"of":"e2"'
  event r3 return ann 2026-04-05T10:30:00Z '"event":"purchase","amount":"7.00"'
} >second.jsonl
{
  event e3 purchase ann 2026-04-05T11:00:00Z '"amount":"100.00"'
  event r4 return ann 2026-04-09T11:00:00Z '"event":"purchase","amount":"160.00"'
} >third.jsonl
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger first.jsonl
# 152 mature at once: 15 badges; 122 are left: 12
same "badges of what is left" 12 "$(points l.ledger ann badge available 2026-03-05T10:00:00Z)"
# his limit lets 12 of 15 through: 12 still
same "the friend's too" 12 "$(points l.ledger bob badge available 2026-03-05T10:00:00Z)"
run "apply" 0 apply l.ledger second.jsonl
# 60 are left: 6, and the month's 5
same "after both" 11 "$(points l.ledger ann badge available 2026-04-05T10:30:00Z)"
same "the friend after both" 11 "$(points l.ledger bob badge available 2026-04-05T10:30:00Z)"
stands l.ledger
run "apply" 0 apply l.ledger third.jsonl
same "everything but the month's" 5 "$(points l.ledger ann badge available 2026-04-09T12:00:00Z)"
same "the friend's month's" 5 "$(points l.ledger bob badge available 2026-04-09T12:00:00Z)"
same "no claps are left" 0 "$(points l.ledger bob clap available 2026-04-09T12:00:00Z)"
stands l.ledger
for id in r1 r2 r3 r4; do
  run "explain $id" 0 explain l.ledger "$id"
  same "explain $id agrees" 0 "$(grep -c DIFFERS out)"
done
# Room has come back: 24 of the 40 of the budget were used and returned in its time.
{
  event e4 purchase ann 2026-04-10T11:00:00Z '"amount":"600.00"'
  event t purchase bob 2026-04-14T11:00:00Z '"amount":"0.00"'
} >fourth.jsonl
run "apply" 0 apply l.ledger fourth.jsonl
run "time passes" 0 advance l.ledger --to 2026-04-14T12:00:00Z
same "the whole budget again" 45 "$(points l.ledger ann badge available 2026-04-14T12:00:00Z)"
same "the friend's claps, by his friend's limit" 500 \
  "$(points l.ledger bob clap available 2026-04-14T12:00:00Z)"
run "replay" 0 replay l.ledger
finish
