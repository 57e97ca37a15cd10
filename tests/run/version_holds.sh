#!/bin/sh
# Holds, debts and dates of booking over a change of version.
. "$(dirname "$0")/edge_lib"

# rules KIND FIELD-CLAUSES PROGRAM-CLAUSES MORE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event
  $3

points $1
  shortfall recover

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  $2

rule base
  on purchase
  earn 1 $1 per 1.00 CNY of amount

$4
R
}
pay='payment checkout
  pay 1.00 CNY per 20 star
  hold for 36 months'
rules star "" "" "$pay" >v1.notch
rules star "" "" "" >v2.notch
rules leaf "" "" "retire star with becomes leaf at 3 leaf per 1 star" >v3.notch
rules leaf "" "" "" >v4.notch
{
  event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"100.00"'
  event h1 hold ann 2024-01-10T11:00:00Z '"payment":"checkout","hold":"h","points":"40"'
  event h2 hold ann 2024-01-10T12:00:00Z '"payment":"checkout","hold":"i","points":"20"'
} >e1.jsonl
event c1 capture ann 2024-07-01T10:00:00Z '"hold":"h"' >c1.jsonl
event h3 hold ann 2024-07-01T11:00:00Z '"payment":"checkout","hold":"j","points":"5"' >h3.jsonl
event c2 release ann 2024-09-01T10:00:00Z '"hold":"i"' >c2.jsonl
run "init" 0 init l.ledger v1.notch
run "apply" 0 apply l.ledger e1.jsonl
run "the payment goes" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00Z
sleep 1
same "40 and 20 are held" 40 "$(available l.ledger ann)"
run "what is held can be captured" 0 apply l.ledger c1.jsonl
[ "$code" = 0 ] || cat out
run "nothing more can be held" 3 apply l.ledger h3.jsonl
run "the kind goes, too" 0 publish l.ledger v3.notch --from 2024-08-01T00:00:00Z
sleep 1
run "the other hold is released" 0 apply l.ledger c2.jsonl
[ "$code" = 0 ] || cat out
sleep 1
same "40 and 20, each three leaves" 180 "$(points l.ledger ann leaf available)"
run "advance" 0 advance l.ledger --to "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
same "the same when recorded" 180 "$(points l.ledger ann leaf available)"
run "what was retired needs no word again" 0 publish l.ledger v4.notch
same "nor is it dropped again" 0 "$(grep -c '^- points' out)"
stands l.ledger

# A debt goes along.
event r1 return bob 2024-02-01T10:00:00Z '"of":"b1"' >r1.jsonl
{
  event b1 purchase bob 2024-01-10T10:00:00Z '"amount":"50.00"'
  event p1 pay bob 2024-01-11T10:00:00Z '"payment":"checkout","points":"40"'
  cat r1.jsonl
} >b.jsonl
run "init" 0 init d.ledger v1.notch
run "apply" 0 apply d.ledger b.jsonl
same "a debt of 40" 40 "$(points d.ledger bob star debt)"
run "publish" 0 publish d.ledger v3.notch --from 2024-08-01T00:00:00Z
sleep 1
run "advance" 0 advance d.ledger --to "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
same "a debt of 120 leaves" 120 "$(points d.ledger bob leaf debt)"
same "none of stars" 0 "$(points d.ledger bob star debt)"
stands d.ledger

# A return of an old sale finds holds of what the rules of then did not have.
shelf='reward cup
  costs 5 star
  hold for 36 months

payment till
  pay 1.00 CNY per 20 star
  hold for 36 months'
rules star "" "" "$shelf" >s2.notch
sed 's/earn 1 star/earn 2 star/' s2.notch >s3.notch
rules star "" "" "" >s1.notch
{
  event e1 purchase eve 2024-01-10T10:00:00Z '"amount":"100.00"'
  event e2 purchase eve 2024-01-10T10:00:00Z '"amount":"30.00"'
  event h1 hold eve 2024-06-10T11:00:00Z '"reward":"cup","hold":"h"'
  event h2 hold eve 2024-06-10T12:00:00Z '"payment":"till","hold":"i","points":"20"'
  event h3 hold eve 2024-06-10T13:00:00Z '"reward":"cup","hold":"j"'
  event h4 hold eve 2024-06-10T13:00:00Z '"payment":"till","hold":"k","points":"20"'
  event c1 capture eve 2024-06-11T10:00:00Z '"hold":"h"'
  event c2 release eve 2024-06-11T10:00:00Z '"hold":"i"'
  event r1 return eve 2024-06-12T10:00:00Z '"of":"e2"'
  event c3 capture eve 2024-06-13T10:00:00Z '"hold":"j"'
  event r2 return eve 2024-06-14T10:00:00Z '"of":"e1","amount":"10.00"'
} >s.jsonl
event c4 capture eve 2024-07-13T10:00:00Z '"hold":"k","points":"20"' >s3.jsonl
run "init" 0 init s.ledger s1.notch --clock events
run "a version with things to hold" 0 publish s.ledger s2.notch --from 2024-06-01T00:00:00Z
run "apply" 0 apply s.ledger s.jsonl
[ "$code" = 0 ] || cat out err
same "two cups, one till, two returns" 60 "$(available s.ledger eve)"
run "a version more" 0 publish s.ledger s3.notch --from 2024-07-01T00:00:00Z
run "the last hold" 0 apply s.ledger s3.jsonl
same "nothing is held" 0 "$(points s.ledger eve star held)"
stands s.ledger

# A date of booking picks the version.
rules star "field bookingdate date" "rules follow bookingdate" "" >b1.notch
sed 's/earn 1 star/earn 2 star/' b1.notch >b2.notch
{
  event f1 purchase cat 2024-08-01T10:00:00Z '"amount":"10.00","bookingdate":"2024-05-31"'
  event f2 purchase cat 2024-08-01T11:00:00Z '"amount":"10.00","bookingdate":"2024-06-01"'
} >f.jsonl
run "init" 0 init f.ledger b1.notch
run "publish" 0 publish f.ledger b2.notch --from 2024-06-01T00:00:00Z
run "apply" 0 apply f.ledger f.jsonl
same "10 + 20" 30 "$(available f.ledger cat)"
run "replay" 0 replay f.ledger
finish
