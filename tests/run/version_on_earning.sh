#!/bin/sh
# A return when rules on earning ran, after the points matured, under a later version than the
# purchase's: what they gave is worked out again by the version that gave it, whether it was
# recorded long before the return or just ahead of it.
. "$(dirname "$0")/edge_lib"

# rules BADGES MORE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  pending for 1 month

points badge

event visit
  field score number in 0 .. 1_000

rule base
  on visit
  earn 1 star * floor(score / 2)

$2rule again
  on earning star
  earn $1 badge per full 10 star of earned(star)
R
}
rules 2 '' >old.notch
rules 5 'rule other
  on visit
  when score > 900
  earn 1 badge

' >new.notch
visit='"score":"46"'
for told in 'before the return' 'with the return'; do
  rm -rf ledger*
  run "$told: init" 0 init ledger old.notch --clock events
  run "$told: publish" 0 publish ledger new.notch --from 2016-07-01T00:00:00Z
  event e1 visit bob 2016-06-16T08:00:00Z "$visit" >events.jsonl
  event e2 visit ann 2016-05-16T08:00:00Z "$visit" >>events.jsonl
  run "$told: apply" 0 apply ledger events.jsonl --clock events
  [ "$told" = 'with the return' ] || run "$told: advance" 0 advance ledger --to 2016-07-17T00:00:00Z
  {
    event r1 return bob 2016-07-17T09:00:00Z '"of":"e1","score":"10"'
    event r2 return ann 2016-07-17T09:00:00Z '"of":"e2","score":"10"'
  } >returns.jsonl
  run "$told: return of a part" 0 apply ledger returns.jsonl --clock events
  # 23 stars matured under the new version: 10 badges; 18 are left: 5
  same "$told: the new version's badges" 5 "$(points ledger bob badge available)"
  # ann's matured under the old version: 4 badges, now 2
  same "$told: the old version's badges" 2 "$(points ledger ann badge available)"
  event r3 return bob 2016-07-18T09:00:00Z '"of":"e1"' >rest.jsonl
  run "$told: return of the rest" 0 apply ledger rest.jsonl --clock events
  same "$told: nothing is left" "0 0" \
    "$(points ledger bob badge available) $(points ledger bob star available)"
  stands ledger "$told"
done
finish
