#!/bin/sh
# check_main.sh -- the main job by hand: run, check, fmt, test, dump, a ledger and its answers.
. "${top_srcdir:-.}/tests/cli/common.sh"

cat >"$work/club.notch" <<'END'
program club "Corner Club"
  timezone "Asia/Shanghai"
  currency CNY
  rounded down

points star "Stars"
  whole
  pending for 7 days

event purchase "A sale at the till"
  field amount CNY in 0.00 CNY .. 10_000.00 CNY

measure spend "Money spent" is sum of amount on purchase

ladder status "Tier" tiers silver < gold
  start at silver
  tier gold
    reach when spend over the last 12 months >= 100.00 CNY
  lasts for 12 months

rule base "One star for every yuan"
  on purchase
  earn 1 star per 1.00 CNY of amount

reward latte "A free latte"
  costs 50 star

test "a star a yuan"
  at 2026-03-02 10:00 ann purchase with amount 58.50 CNY
  expect ann has 58 star pending
END
cat >"$work/sales.jsonl" <<'END'
{"id":"s-1","type":"purchase","member":"ann","at":"2026-03-02T10:00:00+08:00","amount":"58.50"}
{"id":"s-2","type":"purchase","member":"李梅","at":"2026-03-02T10:05:00+08:00","amount":120.00}
{"id":"s-3","type":"redeem","member":"ann","at":"2026-03-10T10:00:00+08:00","reward":"latte"}
END
cat >"$work/bad.jsonl" <<'END'
{"id":"b-1","type":"purchase","member":"bob","at":"2026-03-11T10:00:00+08:00","amount":"1.234"}
not an object
{"type":"purchase","member":"bob","at":"2026-03-11T10:00:00+08:00","amount":"5.00"}
{"id":"b-2","type":"purchase","member":"bob","at":"2026-03-11T10:00:00+08:00","amount":"5.00"}
END
cat >"$work/sales.csv" <<'END'
member,date,amount
ann,2026-03-12,10.00
"bob, the builder",2026-03-12,20.00
END
printf 'program p "P"\n  currency CNY\n\nrule r\n  on nothing\n  earn 1 star\n' >"$work/bad.notch"
cd "$work" || exit 99

