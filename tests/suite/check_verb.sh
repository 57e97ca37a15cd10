#!/bin/sh
# check_verb.sh -- `notch test`: what is covered, what properties come to, JSON, exit codes.
. "${top_srcdir:-.}/tests/cli/common.sh"

cat >"$work/club.notch" <<'END'
program club
  timezone "UTC"
  currency CNY
  rounded down

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field channel one of store, app, web

measure spend is sum of amount on purchase

ladder status tiers silver < gold < platinum
  start at silver
  tier gold
    reach when spend over the last 12 months >= 500.00 CNY
  tier platinum
    reach when spend over the last 12 months >= 5_000.00 CNY
  lasts for 12 months

table rate of channel gives exclusive
  | store => 1x
  | app => 2x
  | web => 1x

rule base
  on purchase
  when amount >= 10.00 CNY
  earn 1 star per 1.00 CNY of amount

group extras combine best
  limit 700 star per member per day

rule by_channel
  on purchase
  belongs to extras
  multiply base by rate(channel)

rule large
  on purchase
  when amount >= 200.00 CNY
  belongs to extras
  multiply base by 1.5x
  limit 1 times per member per day

test "an app sale, and gold for a year"
  at 2026-03-02 10:00 ann purchase with amount 600.00 CNY, channel app
  expect ann has 1_200 star
  expect ann is gold
  at 2026-03-02 11:00 ann purchase with amount 300.00 CNY, channel web
  expect ann has 1_600 star
  at 2028-01-01 00:00
  expect ann is silver
END
cat >"$work/limits.notch" <<'END'
program limits
  timezone "UTC"
  currency CNY
  rounded down

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule moving
  on transfer
  limit 50 star per member per day

reward mug
  costs 10 star
  limit 1 times per member per day

reward cup
  costs 10 star
  limit 5 times per member per day

payment checkout
  pay 1.00 CNY per 10 star
  limit 100 star per member per day

test "limits of what points buy"
  at 2026-03-02 10:00 ann purchase with amount 600.00 CNY
  at 2026-03-02 10:00 bob purchase with amount 1.00 CNY
  at 2026-03-02 11:00 ann redeem with reward mug, quantity 1
  at 2026-03-02 12:00 ann redeem with reward mug, quantity 1
  expect refused limit_reached
  at 2026-03-02 13:00 ann pay with payment checkout, points 50 star, order 90.00 CNY
  at 2026-03-02 14:00 ann transfer with to "bob", points 60 star
  expect refused limit_reached
END
cat >"$work/claims.notch" <<'END'
program claims
  timezone "UTC"
  currency CNY
  rounded down
points star
ladder status tiers silver < gold
  start at silver
  tier gold
    lifetime when count_of > 100
measure count_of is count on purchase
event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field channel one of store, app
rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
rule more
  on purchase
  when tier = gold and channel = app and weekday of today = Friday
  multiply base by 3x
property "four" on purchase always earned(star) <= 4 star per 1.00 CNY of amount
property "two" on purchase always earned(star) <= 2 star per 1.00 CNY of amount
property "odd" on purchase never earned(star) = 777_777 star
test "one"
  at 2026-03-02 10:00 ann purchase with amount 6.00 CNY, channel app
  expect ann has 6 star
END
cd "$work" || exit 99

# line TEXT: a whole line of standard output
line() { if grep -qxF -e "$1" "$work/out"; then pass; else fail "no line: $1"; fi; }

expect 0 test --coverage club.notch
silent
line "  club.notch:14: tier gold: reached 1, kept 0, left 1"
line "! club.notch:14: tier platinum: reached 0, kept 0, left 0"
line "! club.notch:23: | store => 1x: used 0"
line "  club.notch:24: | app => 2x: used 1"
line "  club.notch:25: | web => 1x: used 1"
line "  club.notch:27: rule base: applied 2, skipped 0"
line "! club.notch:29: when amount >= 10.00 CNY: true 2, false 0"
line "  club.notch:33: limit 700 star per member per day: bound 1, used 2"
line "  club.notch:35: rule by_channel: applied 1, skipped 1"
line "  club.notch:35: by_channel in group extras: chosen 1, set_aside 1"
line "  club.notch:40: rule large: applied 1, skipped 1"
line "  club.notch:40: large in group extras: chosen 1, set_aside 1"
line "! club.notch:42: when amount >= 200.00 CNY: true 2, false 0"
line "! club.notch:45: limit 1 times per member per day: bound 0, used 1"
line "9 of 14 clauses covered"
[ "$(tail -n 1 "$work/out")" = "1 passed, 0 failed" ] && pass || fail "another closing line"
expect 0 test --coverage limits.notch
line "  limits.notch:17: limit 50 star per member per day: bound 1, used 0"
line "  limits.notch:21: limit 1 times per member per day: bound 1, used 1"
line "! limits.notch:25: limit 5 times per member per day: bound 0, used 0"
line "! limits.notch:29: limit 100 star per member per day: bound 0, used 1"
expect 0 test --coverage club.notch

