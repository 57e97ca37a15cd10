#!/bin/sh
# What falls due at D goes by the version in force at D; lots keep the dates they were opened
# with; holds stay open over a change of version.
. "$(dirname "$0")/edge_lib"

rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  $1

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule monthly
  on each month
  earn $2 star
$3
R
}
pay='payment checkout
  pay 1.00 CNY per 20 star
  hold for 12 months'
rules "expire 12 months after earning" 1 "$pay" >v1.notch
rules "expire 24 months after earning" 10 "" >v2.notch
{
  event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"100.00"'
  event h1 hold ann 2024-01-10T11:00:00Z '"payment":"checkout","hold":"h","points":"40"'
} >e1.jsonl
run "init" 0 init l.ledger v1.notch
run "apply" 0 apply l.ledger e1.jsonl
run "a version of the future" 0 publish l.ledger v2.notch --from 2124-01-01T00:00:00Z
run "init" 0 init m.ledger v1.notch --from 2024-01-01T00:00:00Z
run "apply" 0 apply m.ledger e1.jsonl
event e2 purchase ann 2024-06-10T10:00:00Z '"amount":"0.00"' >e2.jsonl
run "time passes until June" 0 apply m.ledger e2.jsonl
# 60 + 1 for each of February to June
same "five months by the old version" 65 "$(available m.ledger ann 2024-06-11T00:00:00Z)"
run "publish" 0 publish m.ledger v2.notch
event c1 capture ann "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '"hold":"h"' >c1.jsonl
run "the hold timed out under the old version" 3 apply m.ledger c1.jsonl
stands m.ledger

run "init" 0 init f.ledger v1.notch
{
  event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"100.00"'
} >e1.jsonl
run "apply" 0 apply f.ledger e1.jsonl
run "advance" 0 advance f.ledger --to 2024-03-15T00:00:00Z
run "replay" 0 replay f.ledger
next=$(($(date -u +%Y) + 1))
{
  event e2 purchase bob "$(date -u +%Y)-01-01T10:00:00Z" '"amount":"100.00"'
} >e2.jsonl
run "apply" 0 apply f.ledger e2.jsonl
run "publish from next year" 0 publish f.ledger v2.notch --from "$next-01-01T00:00:00Z"
a=$(available f.ledger bob "$next-01-01T12:00:00Z")
b=$(available f.ledger bob "$next-02-01T12:00:00Z")
# his lot of the old version ends by the old terms; ten, not one, come in
same "February is of the new version, his lot ended by the old" $((a - 100 + 10)) \
  "$(total "$b" 0)"
finish
