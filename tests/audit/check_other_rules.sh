#!/bin/sh
# check_other_rules.sh -- replay compares with rules that lack what the ledger has, or declare it
# otherwise: each such event is a difference, and none is a damage of the ledger.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

cat >had.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down

points star
  whole

points gem
  whole

partner bank
  settles 0.04 CNY per 1 gem earned
  prepaid

reward mug
  costs 5 star
  stock 10

payment cash
  pay 1.00 CNY per 10 star

pool home
  at most 6 member
  earn 50% of star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule gems
  on purchase
  earn 1 gem per 1.00 CNY of amount
  funded by bank

rule give
  on purchase
  when amount >= 100.00 CNY
  grant mug
R
# house ID TYPE TIME FIELDS and event ID TYPE MEMBER TIME FIELDS: a line, in March
house() { echo "{\"id\":\"$1\",\"type\":\"$2\",\"at\":\"2026-03-$3:00Z\",$4}"; }
event() { echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"$3\",\"at\":\"2026-03-$4:00Z\",$5}"; }
{
  house fund fund 01T08:00 '"partner":"bank","points":{"gem":"30"}'
  house restock restock 01T08:00 '"reward":"mug","quantity":3'
  event ann purchase ann 01T10:00 '"amount":"150.00"'
  event bob purchase bob 01T10:00 '"amount":"150.00"'
  event granted redeem ann 02T10:00 '"reward":"mug"'
  event bought redeem ann 02T10:00 '"reward":"mug","quantity":2'
  event paid pay ann 03T10:00 '"payment":"cash","points":"20","order":"20.00"'
  event enter enter ann 04T10:00 '"pool":"home"'
  event with enter bob 04T10:00 '"pool":"home","with":"ann"'
  event hold1 hold bob 05T10:00 '"hold":"h1","reward":"mug","until":"2026-03-06T10:00:00Z"'
  event hold2 hold bob 05T10:00 \
    '"hold":"h2","payment":"cash","points":"10","order":"20.00","until":"2026-03-06T10:00:00Z"'
  event capture1 capture bob 05T11:00 '"hold":"h1"'
  event capture2 capture bob 05T11:00 '"hold":"h2"'
  event unpaid return ann 06T11:00 '"of":"paid"'
  event unbought return ann 06T11:00 '"of":"bought"'
  event exit exit bob 07T10:00 '"pool":"home"'
  event adjust adjust bob 08T10:00 '"points":{"gem":"5"},"reason":"x"'
  event less return ann 09T11:00 '"of":"ann","amount":"50.00"'
  event latest return bob 09T12:00 '"event":"purchase","amount":"20.00"'
} >events.jsonl
expect 0 run had.notch events.jsonl --ledger l.ledger
expect 0 replay l.ledger --rules had.notch
prints "these rules give the same"

# without the reward, the payment, the pool, the partner and one kind of points
sed -e '/^points gem/,/^event purchase/{/^event purchase/!d;}' -e '/^rule gems/,$d' had.notch \
  >few.notch
for threads in 1 2; do
  expect 3 replay l.ledger --rules few.notch --threads $threads
  prints "the rules have no points kind"
  prints "bought (#7): reason: recorded nothing, recomputed the rules have no reward"
  prints "paid (#8): reason: recorded nothing, recomputed the rules have no payment"
  prints "enter (#9): reason: recorded nothing, recomputed the rules have no pool"
  prints "hold1 (#11): reason: recorded nothing, recomputed the rules have no reward"
  # what was held is held all the same
  differs=$(grep "^  capture" out)
  if [ -n "$differs" ]; then fail "a capture differs: $differs"; else pass; fi
done

# without the event
sed -e 's/^event purchase/event sale/' -e 's/on purchase/on sale/' few.notch >other.notch
expect 3 replay l.ledger --rules other.notch
prints 'ann (#4): reason: recorded nothing, recomputed the rules know no event `purchase`'
prints 'less (#19): reason: recorded nothing, recomputed `of`: ann is no event that can be returned'
prints 'latest (#20): reason: recorded nothing, recomputed `event`: the rules know no event'

# with another type of its field
sed -e 's/field amount CNY.*/field amount date/' -e 's/ per 1.00 CNY of amount//' few.notch \
  >typed.notch
expect 3 replay l.ledger --rules typed.notch
prints "ann (#4): reason: recorded nothing, recomputed \`amount\` is a date such as"

# with other decimals of a kind: what is recorded would be another amount
sed -e '/^points gem/,/^$/s/whole/2 decimals/' had.notch >finer.notch
expect 1 replay l.ledger --rules finer.notch
says "points gem have 0 decimals, and 2 in these rules"

# more differences than are listed: the same ones, whoever found them
sed -n -e '1,6p' -e '/^event purchase/,/^rule gems/p' had.notch | sed -e '/^rule gems/d' >once.notch
sed -e 's/earn 1 star/earn 2 star/' once.notch >twice.notch
number=0
while [ $number -lt 1500 ]; do
  number=$((number + 1))
  event $number purchase member$((number * number % 23)) 01T10:00 '"amount":"5.00"'
done >many.jsonl
expect 0 run once.notch many.jsonl --ledger many.ledger
expect 3 replay many.ledger --rules twice.notch --threads 1 --json
cp out by_one
for threads in 2 3; do
  expect 3 replay many.ledger --rules twice.notch --threads $threads --json
  if cmp -s by_one out; then pass; else fail "$threads threads list other differences"; fi
done

finish
