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
cat >events.jsonl <<'R'
{"id":"fund","type":"fund","at":"2026-03-01T08:00:00Z","partner":"bank","points":{"gem":"30"}}
{"id":"restock","type":"restock","at":"2026-03-01T08:00:01Z","reward":"mug","quantity":3}
{"id":"ann","type":"purchase","member":"ann","at":"2026-03-01T10:00:00Z","amount":"150.00"}
{"id":"bob","type":"purchase","member":"bob","at":"2026-03-01T10:00:00Z","amount":"150.00"}
{"id":"granted","type":"redeem","member":"ann","at":"2026-03-02T10:00:00Z","reward":"mug"}
{"id":"bought","type":"redeem","member":"ann","at":"2026-03-02T10:00:00Z","reward":"mug","quantity":2}
{"id":"paid","type":"pay","member":"ann","at":"2026-03-03T10:00:00Z","payment":"cash","points":"20","order":"20.00"}
{"id":"enter","type":"enter","member":"ann","at":"2026-03-04T10:00:00Z","pool":"home"}
{"id":"with","type":"enter","member":"bob","at":"2026-03-04T10:00:00Z","pool":"home","with":"ann"}
{"id":"hold1","type":"hold","member":"bob","at":"2026-03-05T10:00:00Z","hold":"h1","reward":"mug","until":"2026-03-06T10:00:00Z"}
{"id":"hold2","type":"hold","member":"bob","at":"2026-03-05T10:00:00Z","hold":"h2","payment":"cash","points":"10","order":"20.00","until":"2026-03-06T10:00:00Z"}
{"id":"capture1","type":"capture","member":"bob","at":"2026-03-05T11:00:00Z","hold":"h1"}
{"id":"capture2","type":"capture","member":"bob","at":"2026-03-05T11:00:00Z","hold":"h2"}
{"id":"unpaid","type":"return","member":"ann","at":"2026-03-06T11:00:00Z","of":"paid"}
{"id":"unbought","type":"return","member":"ann","at":"2026-03-06T11:00:00Z","of":"bought"}
{"id":"exit","type":"exit","member":"bob","at":"2026-03-07T10:00:00Z","pool":"home"}
{"id":"adjust","type":"adjust","member":"bob","at":"2026-03-08T10:00:00Z","points":{"gem":"5"},"reason":"x"}
{"id":"less","type":"return","member":"ann","at":"2026-03-09T11:00:00Z","of":"ann","amount":"50.00"}
{"id":"latest","type":"return","member":"bob","at":"2026-03-09T12:00:00Z","event":"purchase","amount":"20.00"}
R
expect 0 run had.notch events.jsonl --ledger l.ledger
expect 0 replay l.ledger --rules had.notch
prints "these rules give the same"

# without the reward, the payment, the pool, the partner and one kind of points
sed -e '/^points gem/,/^event purchase/{/^event purchase/!d;}' -e '/^rule gems/,$d' had.notch >few.notch
for threads in 1 2; do
  expect 3 replay l.ledger --rules few.notch --threads $threads
  prints "the rules have no points kind"
  prints "bought (#7): reason: recorded nothing, recomputed the rules have no reward"
  prints "paid (#8): reason: recorded nothing, recomputed the rules have no payment"
  prints "enter (#9): reason: recorded nothing, recomputed the rules have no pool"
  prints "capture1 (#13): reason: recorded nothing, recomputed there is no hold h1"
done

# without the event
sed -e 's/^event purchase/event sale/' -e 's/on purchase/on sale/' few.notch >other.notch
expect 3 replay l.ledger --rules other.notch
prints 'ann (#4): reason: recorded nothing, recomputed the rules know no event `purchase`'
prints 'less (#19): reason: recorded nothing, recomputed `of`: ann is no event that can be returned'
prints 'latest (#20): reason: recorded nothing, recomputed `event`: the rules know no event `purchase`'

# with another type of its field
sed -e 's/field amount CNY.*/field amount date/' -e 's/ per 1.00 CNY of amount//' few.notch >typed.notch
expect 3 replay l.ledger --rules typed.notch
prints "ann (#4): reason: recorded nothing, recomputed the event has values that these rules cannot"

finish
