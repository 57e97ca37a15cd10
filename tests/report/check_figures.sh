#!/bin/sh
# check_figures.sh -- figures that two reports print agree, for members who came later, left, were
# merged or erased, who gave points away, and whose names are wide; and an export says the same.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v python3 >/dev/null 2>&1 || { echo "no python3"; exit 77; }

cat >"$work/club.notch" <<'END_OF_RULES'
program club "Club"
  timezone "Asia/Shanghai"
  currency CNY
  rounded down

points p "Points"
  whole
  expire 12 months after earning at end of month
  worth 0.01 CNY

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers 普通 < 白金卡
  start at 普通
  tier 白金卡
    reach when spend over the last 12 months >= 500.00 CNY
  lasts for 12 months at end of month
  review at end of term
  demote one step

rule base
  on purchase
  earn 1 p per 1.00 CNY of amount

rule gifts
  on transfer
  limit 100_000 p per member per month

payment checkout
  pay 1.00 CNY per 20 p
END_OF_RULES
sed 's/worth 0.01/worth 0.03/' "$work/club.notch" >"$work/dearer.notch"
cat >"$work/1.jsonl" <<'END_OF_EVENTS'
{"id":"1","type":"purchase","member":"ann","at":"2026-01-05T02:00:00Z","amount":"1000.00"}
{"id":"2","type":"purchase","member":"bob","at":"2026-01-06T02:00:00Z","amount":"600.00"}
{"id":"3","type":"purchase","member":"dan","at":"2026-01-07T02:00:00Z","amount":"100.00"}
{"id":"4","type":"pay","member":"bob","at":"2026-01-08","payment":"checkout","points":"90"}
END_OF_EVENTS
cat >"$work/2.jsonl" <<'END_OF_EVENTS'
{"id":"5","type":"transfer","member":"ann","at":"2026-02-05","to":"eve","points":{"p":"400"}}
{"id":"6","type":"merge","member":"ann","at":"2026-02-06T02:00:00Z","from":"bob"}
{"id":"7","type":"return","member":"ann","at":"2026-02-07","of":"1","amount":"100.00"}
{"id":"8","type":"leave","member":"eve","at":"2026-02-08T02:00:00Z"}
{"id":"9","type":"erase","member":"dan","at":"2026-02-09T02:00:00Z"}
END_OF_EVENTS
ledger=$work/club.ledger
expect 0 init "$ledger" "$work/club.notch" --clock events
expect 0 apply "$ledger" "$work/1.jsonl"
expect 0 publish "$ledger" "$work/dearer.notch" --from 2026-02-01
expect 0 apply "$ledger" "$work/2.jsonl"

# Points are worth what they were when they were issued, whoever has them: 1,600 at 0.01, of which
# a return took 100.
expect 0 liability "$ledger" --at 2026-02-06 --json
prints '"issued":"1700"'
prints '"allocated":"17.00"'
expect 0 liability "$ledger" --at 2026-02-07 --json
prints '"issued":"1600"'
prints '"allocated":"16.00"'

# Who left or was merged has no tier, in either report; who came later is no member yet.
expect 0 balance "$ledger"
prints '  普通                           0'
prints '  白金卡                         1'
expect 0 backtest "$ledger" "$work/dearer.notch"
prints '  no tier        2     0       0'
prints '  白金卡         0     0       1'
prints 'Erased members left out: 1'
expect 0 backtest "$ledger" "$work/dearer.notch" --to 2026-01-05
prints '1 member, 0 of them'

# What is due to the host bears its unit, and says who is gone.
expect 0 effects "$ledger"
prints 'bob  paid checkout 4.50 CNY'
prints '(erased)  closed'
expect 0 effects "$ledger" --json
prints '"subject":"checkout","amount":"4.50","currency":"CNY"'
prints '"kind":"closed","member":null'

# Accounts that were merged name each other; one that is closed has no tier any more.
expect 0 statement "$ledger" bob
prints 'pay 4: pays 4.50 CNY'
prints 'merge: merged into ann, account closed'
prints 'The account is closed.'
lacks 'status:'
expect 0 statement "$ledger" ann
prints 'merge 6: merged with bob'
prints 'status: 白金卡'
expect 0 statement "$ledger" bob --json
prints '"notes":["merged into ann","account closed"]'
expect 0 statement "$ledger" eve
prints 'leave 8: account closed'
lacks 'merged'
expect 0 balance "$ledger" bob
prints ' (closed)'
lacks 'status'
cat "$work/1.jsonl" "$work/2.jsonl" >"$work/all.jsonl"
expect 0 run "$work/club.notch" "$work/all.jsonl"
prints '  ann           白金卡  1010'
prints '  bob (closed)             0'
prints '  eve (closed)             0'

# The words of accounts and effects are plain ones for people; programs get the stable ones.
expect 0 explain "$ledger" 6
prints '510 p from in transit to points, opening lot'
expect 0 explain "$ledger" 6 --json
prints '"source":"in_transit","target":"points"'

expect 0 explain "$ledger" 4
prints 'effect paid checkout 4.50 CNY'
prints '90 p from points to spent, of lot 2'

# Before the first event there is nothing, and no year 1970.
expect 0 statement "$ledger" ann --to 2025-12-31
prints 'Nothing was booked yet.'
prints 'status: 普通'
if grep -q 1970 "$work/out"; then fail "a year nobody meant"; else pass; fi
expect 0 liability "$ledger" --at 2025-12-31
if grep -q 'No money' "$work/out"; then fail "the kind has a worth"; else pass; fi
expect 1 balance "$ledger" nobody
says 'there is no member `nobody`'

# A ledger without events.
expect 0 init "$work/empty.ledger" "$work/club.notch"
expect 0 backtest "$work/empty.ledger" "$work/club.notch"
prints '0 members, 0 of them'
if grep -q 1970 "$work/out"; then fail "a year nobody meant"; else pass; fi

for name in club coffee; do
  if [ $name = coffee ]; then
    coffee=$top/stdlib-rules/programmes/coffee
    ledger=$work/coffee.ledger
    expect 3 run "$coffee/coffee.notch" "$coffee/events.jsonl" --ledger "$ledger"
  fi
  if NOTCH=$notch python3 "$top/tests/report/recompute.py" "$ledger" 2027-12-31 \
    2026-01-31T12:00:00+08:00 2026-06-29T18:00:00+08:00 2027-03-01T00:00:00+08:00 >"$work/found"
  then pass; else fail "$name: reports and export differ"; head -n 20 "$work/found"; fi
done
finish
