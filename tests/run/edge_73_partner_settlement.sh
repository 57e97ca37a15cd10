#!/bin/sh
# Edge 73: a partner settles at the rate of issue or of use, and a cancelled use is not settled.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

points mile

partner bank
  settles 0.04 CNY per 1 star earned
  postpaid

partner air
  settles 0.03 CNY per 1 mile spent
  postpaid

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
  funded by bank

rule mile_base
  on purchase
  earn 1 mile per 1.00 CNY of amount
  funded by air

reward seat
  costs 677 mile
R
cat >sale.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"1237.00"}
R
{
  event u1 redeem ann 2024-03-02T10:00:00+08:00 '"reward":"seat","quantity":1'
} >use.jsonl
cat >cancel.jsonl <<'R'
{"id":"c1","type":"return","member":"ann","at":"2024-03-03T10:00:00+08:00","of":"u1"}
R
# settled FIGURE: whether the liability report names it
settled() {
  "$NOTCH" liability l.ledger --json >out 2>err || cat err
  if grep -q -e "$1" out; then echo yes; else echo no; fi
}
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger sale.jsonl
# 1237 * 0.04 = 49.48 at issue; nothing was used yet: 677 * 0.03 = 20.31 is not there
same "the bank owes for what was issued" yes "$(settled '49\.48')"
same "the airline owes nothing yet" no "$(settled '20\.31')"
run "use" 0 apply l.ledger use.jsonl
same "the airline owes for what was used" yes "$(settled '20\.31')"
run "cancel" 0 apply l.ledger cancel.jsonl
same "a cancelled use is not owed" no "$(settled '20\.31')"
same "the issue still is" yes "$(settled '49\.48')"
finish
