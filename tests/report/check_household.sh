#!/bin/sh
# check_household.sh -- what a statement and an explanation say of a household, a partner, holds,
# a transfer, a late sale and a merger: who, how much, and of which day.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99
cat >shop.notch <<'R'
program harbour "Harbour Rewards"
  timezone "Europe/Berlin"
  currency EUR
  rounded down per event

points star "Stars"
  pending for 7 days
  expire 12 months after earning at end of month

points mile "Miles"

member
  field referrer member?

event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR
  field channel one of store, app

partner bank
  settles 0.02 EUR per 1 mile earned

pool home "Household"
  at most 4 member
  earn 50% of star

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold "Gold"
    reach when spend over the last 12 months >= 500.00 EUR

rule base
  on purchase
  earn 1 star per 1.00 EUR of amount

rule miles
  on purchase
  when channel = app
  earn 1 mile per 10.00 EUR of amount
  funded by bank

rule friend
  on purchase
  when member.referrer is known
  earn 10 star to member.referrer
  limit 1 times per member

rule gifts on transfer
  limit 500 star per member per month

reward latte "A latte"
  costs 50 star

payment checkout
  pay 1.00 EUR per 100 star
  hold for 15 minutes
R
# event ID TYPE MEMBER DAY-AND-TIME FIELDS
event() {
  printf '{"id":"%s","type":"%s","member":"%s","at":"2025-%s:00+01:00"%s}\n' "$@"
}
{
  event j1 join ann 01-02T09:00 ''
  event j2 join bob 01-02T09:10 ',"referrer":"ann"'
  event p1 enter ann 01-03T09:00 ',"pool":"home"'
  event p2 enter bob 01-03T09:05 ',"pool":"home","with":"ann"'
  event s1 purchase ann 01-10T10:00 ',"amount":"620.40","channel":"store"'
  event s2 purchase bob 01-11T10:00 ',"amount":"210.00","channel":"app"'
  event x1 redeem ann 01-25T11:00 ',"reward":"latte"'
  event h1 hold ann 01-26T11:00 ',"hold":"a","payment":"checkout","points":"300","order":"9.00"'
  event c1 capture ann 01-26T11:05 ',"hold":"a","points":"200"'
  event h2 hold ann 01-27T11:00 ',"hold":"b","payment":"checkout","points":"200","order":"9.00"'
  event r1 return ann 02-01T10:00 ',"of":"s1","amount":"20.40"'
  event s3 purchase ann 01-15T10:00 ',"amount":"30.00","channel":"store"'
  event t1 transfer ann 02-02T10:00 ',"to":"cat","points":{"star":"100"}'
  event m1 merge ann 02-10T10:00 ',"from":"cat"'
  event h3 hold ann 02-11T10:00 ',"hold":"c","points":{"star":"80"},"until":"2025-03-01"'
  event l3 release ann 02-12T10:00 ',"hold":"c"'
} >events.jsonl
expect 0 init l shop.notch --clock events
expect 0 apply l events.jsonl

cat >ann.txt <<'R'
2025-01-10 purchase s1: reached Gold star 620 620 base
2025-01-11 purchase: of another member star 10 630 friend
2025-01-25 redeem x1: used A latte star 50 580
2025-01-26 hold h1: 300 Stars on hold
2025-01-26 capture c1: 100 Stars no longer on hold, pays 2.00 EUR star 200 380
2025-01-27 hold h2: 200 Stars on hold
2025-01-27 hold ended: 200 Stars no longer on hold
2025-02-01 return r1 star 20 360 base
2025-02-01 purchase s3: of 2025-01-15 star 30 390 base
2025-02-02 transfer t1: to cat star 100 290
2025-02-10 merge m1: merged with cat star 100 390
2025-02-11 hold h3: 80 Stars on hold
2025-02-12 release l3: 80 Stars no longer on hold
R
expect 0 statement l ann
sed -n -e 's/  */ /g' -e 's/^ \(2025.*\)/\1/p' out >ann && cmp -s ann ann.txt &&
  pass || { fail "ann's statement"; diff ann.txt ann; }
expect 0 statement l cat
prints "transfer: from ann"
prints "merge: merged into ann, account closed"

expect 0 explain l s2
prints "funded by bank; 21 miles"
expect 0 explain l p2
prints "pool enter home of ann"
expect 0 explain l x1
prints "reach gold of status for bob: no"
expect 0 explain l x1 --json
prints '"holds":false,"member":"bob"'
expect 0 explain l h2
prints "effect hold checkout: b, until 2025-01-27T11:15:00+01:00"
expect 0 explain l t1
prints "reach gold of status for cat: no"
expect 0 explain l s3
prints "came late: booked 2025-02-01T10:00:00+01:00"
expect 0 explain l m1
prints "merged with cat"
expect 0 export l --format jsonl
prints '"kind":"use","subject":"latte","amount":1}'
prints '"kind":"paid","subject":"checkout","amount":"2.00","currency":"EUR"}'
prints '"kind":"pool_enter","subject":"home"}'
prints '"kind":"applied","rule":"friend","amount":1}'

# Whom an event reached may be erased since.
event e1 erase ann 03-20T10:00 '' >erase.jsonl
expect 0 apply l erase.jsonl
expect 0 explain l s2
prints "who received it was erased since"
prints "other side, #8 of an erased member"
expect 0 verify l
expect 0 replay l
finish
