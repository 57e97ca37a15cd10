#!/bin/sh
# check_statement.sh -- what a member reads: entries, balances, ends, and the way to the next tier.
. "${top_srcdir:-.}/tests/cli/common.sh"
coffee=$top/stdlib-rules/programmes/coffee
ledger=$work/coffee.ledger

expect 3 run "$coffee/coffee.notch" "$coffee/events.jsonl" --ledger "$ledger"
expect 0 statement "$ledger" ann
prints "Statement of ann"
prints "reached Gold until 2027-02-28"
prints "used A free latte"
prints "can be used until 2027-02-28"
expect 0 statement "$ledger" bo --from 2026-06-10 --to 2026-06-29
prints "brought forward"
prints "968.00 CNY of 1,200.00 CNY: Money spent, net of returns over the last 12 months"
prints "(232.00 CNY to go)"
expect 0 statement "$ledger" bo --to 2026-01-10
silent
expect 1 statement "$ledger" nobody
says "no member \`nobody\`"
expect 2 statement "$ledger" ann --from 2026-05-01 --to 2026-04-01
says "ends before it begins"
expect 2 statement "$ledger" ann --from yesterday
says "is no moment"

# In the JSON the entries add up, and agree with the balance of the same moment.
at=2026-06-29T15:53:30+08:00
expect 0 statement "$ledger" ann --json
json "$work/out"
cp "$work/out" "$work/statement"
expect 0 balance "$ledger" ann --at $at --json
if python3 - "$work/statement" "$work/out" <<'END'
import json, sys
said, has = (json.load(open(name)) for name in sys.argv[1:])
balance = 0
for entry in said["entries"]:
    for change in entry["points"].values():
        balance += int(change["in"]) - int(change["out"])
        assert balance == int(change["balance"]), entry
        assert sum(map(int, change["rules"].values())) in (
            int(change["in"]) - int(change["out"]), 0), entry
star, held = said["points"]["star"], has["points"]["star"]
assert int(star["closing"]) == balance
for name in ("available", "pending", "held", "debt"):
    assert star[name] == held[name], name
assert balance == sum(int(star[name]) for name in ("available", "pending", "held"))
assert sum(int(term["amount"]) for term in star["expires"]) == balance
assert said["tiers"]["status"]["tier"] == has["tiers"]["status"]["tier"]
END
then pass; else fail "the statement does not add up"; fi

# What fell due and is not recorded yet is read as well.
expect 0 statement "$ledger" ann --to 2027-03-31
prints "expired"

# A balance below zero is what is owed; it is not said once more beside it.
cat >"$work/below.notch" <<'END'
program below
  timezone "UTC"
  currency CNY

points star
  shortfall negative

points mile
  shortfall recover

event visit
END
cat >"$work/below.jsonl" <<'END'
{"id":"1","type":"visit","member":"ann","at":"2026-03-01"}
{"id":"2","type":"adjust","member":"ann","at":"2026-03-02","points":{"star":"-12","mile":"-7"}}
END
expect 0 run "$work/below.notch" "$work/below.jsonl" --ledger "$work/below.ledger"
expect 0 statement "$work/below.ledger" ann
grep -qx "star: -12 available" "$work/out" && pass || fail "stars are owed twice"
prints "mile: 0 available, 7 owed"
expect 0 balance "$work/below.ledger" ann
grep -qx "  star -12" "$work/out" && pass || fail "stars are owed twice in the balance"
prints "  mile 0, debt 7"

# A statement of the past, and a liability, go by the rules of then.
easy() { # THRESHOLD KIND WORTH
  cat <<END
program easy
  timezone "UTC"
  currency CNY
  rounded down

points star
  worth $3 CNY
$2

event sale
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

measure spend is sum of amount on sale

ladder status tiers silver < gold
  tier gold
    reach when spend ever >= $1 CNY

rule base
  on sale
  earn 1 star per 1.00 CNY of amount
END
}
easy 100.00 "" 0.10 >"$work/easy.notch"
easy 900.00 "
points leaf" 0.20 >"$work/hard.notch"
echo '{"id":"1","type":"sale","member":"ann","at":"2026-03-01","amount":"50.00"}' >"$work/1.jsonl"
echo '{"id":"2","type":"sale","member":"ann","at":"2026-07-01","amount":"10.00"}' >"$work/2.jsonl"
expect 0 init "$work/easy.ledger" "$work/easy.notch" --clock events
expect 0 apply "$work/easy.ledger" "$work/1.jsonl"
expect 0 statement "$work/easy.ledger" ann --to 2026-03-31
cp "$work/out" "$work/then"
expect 0 liability "$work/easy.ledger" --at 2026-03-31
cp "$work/out" "$work/owed"
expect 0 publish "$work/easy.ledger" "$work/hard.notch" --from 2026-06-01
expect 0 apply "$work/easy.ledger" "$work/2.jsonl"
expect 0 statement "$work/easy.ledger" ann --to 2026-03-31
cmp -s "$work/out" "$work/then" && pass || fail "a statement of the past is another one now"
prints "50.00 CNY of 100.00 CNY: spend ever"
expect 0 liability "$work/easy.ledger" --at 2026-03-31
cmp -s "$work/out" "$work/owed" && pass || fail "a liability of the past is another one now"
expect 0 statement "$work/easy.ledger" ann
prints "60.00 CNY of 900.00 CNY: spend ever"
finish
