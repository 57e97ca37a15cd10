#!/bin/sh
# Returns of what a merged account did, in a ledger with two versions: decided by the version and
# the member of then, taken from the account that has the points now; replayed, explained, beside
# late events, returns that waited, and sent again under the old name.
. "$(dirname "$0")/edge_lib"

# rules RATE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  expire 12 months after earning

points clap
  pending for 7 days

points badge

member
  field friend member?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

event wait
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

payment checkout
  pay 1.00 CNY per 10 star

rule base
  on purchase
  earn $1 star per 1.00 CNY of amount
  limit 500 star per member per year

rule friends
  on purchase
  earn 1 clap per 10.00 CNY of amount to member.friend

rule waiting
  on wait
  earn 1 clap per 1.00 CNY of amount

rule badges
  on earning clap
  earn $1 badge per full 10 clap of earned(clap)
R
}
rules 1 >old.notch
rules 2 >new.notch
{
  event j1 join rex 2026-01-01T08:00:00Z
  event j2 join bob 2026-01-01T08:00:00Z '"friend":"rex"'
  event e1 purchase bob 2026-01-02T10:00:00Z '"amount":"200.00"'
  event w1 wait bob 2026-01-30T10:00:00Z '"amount":"95.00"'
  event p1 pay bob 2026-01-31T10:00:00Z '"payment":"checkout","points":"150","order":"20.00"'
  # under the new rules: 2 stars a yuan
  event e2 purchase ann 2026-02-02T10:00:00Z '"amount":"100.00"'
  event r0 return ann 2026-02-02T11:00:00Z '"of":"e1"'
  event h1 hold bob 2026-02-02T12:00:00Z \
    '"hold":"h","points":{"star":"30"},"until":"2026-12-01T00:00:00Z"'
  event r1 return bob 2026-02-02T13:00:00Z '"of":"e1","amount":"10.00"'
  event x1 return bob 2026-02-02T14:00:00Z '"of":"e3","amount":"20.00"'
  event m1 merge ann 2026-02-03T10:00:00Z '"from":"bob"'
  event j3 join cat 2026-02-03T10:30:00Z
  event m2 merge cat 2026-02-03T11:00:00Z '"from":"rex"'
} >first.jsonl
run "init" 0 init l.ledger old.notch --clock events
run "publish" 0 publish l.ledger new.notch --from 2026-02-01T00:00:00Z
run "apply" 3 apply l.ledger first.jsonl --clock events
same "before the merge it was another member's" 1 "$(grep -c "r0 .*bad_value" out)"
# 200 - 150 - 10, of them 30 held; and her 200
same "both in one account" "210 30" \
  "$(points l.ledger ann star available) $(points l.ledger ann star held)"
{
  # late, as the member of then: the rate of then
  event l1 purchase ann 2026-01-20T10:00:00Z '"amount":"7.00"'
  event r2 return ann 2026-02-07T10:00:00Z '"of":"e1","amount":"20.00"'
  event r3 return bob 2026-02-08T10:00:00Z '"of":"p1","points":{"star":"100"}'
  event r4 return bob 2026-02-09T10:00:00Z '"of":"w1","amount":"30.00"'
  # what waited under the old name
  event e3 purchase bob 2026-02-10T10:00:00Z '"amount":"50.00"'
} >second.jsonl
run "apply" 0 apply l.ledger second.jsonl --clock events
# 210 + 7 - 20, of his 10 in that lot first; + 100; + 2 * 30
same "stars after the returns" 357 "$(available l.ledger ann 2026-02-10T10:00:00Z)"
# 95 matured on 6 February: 2 badges for each 10; 65 are left
same "what his points had earned by then" "65 12" \
  "$(points l.ledger ann clap available) $(points l.ledger ann badge available)"
# a tenth of 200, less 10 and 20; and of the 30 left of e3, whose friend was merged by then
then=2026-02-10T10:00:00Z
same "the friend's survivor" "17 3" \
  "$(points l.ledger cat clap available $then) $(points l.ledger cat clap pending $then)"
run "again" 0 apply l.ledger second.jsonl --clock events
again=$("$NOTCH" apply l.ledger second.jsonl --clock events --json | member_of known)
same "sent again it is known" 5 "$again"
event r5 return ann 2026-02-11T10:00:00Z '"event":"purchase","amount":"137.00"' >third.jsonl
run "apply" 0 apply l.ledger third.jsonl --clock events
# the newest first: 30 of e3, 60 stars; 7 of l1; 100 of e2, 200 stars
same "without of, over both" 90 "$(available l.ledger ann 2026-02-11T10:00:00Z)"
stands l.ledger
for id in r2 r3 r4 r5 e1 p1 w1 m1 x1; do
  run "explain $id" 0 explain l.ledger "$id"
done
"$NOTCH" explain l.ledger r2 >r2
same "explain names the rule of then" 1 "$(grep -c 'base' r2 | sed 's/^[1-9].*/1/')"
run "statement" 0 statement l.ledger ann
run "export" 0 export l.ledger --format hledger
run "replay under the new rules" 3 replay l.ledger --rules new.notch
finish
