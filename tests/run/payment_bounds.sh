#!/bin/sh
# The sentence of a payment that is refused names the bound, in points or in money as the rules do.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
  1 decimals

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

payment checkout
  pay 1.00 CNY per 20.0 star
  minimum 200.0 star
  maximum 50% of order
  steps of 20.0 star

payment counter
  pay 1.00 CNY per 20.0 star
  maximum 400.5 star

payment kiosk
  pay 1.00 CNY per 20.0 star
  minimum 5.00 CNY
  maximum 10.00 CNY

rule stars
  on purchase
  earn 1 star per 0.10 CNY of amount
R
pay() {
  event "$1" pay ann "2026-03-02T10:00:0${1#p}Z" \
    '"payment":"'"$2"'","points":"'"$3"'","order":"'"$4"'"'
}
{
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"100.00"'
  pay p1 checkout 190.0 48.00
  pay p2 checkout 210.0 48.00
  pay p3 checkout 500.0 48.01
  pay p4 counter 400.6 48.00
  pay p5 kiosk 99.0 48.00
  pay p6 kiosk 220.0 48.00
  pay p7 checkout 480.0 48.01
} >events.jsonl
run 'init' 0 init ledger rules.notch
run 'payments' 3 apply ledger events.jsonl
run 'refused' 0 refused ledger
sed -n 's/^\(p[0-9]\)  *[a-z_]*: /\1 /p' out >found
cat >expected <<'S'
p1 checkout takes at least 200.0 star
p2 checkout takes points in steps of 20.0 star
p3 checkout takes of this bill at most 24.00 CNY
p4 counter takes at most 400.5 star
p5 kiosk takes at least 5.00 CNY
p6 kiosk takes at most 10.00 CNY
S
same 'the sentences' "$(cat expected)" "$(cat found)"
same 'half of the bill is taken' '520.0' "$(available ledger ann)"
run 'replay' 0 replay ledger
finish