# figure FILE EXPRESSION VALUE: what python finds in the document d
figure() {
  found=$(python3 -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8")); print(eval(sys.argv[2]))' "$1" "$2" 2>&1)
  [ "$found" = "$3" ] && pass || fail "$2 is $found, not $3"
}

# The compiler.
expect 0 check club.notch
expect 0 check --json club.notch
json out
expect 1 check bad.notch
says "bad.notch:"
says "error[N"
expect 1 check --json bad.notch
json out
expect 1 check bad.notch club.notch
expect 0 test club.notch
prints "1 passed, 0 failed"
sed 's/has 58 star/has 59 star/' club.notch >wrong.notch
expect 3 test wrong.notch
prints "0 passed, 1 failed"
expect 1 test bad.notch
for phase in tokens tree program code; do
  expect 0 dump $phase club.notch
  [ -s out ] && pass || fail "dump $phase prints nothing"
done
expect 0 explain-code N0001
expect 1 explain-code N9999
cp club.notch laid.notch
expect 0 fmt laid.notch
expect 0 fmt --check laid.notch
sed 's/^  on purchase/        on    purchase/' laid.notch >loose.notch
expect 3 fmt --check loose.notch
prints loose.notch
expect 0 fmt loose.notch
cmp -s loose.notch laid.notch && pass || fail "fmt does not give the canonical layout"
expect 1 fmt bad.notch.none

# In one line.
expect 0 run club.notch sales.jsonl
prints "Corner Club"
prints "李梅"
expect 0 run club.notch sales.jsonl --json
json out
figure out 'd["apply"]["applied"]' 3
figure out 'd["totals"]["points"]["star"]["issued"]' 178
figure out 'd["totals"]["tiers"]["status"]["gold"]' 1
figure out 'len(d["members"])' 2
expect 0 run club.notch sales.jsonl --ledger kept.ledger --to 2026-04-01
[ -f kept.ledger ] && pass || fail "run --ledger keeps no ledger"
expect 1 run club.notch sales.jsonl --ledger kept.ledger
expect 3 run club.notch bad.jsonl
expect 1 run bad.notch sales.jsonl
expect 0 run club.notch sales.csv --type purchase
prints "bob, the builder"

# A ledger.
expect 0 init shop.ledger club.notch --clock events
expect 1 init shop.ledger club.notch
expect 0 apply shop.ledger sales.jsonl --json --clock events
json out
figure out '(d["applied"], d["known"], d["refused"], d["unreadable"])' '(3, 0, 0, 0)'
figure out 'len(d["head"])' 64
expect 0 apply shop.ledger sales.jsonl --json --clock events
figure out '(d["applied"], d["known"])' '(0, 3)'
expect 3 apply shop.ledger bad.jsonl --clock events
says "bad.jsonl:2: unreadable"
says "bad.jsonl:3: unreadable"
prints bad_value
expect 0 refused shop.ledger
prints bad_value
expect 0 refused shop.ledger --json
json out
sed 's/1\.234/1.23/' out >mended.jsonl
expect 0 apply shop.ledger mended.jsonl --clock events
expect 0 refused shop.ledger --json
[ -s out ] && fail "a mended event is still listed" || pass
"$notch" apply shop.ledger - --clock events --json <sales.jsonl >out 2>err
figure out 'd["known"]' 3
expect 0 balance shop.ledger ann --json --at 2026-03-11
json out
figure out 'd["points"]["star"]["available"]' 8
expect 0 balance shop.ledger ann --at 2026-03-11
prints star
expect 0 balance shop.ledger --json
json out
expect 1 balance shop.ledger nobody
expect 2 balance shop.ledger ann --at yesterday
for command in "apply shop.ledger" "run club.notch"; do
  # shellcheck disable=SC2086
  expect 2 $command sales.jsonl --ahead soon
  says 'write "3 days"'
  [ -s out ] && fail "figures of an apply that did not begin" || pass
done
expect 0 advance shop.ledger --to 2027-06-01 --clock events
expect 0 advance shop.ledger --to 2027-06-01 --clock events --json
figure out 'd["transactions"]' 0
expect 1 advance shop.ledger --to 2027-06-01 --clock machine
says "shop.ledger was made to take the time of recording from its events"
expect 1 apply shop.ledger sales.jsonl --clock machine
says "leave \`--clock\` out"
expect 0 init clocked.ledger club.notch --clock machine
expect 0 apply clocked.ledger sales.jsonl --clock machine
expect 0 advance clocked.ledger --to 2027-06-01
expect 0 refused shop.ledger
prints "No refused event is left to mend."
for verb in info effects; do
  expect 0 $verb shop.ledger
  expect 0 $verb shop.ledger --json
  json out
done
expect 0 publish shop.ledger club.notch --dry-run

expect 0 backup shop.ledger copy.ledger
expect 0 balance copy.ledger --json
cp out copy.json
expect 0 balance shop.ledger --json
cmp -s out copy.json && pass || fail "the copy has another balance"
expect 1 backup shop.ledger copy.ledger

# By hand.
printf 'at 2026-03-02 10:00 ann purchase with amount 12.00 CNY\nbalance ann\nfoo\nquit\n' |
  "$notch" repl club.notch >out 2>err && pass || fail "repl ends badly"
prints star
says "write MEMBER EVENT"
# a message ends where its sentence does, not where the file does
printf '%s\n' 'program shop' '  timezone "UTC"' '  currency CNY' 'test "first" zzz' '# below' \
  >"$work/told.notch"
expect 1 check "$work/told.notch" --json
lacks "below"
prints 'of test \"first\""'
finish
