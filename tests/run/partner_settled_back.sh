#!/bin/sh
# What a return undoes is settled back with the partner who funded it, at the rate of then.
. "$(dirname "$0")/edge_lib"

# rules KIND EARNED SPENT MORE
rules() {
  cat <<R
program shop
  timezone "UTC"
  currency CNY
  rounded down per event
  $4

points $1

partner bank
  settles $2 CNY per 1 $1 earned
  settles $3 CNY per 1 $1 spent
  postpaid

partner shoemaker
  settles 1.00 CNY per 1 $1 earned
  postpaid

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

event shoes
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 $1 per 1.00 CNY of amount
  funded by bank

rule boots
  on shoes
  earn 1 $1 per 1.00 CNY of amount
  funded by shoemaker

reward mug
  costs 100 $1
R
}
rules star 0.04 0.01 "" >v1.notch
rules star 0.10 0.07 "" >v2.notch
rules leaf 0.20 0.30 "retire star with becomes leaf at 3 leaf per 1 star" >v3.notch

# owes PARTNER KIND EARNED|SPENT: what it has to pay; nothing where it is not named
owes() {
  "$NOTCH" liability l.ledger --json >out 2>err || cat err
  tr -d ' \n' <out | tr '{' '\n' |
    sed -n 's/.*"partner":"'"$1"'","points":"'"$2"'","on":"'"$3"'".*"money":"\([^"]*\)".*/\1/p'
}

# sends LINES...: they are applied
sends() {
  what=$1
  shift
  printf '%s\n' "$@" >events.jsonl
  run "$what" 0 apply l.ledger events.jsonl
}

run "init" 0 init l.ledger v1.notch
sends "four sales and two uses" \
  "$(event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"100.00"')" \
  "$(event e2 purchase ann 2024-01-11T10:00:00Z '"amount":"200.00"')" \
  "$(event e3 purchase bob 2024-01-11T10:00:00Z '"amount":"100.00"')" \
  "$(event u1 redeem bob 2024-01-12T10:00:00Z '"reward":"mug"')" \
  "$(event e4 purchase cat 2024-01-11T10:00:00Z '"amount":"100.00"')" \
  "$(event u2 redeem cat 2024-01-12T10:00:00Z '"reward":"mug"')"
same "500 at 0.04" 20.00 "$(owes bank star earned)"
same "200 at 0.01" 2.00 "$(owes bank star spent)"
run "other rates" 0 publish l.ledger v2.notch --from 2024-02-01T00:00:00Z
sleep 1
sends "a return that names its sale" \
  "$(event r1 return ann 2024-02-10T10:00:00Z '"of":"e1"')"
same "100 less" 16.00 "$(owes bank star earned)"
sends "one that names none" \
  "$(event r2 return ann 2024-02-11T10:00:00Z '"event":"purchase","amount":"50.00"')"
same "50 less, at the rate of the sale" 14.00 "$(owes bank star earned)"
sends "a use is returned" "$(event r3 return bob 2024-02-12T10:00:00Z '"of":"u1"')"
same "it had cost 0.01 each" 1.00 "$(owes bank star spent)"

# What was sold has been used since: it is taken from what another partner funded, or owed.
sends "shoes" "$(event s1 shoes cat 2024-02-12T10:00:00Z '"amount":"40.00"')"
same "40 at 1.00" 40.00 "$(owes shoemaker star earned)"
sends "cat returns" "$(event r4 return cat 2024-02-13T10:00:00Z '"of":"e4"')"
same "the shoes were sold" 40.00 "$(owes shoemaker star earned)"
same "what was returned was not: 40 taken, 60 owed" 10.00 "$(owes bank star earned)"
same "so it is" 60 "$(points l.ledger cat star debt)"

# Points that become others were sold once.
sends "a sale at the new rate" \
  "$(event e5 purchase dan 2024-02-20T10:00:00Z '"amount":"10.00"')"
same "10 at 0.10" 11.00 "$(owes bank star earned)"
run "another kind" 0 publish l.ledger v3.notch --from 2024-03-01T00:00:00Z
sleep 1
run "advance" 0 advance l.ledger --to 2024-03-02
same "dan has 30 leaves" 30 "$(points l.ledger dan leaf available)"
same "the stars were paid for" 11.00 "$(owes bank star earned)"
same "the leaves were not sold" "" "$(owes bank leaf earned)"
sends "leaves" "$(event e6 purchase dan 2024-03-20T10:00:00Z '"amount":"10.00"')"
same "10 at 0.20" 2.00 "$(owes bank leaf earned)"
finish
