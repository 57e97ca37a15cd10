#!/bin/sh
# Lots that wait for an event go on waiting for it when a later version drops the rule that opened
# them, or lets it wait for another event; when the event itself is gone they wait for nothing.
. "$(dirname "$0")/edge_lib"

# rules EVENTS RULES
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event purchase

$1
rule other
  on purchase
  earn 1 star

$2
R
}
early() {
  printf 'rule early\n  on purchase\n  earn 10 star\n  pending until %s\n' "$1"
}
both='event visit

event call
'
rules "$both" "$(early visit)" >old.notch
rules "$both" '' >dropped.notch
rules "$both" "$(early call)" >changed.notch
rules 'event call
' '' >gone.notch

# start RULES: a ledger whose second version, from July, is RULES
start() {
  rm -rf ledger*
  run "$1: init" 0 init ledger old.notch --clock events
  run "$1: publish" 0 publish ledger "$1" --from 2016-07-01T00:00:00Z
  event e1 purchase bob 2016-06-16T08:00:00Z >events.jsonl
  event e2 purchase bob 2016-07-16T08:00:00Z >>events.jsonl
  run "$1: apply" 0 apply ledger events.jsonl --clock events
}
# send TYPE
send() {
  event "x-$1" "$1" bob 2016-07-17T08:00:00Z >next.jsonl
  run "$1" 0 apply ledger next.jsonl --clock events
}
# check WHAT AVAILABLE PENDING
check() {
  same "$1" "$2 $3" "$(available ledger bob 2016-07-18T00:00:00Z) \
$(points ledger bob star pending 2016-07-18T00:00:00Z)"
}

start dropped.notch
check 'the dropped rule waits' 2 10
send visit
check 'and matures' 12 0
stands ledger 'dropped'

start changed.notch
check 'both purchases wait' 2 20
send visit
check 'the older one matures by its own event' 12 10
send call
check 'the newer one by its own' 22 0
stands ledger 'changed'

start gone.notch
check 'nothing to wait for' 12 0
stands ledger 'gone'
finish
