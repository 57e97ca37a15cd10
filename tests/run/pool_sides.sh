#!/bin/sh
# A household in a ledger: the owner of open lots is settled before others take of them, what they
# took comes back to him, and replay finds the same rows, under one version and under two.
. "$(dirname "$0")/edge_lib"

# rules FEE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  expire 12 months after earning

points badge

pool home
  earn 50% of star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule fee
  on each month
  when balance(star) >= 100 star
  deduct $1 star

rule badges
  on earning star
  earn 1 badge per full 10 star of earned(star)

payment checkout
  pay 1.00 CNY per 10 star
R
}
rules 60 >old.notch
rules 30 >new.notch
pay='"payment":"checkout","order":"90.00","points"'
{
  event n1 enter ann 2026-03-01T09:00:00Z '"pool":"home"'
  event n2 enter bob 2026-03-01T09:00:00Z '"pool":"home","with":"ann"'
  event e1 purchase ann 2026-03-10T10:00:00Z '"amount":"120.00"'
  event e2 purchase bob 2026-03-10T10:00:00Z '"amount":"20.00"'
  event p1 pay bob 2026-04-10T10:00:00Z "$pay"':"70"'
  event r1 return bob 2026-04-11T10:00:00Z '"of":"p1","points":"15"'
  event r2 return bob 2026-04-12T10:00:00Z '"of":"p1"'
} >events.jsonl
for versions in one two; do
  rm -rf l.ledger*
  run "init" 0 init l.ledger old.notch --clock events
  [ "$versions" = one ] ||
    run "publish" 0 publish l.ledger new.notch --from 2026-03-20T00:00:00Z
  run "apply" 0 apply l.ledger events.jsonl --clock events
  # on 1 April the fee took 60 (30) of 120; 50 of what is left were ann's part of the payment
  left=$([ "$versions" = one ] && echo 60 || echo 90)
  same "$versions: after the payment" "$((left - 50)) 0" \
    "$(available l.ledger ann 2026-04-10T12:00:00Z) $(available l.ledger bob 2026-04-10T12:00:00Z)"
  same "$versions: a part came back" "$((left - 35)) 0" \
    "$(available l.ledger ann 2026-04-11T12:00:00Z) $(available l.ledger bob 2026-04-11T12:00:00Z)"
  same "$versions: all came back" "$left 20" \
    "$(available l.ledger ann 2026-04-12T12:00:00Z) $(available l.ledger bob 2026-04-12T12:00:00Z)"
  # 12 for the purchase; 1 of 15 and 3 of 35 that came back
  same "$versions: what came back is earned" 16 "$(points l.ledger ann badge available)"
  stands l.ledger "$versions"
  for id in p1 r1 r2; do
    run "$versions: explain $id" 0 explain l.ledger "$id"
  done
done

# Who is merged keeps his place and what he had opened; another process finds the same in the rows.
rm -rf l.ledger*
run "init" 0 init l.ledger old.notch --clock events
{
  event n1 enter ann 2026-03-01T09:00:00Z '"pool":"home"'
  event n2 enter bob 2026-03-01T09:00:00Z '"pool":"home","with":"ann"'
  event e1 purchase ann 2026-03-10T10:00:00Z '"amount":"90.00"'
  event e2 purchase ann 2026-03-10T11:00:00Z '"amount":"8.00"'
  event h1 hold ann 2026-03-10T12:00:00Z \
    '"hold":"h","points":{"star":"70"},"until":"2026-03-20T00:00:00Z"'
  event j1 join cat 2026-03-11T10:00:00Z
  event m1 merge cat 2026-03-12T10:00:00Z '"from":"ann"'
} >events.jsonl
run "apply" 0 apply l.ledger events.jsonl --clock events
event p1 pay bob 2026-03-13T10:00:00Z "$pay"':"30"' >events.jsonl
run "more than is open" 3 apply l.ledger events.jsonl --clock events
event p2 pay bob 2026-03-13T11:00:00Z "$pay"':"20"' >events.jsonl
run "what is open" 0 apply l.ledger events.jsonl --clock events
same "20 of 28 that are not on hold" "8 0" \
  "$(available l.ledger cat 2026-03-13T12:00:00Z) $(available l.ledger bob 2026-03-13T12:00:00Z)"
event r1 return bob 2026-03-14T10:00:00Z '"of":"p2"' >events.jsonl
run "apply" 0 apply l.ledger events.jsonl --clock events
same "and back" 28 "$(available l.ledger cat 2026-03-14T12:00:00Z)"
stands l.ledger "after a merge"
finish
