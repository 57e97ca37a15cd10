#!/bin/sh
# A transfer is booked by itself on either side.  At a moment between the two nobody has the
# points, and still they are owed: totals add up (L6), and the liability counts them once.
. "$(dirname "$0")/edge_lib"

cat >club.notch <<'R'
program club
  timezone "UTC"
  currency EUR

points star
  expire 20 days after earning

points slow
  pending for 30 days

event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR

rule base
  on purchase
  earn 1 star per 1.00 EUR of amount
  rounded down

rule more
  on purchase
  earn 1 slow per 1.00 EUR of amount
  rounded down

rule give
  on transfer
R

# total KIND FIGURE AT: of all members.
figure() {
  "$NOTCH" balance l.ledger --at "$3" --json | tr -d ' \n' |
    sed -n 's/.*"'"$1"'":{\("issued[^}]*\)}.*/\1/p' | sed -n 's/.*"'"$2"'":"\([^"]*\)".*/\1/p'
}

# owed KIND DAY: what the liability has outstanding.
owed() {
  "$NOTCH" liability l.ledger --at "$2" --json | tr -d ' \n' |
    sed -n 's/.*"'"$1"'":{"issued[^{]*"outstanding":"\([^"]*\)".*/\1/p'
}

# adds_up WHAT DAY KIND ISSUED AVAILABLE PENDING EXPIRED
adds_up() {
  same "$1: $3 issued" "$4" "$(figure "$3" issued "$2T23:59:59Z")"
  same "$1: $3 available" "$5" "$(figure "$3" available "$2T23:59:59Z")"
  same "$1: $3 pending" "$6" "$(figure "$3" pending "$2T23:59:59Z")"
  same "$1: $3 expired" "$7" "$(figure "$3" expired "$2T23:59:59Z")"
  same "$1: $3 owed" "$(total "$5" "$6")" "$(owed "$3" "$2")"
}

run "init" 0 init l.ledger club.notch --clock events
{
  event e1 purchase ann 2025-01-01T10:00:00Z '"amount":"100.00"'
  event e2 purchase bob 2025-01-25T10:00:00Z '"amount":"10.00"'
  event e3 transfer ann 2025-01-05T10:00:00Z '"to":"bob","points":{"star":"60"}'
} >e.jsonl
run "apply" 0 apply l.ledger e.jsonl --clock events
same "the sender has given them" 40 "$(available l.ledger ann 2025-01-07T00:00:00Z)"
same "the receiver has them later" 0 "$(available l.ledger bob 2025-01-07T00:00:00Z)"
adds_up "before" 2025-01-04 star 100 100 0 0
adds_up "on their way" 2025-01-07 star 100 100 0 0
adds_up "over on their way" 2025-01-22 star 100 0 0 100
adds_up "arrived" 2025-01-26 star 110 10 0 100

# The sender's later booking is the newer one: they have come and not left yet.
{
  event e4 purchase cat 2025-01-10T10:00:00Z '"amount":"50.00"'
  event e5 join dan 2025-01-10T10:00:00Z
  event e6 purchase cat 2025-01-28T10:00:00Z '"amount":"1.00"'
  event e7 transfer cat 2025-01-12T10:00:00Z '"to":"dan","points":{"star":"30"}'
} >f.jsonl
run "apply" 0 apply l.ledger f.jsonl --clock events
same "the receiver has them" 30 "$(available l.ledger dan 2025-01-14T00:00:00Z)"
adds_up "counted once" 2025-01-14 star 150 150 0 0
adds_up "counted once when they are over" 2025-01-27 star 160 60 0 100
adds_up "left" 2025-01-29 star 161 61 0 100

# A merged account is emptied when it was last booked, the survivor's is filled with his own.
{
  event e8 purchase eva 2025-02-01T10:00:00Z '"amount":"20.00"'
  event e9 purchase fox 2025-02-10T10:00:00Z '"amount":"5.00"'
  event m1 merge fox 2025-02-10T11:00:00Z '"from":"eva"'
  event e10 purchase gus 2025-02-01T10:00:00Z '"amount":"7.00"'
  event e11 purchase hal 2025-02-20T10:00:00Z '"amount":"5.00"'
  event m2 merge gus 2025-02-11T11:00:00Z '"from":"hal"'
} >g.jsonl
run "apply" 0 apply l.ledger g.jsonl --clock events
adds_up "what is pending" 2025-02-12 slow 193 150 43 0
adds_up "when all is booked" 2025-02-21 slow 198 150 48 0
stands l.ledger
finish
