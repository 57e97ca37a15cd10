#!/bin/sh
# check_export.sh -- hledger and beancount accept the journal of the coffee sample in their strict
# modes, with balances equal to the last point, and one with odd names.
. "${top_srcdir:-.}/tests/report/export_lib.sh"

coffee=$rules/coffee
expect 3 run "$coffee/coffee.notch" "$coffee/events.jsonl" --ledger "$work/coffee.ledger" \
  --to 2027-05-01T00:00:00+08:00
compare "$work/coffee.ledger" star STAR 2027-05-01T00:00:00+08:00

expect 2 export "$work/coffee.ledger"
says "--format is needed"
expect 2 export "$work/coffee.ledger" --format xls

# Ids that could break a journal, a kind whose name is not Latin, and a published seed.
secret=s3cret
digest=$(printf %s "$secret" | sha256sum | cut -d' ' -f1)
cat >"$work/odd.notch" <<END
program odd "Odd \"names\"; (all)"
  timezone "UTC"
  currency USD
  draws from "sha256:$digest"
  rounded down

points 积分 "积分"
  2 decimals

points s "Stars"
  whole

event purchase
  field amount USD in 0.00 USD .. 1_000_000.00 USD

rule base
  on purchase
  earn 1 s per 1.00 USD of amount

rule more
  on purchase
  earn 0.25 积分 per 1.00 USD of amount
END
cat >"$work/odd.jsonl" <<'END'
{"id":"a|b;c)\" *","type":"purchase","member":"a:b  c \"d\"","at":"2026-01-05","amount":"10.00"}
{"id":"2","type":"purchase","member":"李梅","at":"2026-01-04T10:00:00Z","amount":"7.00"}
{"id":"3","type":"purchase","member":"M1","at":"2026-01-03T10:00:00Z","amount":"3.00"}
{"id":"4","type":"seed","at":"2026-01-06T10:00:00Z","seed":"s3cret"}
END
expect 0 run "$work/odd.notch" "$work/odd.jsonl" --ledger "$work/odd.ledger"
for format in hledger beancount; do
  expect 0 export "$work/odd.ledger" --format $format
  prints "seed of the draws: s3cret"
  cp "$work/out" "$work/odd.$format"
done
if LC_ALL=C.UTF-8 hledger -f "$work/odd.hledger" -s check ordereddates >"$work/out" 2>"$work/err"
then pass; else fail "hledger refuses odd names"; fi
if bean-check "$work/odd.beancount" >"$work/out" 2>"$work/err"
then pass; else fail "bean-check refuses odd names"; fi

# What goes into a purse is an amount of points, not of their smallest units.
cat >"$work/purse.notch" <<'R'
program purse
  timezone "UTC"
  currency EUR
points cent
  2 decimals
  rounded down
partner bank
  settles 0.04 EUR per 1 cent earned
  prepaid
event buy
  field amount EUR in 0.00 EUR .. 1_000.00 EUR
rule base
  on buy
  earn 1 cent per 1.00 EUR of amount
  funded by bank
R
echo '{"id":"f","type":"fund","at":"2026-01-01","partner":"bank","points":{"cent":"700.55"}}' \
  >"$work/purse.jsonl"
expect 0 init "$work/purse.ledger" "$work/purse.notch"
expect 0 apply "$work/purse.ledger" "$work/purse.jsonl"
expect 0 export "$work/purse.ledger" --format jsonl
prints '"kind":"purse","subject":"bank","amount":"700.55","points":"cent"'

finish
