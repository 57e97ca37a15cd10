#!/bin/sh
# check_outlook.sh -- the bounds that `notch check` prints: what one event earns and costs at most.
. "${top_srcdir:-.}/tests/cli/common.sh"

cat >"$work/head.notch" <<'END'
program bounds
  timezone "UTC"
  currency CNY
  rounded down
points star
points gem
  rounded up
points mile
  rounded half up per rule
member
  field referrer member?
record item
  field quantity number in 1 .. 10
ladder status tiers silver < gold < platinum
  start at silver
  tier gold
    reach when spend ever >= 500.00 CNY
  tier platinum
    reach when spend ever >= 5_000.00 CNY
measure spend is sum of amount on purchase
event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field items list of item at most 20
event open
  field amount CNY
event quiet
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
END
cd "$work" || exit 99

# bound LINES... : rules put behind the head; then what `check` must say, and nothing more of it
rules() {
  { cat head.notch; cat; } >b.notch
  expect 0 check b.notch
}
bound() {
  if grep -qxF -e "b.notch: one $1" out; then pass; else fail "no bound: $1"; cat out; fi
}
count() {
  [ "$(grep -c 'b.notch: one ' out)" = "$1" ] && pass || fail "not $1 bounds: $(cat out)"
}

rules <<'END'
rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
rule items
  on purchase
  earn 5 star * sum(quantity for items)
  limit 300 star per member per day
rule more
  on purchase
  multiply base by 2.5x
END
bound "purchase earns at most 2800 star: 2.5 star for each 1.00 CNY of amount, and 300 star"
count 1

# Groups, exceptions, promotions, segments, earning, other members.
rules <<'END'
group one combine best
  limit 400 star per member per day
rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
rule twice
  on purchase
  belongs to one
  multiply base by 2x
rule thrice
  on purchase
  belongs to one
  multiply base by 1.5x
rule instead
  on purchase
  exception to plain
  earn 70 gem
rule plain
  on purchase
  earn 50 gem
rule welcome
  on promote
  earn 5 star
rule gift
  on promote to gold
  earn 10 star
segment big when spend ever > 100.00 CNY
rule entered
  on entering big
  earn 7 star
rule bonus
  on earning star
  earn 0.01 gem * (earned(star) / (1 star))
rule friend
  on purchase
  earn 30 star to member.referrer
END
bound "purchase earns at most 1427 star: 2 star for each 1.00 CNY of amount, and 27 star"
bound "purchase gives others at most 30 star"
count 3
bound "purchase earns at most 85 gem: 0.02 gem for each 1.00 CNY of amount, and 72.27 gem"

# A group that multiplies, own rounding, what has no end.
rules <<'END'
group all combine multiplying
rule base
  on purchase
  earn 1 star per 3.00 CNY of amount
rule two
  on purchase
  belongs to all
  multiply base by 2x
rule three
  on purchase
  belongs to all
  multiply base by 3x
rule endless
  on open
  earn 1 star per 1.00 CNY of max(amount, 0.00 CNY)
rule habit
  on purchase
  earn 1 gem * (spend ever / 1.00 CNY)
rule apart
  on purchase
  rounded up
  earn 1 mile per 7.00 CNY of amount
END
bound "purchase earns at most 2000 star: 2 star for each 1.00 CNY of amount"
bound "purchase earns gem without a limit, as spend ever has no upper end"
bound "purchase earns at most 143 mile: 0.1429 mile for each 1.00 CNY of amount, and 2 mile"
endless="without a limit, as amount has no upper end"
bound "open earns star $endless: 1 star for each 1.00 CNY of amount"

# A bound holds: the dearest event, played, earns it exactly.
cat >tight.notch <<'END'
program tight
  timezone "UTC"
  currency CNY
  rounded half up
points star
  capped at 5_000 star
event purchase
  field amount CNY in 0.00 CNY .. 100.00 CNY
  field way one of store, app
rule base
  on purchase
  earn 1 star per 3.00 CNY of amount
rule app
  on purchase
  when way = app
  multiply base by 4x
  limit 60 star per event
test "the most"
  at 2026-03-02 10:00 ann purchase with amount 100.00 CNY, way app
  expect ann has 93 star
property "no more" on purchase always earned(star) <= 93 star
END
expect 0 check tight.notch
prints "one purchase earns at most 93 star"
expect 0 test tight.notch
prints "properties: 1 proved, 0 refuted, 0 not checked"

# Steps, and all of it as JSON.
expect 0 check --report tight.notch
prints "tight.notch: one purchase takes at most "
if command -v python3 >/dev/null 2>&1; then
  expect 0 check --json --report tight.notch
  found=$(python3 -c 'import json
d = json.loads(open("out").read().splitlines()[-1])
e = d["events"][0]
print(d["file"], e["event"], 0 < e["steps"] < 200, e["earns"])')
  wanted="tight.notch purchase True [{'points': 'star', 'to': 'member', 'at_most': '93', "
  wanted="$wanted'field': 'amount', 'unit': '1.00 CNY', 'each': '1.3334', 'besides': '1'}]"
  [ "$found" = "$wanted" ] && pass || fail "$found"
fi
expect 0 check --json tight.notch
[ -s out ] && fail "a document without a diagnostic" || pass
finish
