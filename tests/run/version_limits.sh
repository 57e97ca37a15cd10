#!/bin/sh
# What was used of a limit follows the limit into a new version by what it says, not by its place
# among its rule's: other limits may come before it, and its amount may change.
. "$(dirname "$0")/edge_lib"

# rules LIMITS WORDS
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

member
  field city text = "none"
  field friend member?
  field size one of $2?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
$1

rule friendly
  on purchase
  earn 1 star per 1.00 CNY of amount to member.friend
  limit 300 star per member per year

rule sized
  on purchase
  when member.size is known
  earn 10 star
  limit 20 star per member.size per year
R
}
rules "  limit 100 star per member.city per year" "small, big" >v1.notch
rules "  limit 70 star per member per day
  limit 120 star per member.city per year
  limit 1_000 star per member.city" "tiny, small, big" >v2.notch
sed 's/^  limit 300 star/  limit 5 times per member per day\n&/' v2.notch >v3.notch
{
  event j1 join ann 2025-01-01T10:00:00Z '"city":"Gdynia","size":"big"'
  event j2 join bob 2025-01-01T10:00:00Z \
    '"city":"Gdynia","size":"small","friend":"ann"'
  event j3 join cat 2025-01-01T10:00:00Z '"city":"Sopot","friend":"ann"'
  event e1 purchase ann 2025-01-02T10:00:00Z '"amount":"60.00"'
  event e2 purchase bob 2025-01-02T10:00:00Z '"amount":"20.00"'
  event e3 purchase bob 2025-01-02T11:00:00Z '"amount":"200.00"'
} >e.jsonl
# bob: 20 and 20 of Gdynia's 100, 20 for his size; ann: 60, 10 for hers, and 220 from bob
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger e.jsonl --clock events
same "bob before" 60 "$(available l.ledger bob 2025-01-03T00:00:00Z)"
same "ann before" 290 "$(available l.ledger ann 2025-01-03T00:00:00Z)"
run "publish" 0 publish l.ledger v2.notch --from 2025-02-01
{
  event f1 purchase ann 2025-02-02T10:00:00Z '"amount":"50.00"'
} >f.jsonl
# 20 of the 120 are left, and 10 for big ones
run "apply" 0 apply l.ledger f.jsonl --clock events
same "Gdynia has 20 left" 320 "$(available l.ledger ann 2025-02-03T00:00:00Z)"
run "publish" 0 publish l.ledger v3.notch --from 2025-03-01
{
  event g1 purchase bob 2025-03-02T10:00:00Z '"amount":"500.00"'
} >g.jsonl
# 80 of his 300 for friends are left; nothing of Gdynia's, nothing for small ones
run "apply" 0 apply l.ledger g.jsonl --clock events
same "of what he gives his friend 80 are left" 400 "$(available l.ledger ann 2025-03-03T00:00:00Z)"
same "bob's own" 60 "$(available l.ledger bob 2025-03-03T00:00:00Z)"
stands l.ledger

# what a rule gave on an event that has not the values by which its limit tells uses apart now
rm -f l.ledger*
cat >v1.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event film

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field till text?
  field clerk text?
  field note text?
  field channel one of store, app = store

rule base
  on film
  earn 3 star
R
sed -e 's/^  on film/  on purchase/' \
  -e 's/^  earn 3 star/&\n  limit 5 star per member per channel per week/' v1.notch >v2.notch
event e1 film ann 2025-01-06T10:00:00Z >e.jsonl
{
  event e2 purchase ann 2025-01-07T10:00:00Z '"amount":"1.00"'
  event e3 purchase ann 2025-01-07T11:00:00Z '"amount":"1.00"'
} >f.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger e.jsonl --clock events
run "publish" 0 publish l.ledger v2.notch --from 2025-01-07
run "apply" 0 apply l.ledger f.jsonl --clock events
same "5 of the store, 3 of no channel" 8 "$(available l.ledger ann 2025-01-08T00:00:00Z)"
stands l.ledger
finish