# figure EXPRESSION VALUE: what python finds in the document d
figure() {
  found=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8")); print(eval(sys.argv[2]))' \
    "$work/out" "$1" 2>&1)
  [ "$found" = "$2" ] && pass || fail "$1 is $found, not $2"
}
if command -v python3 >/dev/null 2>&1; then
  expect 0 test --coverage --json club.notch
  figure '(d["passed"], d["failed"], d["properties"])' "(1, 0, [])"
  figure '[(t["test"], t["passed"], t["failures"]) for t in d["tests"]]' \
    "[('an app sale, and gold for a year', True, [])]"
  figure '(d["coverage"]["covered"], d["coverage"]["clauses"])' "(9, 14)"
  figure '[(c["line"], c["used"]) for c in d["coverage"]["items"] if c["kind"] == "row"]' \
    "[(23, 0), (24, 1), (25, 1)]"
  figure '[c["covered"] for c in d["coverage"]["items"] if c["kind"] == "when"]' "[False, False]"
  figure '[(c["bound"], c["used"]) for c in d["coverage"]["items"] if c["kind"] == "limit"]' \
    "[(1, 2), (0, 1)]"
fi

# A refuted property is no error of the script for `test`, and one for everything else.
expect 3 test claims.notch
says "claims.notch:22:1: refuted: given ann with tier gold, at 2026-01-09 12:00 ann purchase with"
says "channel app earns 3"
says 'in property "two"'
says "claims.notch:23:1: not checked:"
line "properties: 1 proved, 1 refuted, 1 not checked"
line "1 passed, 0 failed"
expect 1 check claims.notch
says "claims.notch:22:1: error[N0507]"
says "claims.notch:23:1: note[N0421]"
expect 1 init claims.ledger claims.notch
if command -v python3 >/dev/null 2>&1; then
  expect 3 test --json claims.notch
  figure '[(p["property"], p["verdict"]) for p in d["properties"]]' \
    "[('four', 'proved'), ('two', 'refuted'), ('odd', 'not_checked')]"
fi

# Publishing as a document: what changes, what it means, whether it was done.
sed 's/>= 500.00 CNY/>= 50.00 CNY/; s/^rule large/rule big/' club.notch >second.notch
cat >sale.csv <<'END'
id,type,member,at,amount,channel
a,purchase,ann,2026-03-02T10:00:00Z,60.00,web
END
expect 0 init club.ledger club.notch
expect 0 apply --csv club.ledger sale.csv
if command -v python3 >/dev/null 2>&1; then
  for how in --dry-run --json; do
    expect 0 publish club.ledger second.notch --json $how
    figure '[(c["change"], c["kind"], c["name"]) for c in d["changes"]][:2]' \
      "[('added', 'rule', 'big'), ('removed', 'rule', 'large')]"
    figure 'd["published"], d["version"]' \
      "($([ $how = --json ] && echo True || echo False), 2)"
    figure 'd["tiers"], d["points"]' "([], [])"
  done
  expect 0 publish club.ledger second.notch --json
  figure 'd' "{'version': 2, 'published': False}"
fi

# A failed test keeps its place in the document.
sed 's/has 6 star/has 7 star/' claims.notch >wrong.notch
expect 3 test wrong.notch
says "wrong.notch:26:3: failed: expected ann has 7 star"
line "0 passed, 1 failed"
if command -v python3 >/dev/null 2>&1; then
  expect 3 test --json wrong.notch claims.notch
  silent
  figure '[(t["passed"], [f["line"] for f in t["failures"]]) for t in d["tests"]]' \
    "[(False, [26]), (True, [])]"
fi

# The event that refutes is a step that a test can take.
sed '/^test/,$d' claims.notch >again.notch
cat >>again.notch <<'END'
test "the counterexample"
  given ann with tier gold
  at 2026-01-09 12:00 ann purchase with amount 1000.00 CNY, channel app
  expect that earned(star) > 2_000 star
END
expect 3 test again.notch
line "1 passed, 0 failed"
finish
