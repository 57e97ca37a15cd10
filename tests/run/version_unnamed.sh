#!/bin/sh
# An amount without a kind, recorded where there are two of them, is read back by the version that
# had one: of a capture, and of what goes back of it.
. "$(dirname "$0")/edge_lib"

# rules KIND MORE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points $1
  2 decimals

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 $1 per 1.00 CNY of amount

reward mug
  costs 5 $1
  stock 2
$2
R
}
rules star "" >old.notch
rules gem "
retire star with becomes gem at 2 gem per 1 star" >new.notch
{
  event a1 purchase ann 2036-03-01T09:00:00Z '"amount":"50.00"'
  event c1 purchase cat 2036-03-01T09:00:00Z '"amount":"40.00"'
  event h1 hold cat 2036-03-02T09:00:00Z \
    '"hold":"h","until":"2036-05-01T00:00:00Z","points":{"star":"7"}'
  event k1 capture cat 2036-04-02T09:00:00Z '"hold":"h","points":"3"'
  event r1 return cat 2036-04-03T09:00:00Z '"of":"k1","points":"1"'
  event a2 purchase ann 2036-04-04T09:00:00Z '"amount":"5.00"'
} >events.jsonl
run "init" 0 init l.ledger old.notch
run "publish" 0 publish l.ledger new.notch --from 2036-04-01T00:00:00Z
run "apply" 0 apply l.ledger events.jsonl --ahead "20000 days" --json
same "all are applied" 6 "$(member_of applied <out)"
same "what was retired, and more" 105.00 "$(points l.ledger ann gem available 2036-04-05)"
stands l.ledger
finish
