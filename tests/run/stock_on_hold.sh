#!/bin/sh
# Stock that a hold reserves: over a change of version, whether or not somebody looked at the
# holder meanwhile, and where a capture comes after others took what it had kept.
. "$(dirname "$0")/edge_lib"

# rules REWARD-CLAUSES
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

reward mug
  costs 10 star
  $1
R
}
rules "" >endless.notch
rules "stock 1" >few.notch

# redeems LEDGER ID MEMBER AT: whether a mug can be had
redeems() {
  event "$2" redeem "$3" "$4" '"reward":"mug"' >redeem.jsonl
  if "$NOTCH" apply "$1" redeem.jsonl >out 2>err; then
    echo yes
  else
    "$NOTCH" refused "$1" --json | sed -n "/\"id\":\"$2\"/s/.*\"refused\":\"\([a-z_]*\)\".*/\1/p"
  fi
}

for name in ann bob cat; do
  event "p_$name" purchase $name 2024-01-01T10:00:00Z '"amount":"100.00"'
done >points.jsonl
hold='"reward":"mug","hold":"h","until":"2024-03-01T00:00:00Z"'
event h1 hold ann 2024-01-10T10:00:00Z "$hold" >hold.jsonl

# The hold is older than the version that says how many there are.
run "init" 0 init v.ledger endless.notch
run "points" 0 apply v.ledger points.jsonl
run "hold" 0 apply v.ledger hold.jsonl
run "publish" 0 publish v.ledger few.notch --from 2024-02-01T00:00:00Z
sleep 1
same "the only one is on hold" out_of_stock "$(redeems v.ledger r1 bob 2024-02-10T10:00:00Z)"
same "a second before the end" out_of_stock "$(redeems v.ledger r2 bob 2024-02-29T23:59:59Z)"
same "at the end" yes "$(redeems v.ledger r3 bob 2024-03-01T00:00:00Z)"
same "once" out_of_stock "$(redeems v.ledger r4 cat 2024-03-01T00:00:01Z)"
run "explain" 0 explain v.ledger r3
same "what leaves the stock" 1 "$(grep -c 'mug -1$' out)"
stands v.ledger
run "advance" 0 advance v.ledger --to 2024-03-02
same "nothing comes back twice" out_of_stock "$(redeems v.ledger r5 cat 2024-03-03T00:00:00Z)"
stands v.ledger

# Without an end to the stock once more: what was captured meanwhile is no matter.
run "publish" 0 publish v.ledger endless.notch --from 2024-04-01T00:00:00Z
sleep 1
same "as many as one likes" yes "$(redeems v.ledger r6 cat 2024-04-02T00:00:00Z)"
stands v.ledger

# Looked at or not: the answers are the same, also for an event from before the end.
for ledger in looked.ledger not.ledger; do
  run "init" 0 init $ledger few.notch
  run "points" 0 apply $ledger points.jsonl
  run "hold" 0 apply $ledger hold.jsonl
  event v1 purchase bob 2024-03-01T01:00:00Z '"amount":"1.00"' >visit.jsonl
  run "bob comes after the end" 0 apply $ledger visit.jsonl
  [ $ledger = not.ledger ] || run "advance" 0 advance $ledger --to 2024-03-01T02:00:00Z
  same "$ledger: from before the end" out_of_stock \
    "$(redeems $ledger r1 cat 2024-02-29T23:00:00Z)"
  same "$ledger: at the end" yes "$(redeems $ledger r2 cat 2024-03-01T00:00:00Z)"
  same "$ledger: the last" out_of_stock "$(redeems $ledger r3 bob 2024-03-01T02:00:00Z)"
  stands "$ledger"
done

# It was promised: a capture in time goes through, and the next restock makes up for it.
run "init" 0 init c.ledger few.notch
run "points" 0 apply c.ledger points.jsonl
run "hold" 0 apply c.ledger hold.jsonl
same "the end is over" yes "$(redeems c.ledger r1 bob 2024-03-01T10:00:00Z)"
event c1 capture ann 2024-02-28T10:00:00Z '"hold":"h"' >capture.jsonl
run "and the capture was before" 0 apply c.ledger capture.jsonl
same "ann paid" 90 "$(available c.ledger ann)"
printf '{"id":"s1","type":"restock","at":"2024-03-02T10:00:00Z","reward":"mug","quantity":1}\n' \
  >restock.jsonl
run "restock" 0 apply c.ledger restock.jsonl
same "one is still missing" out_of_stock "$(redeems c.ledger r2 cat 2024-03-02T11:00:00Z)"
sed 's/s1/s2/' restock.jsonl >again.jsonl
run "another" 0 apply c.ledger again.jsonl
same "now there is one" yes "$(redeems c.ledger r3 cat 2024-03-02T12:00:00Z)"
stands c.ledger
finish
