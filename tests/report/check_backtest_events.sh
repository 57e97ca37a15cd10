#!/bin/sh
# check_backtest_events.sh -- other rules are asked about every event as it was sent: what the
# rules of then filled in was not, and refused ones are asked about as well.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

# rules: those of a shop; standard input has what is declared besides
rules() {
  cat <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down

R
  cat
}
# event ID TYPE MEMBER TIME FIELDS: a line, in March
event() { echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"$3\",\"at\":\"2026-03-$4:00Z\",$5}"; }
# fresh LEDGER RULES EVENTS: a ledger of its own; some events may be refused
fresh() {
  expect 0 init "$1" "$2" --clock events
  timeout 60 "$notch" apply "$1" "$3" --clock events >out 2>err </dev/null || true
}

# What was not sent of a field that the other rules lack: its default, an empty list.
rules >sent.notch <<'R'
points star

record item
  field price CNY in 0.00 CNY .. 100.00 CNY
  field kind one of tea, cake = tea

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY
  field channel one of store, app = store
  field weight number in 0.00 .. 10.00 = 1.50
  field note text = "none"
  field items list of item at most 5
  field labels set of text

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
{
  event e1 purchase ann 01T10:00 '"amount":"100.00","items":[{"price":"5.00"}]'
  event e2 purchase ann 02T10:00 '"amount":"10.00","channel":"app"'
  event e3 purchase ann 03T10:00 '"amount":"20.00","items":[{"price":"5.00","kind":"cake"}]'
  event e4 purchase ann 04T10:00 '"amount":"40.00"'
} >sent.jsonl
fresh sent.ledger sent.notch sent.jsonl
for lacks in channel weight note labels kind; do
  grep -v "field $lacks" sent.notch >lacks.notch
  rm -f lacks.ledger*
  fresh lacks.ledger lacks.notch sent.jsonl
  expect 0 balance lacks.ledger
  issued=$(sed -n 's/^  issued  *//p' out)
  expect 0 backtest sent.ledger lacks.notch --json
  prints "\"recomputed\":\"$issued\",\"spent\""
done
grep -v 'field items' sent.notch | sed '/^record/,/^$/d' >lacks.notch
expect 0 backtest sent.ledger lacks.notch --json # e2 and e4 have none
prints '"recorded":"170","recomputed":"50"'
sed -e 's/store, app = store/store, app = app/' sent.notch >lacks.notch
expect 0 backtest sent.ledger lacks.notch --json
prints '"now_refused":0,"now_applied":0'

# What was refused is asked about wherever it stands: after the last event that took effect, too.
rules >few.notch <<'R'
points star

payment checkout
  pay 0.05 CNY per 1 star
  hold for 5 days

event purchase
  field amount CNY in 0.00 CNY .. 100.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
sed 's/100.00 CNY$/1_000.00 CNY/' few.notch >more.notch
{
  event e1 purchase ann 03T10:00 '"amount":"20.00"'
  event e2 purchase ann 04T10:00 '"amount":"500.00"'
} >few.jsonl
fresh few.ledger few.notch few.jsonl
expect 0 backtest few.ledger more.notch --json
prints '"to":"2026-03-04T10:00:00Z"'
prints '"recorded":"20","recomputed":"520"'
prints '"now_refused":0,"now_applied":1'
expect 0 backtest few.ledger few.notch --json
prints '"to":"2026-03-03T10:00:00Z"'
expect 0 backtest few.ledger more.notch --json --to 2026-03-03
prints '"recorded":"20","recomputed":"20"'
expect 0 backtest few.ledger more.notch --from 2026-03-04 --json
prints '"recorded":"0","recomputed":"500"'
expect 2 backtest few.ledger few.notch --from 2026-03-04
says "nothing is known yet of 2026-03-04 and later: the ledger ends at 2026-03-03T10:00:00Z"

# A return that waited is not one that was refused.
{
  event e1 purchase ann 03T10:00 '"amount":"500.00"'
  event r1 return ann 04T10:00 '"of":"e1","amount":"20.00"'
  event r2 return ann 05T10:00 '"of":"e2","amount":"10.00"'
  event e2 purchase ann 05T09:00 '"amount":"50.00"'
} >waits.jsonl
fresh waits.ledger few.notch waits.jsonl
expect 0 backtest waits.ledger more.notch --json
prints '"recorded":"40","recomputed":"520"'
prints '"now_refused":0,"now_applied":1'
fresh waited.ledger more.notch waits.jsonl
expect 0 backtest waited.ledger few.notch --json
prints '"now_refused":1,"now_applied":0'

# A merge of accounts with holds of one name: other rules have let go of them, or have not yet.
sed 's/for 5 days/for 5 minutes/' few.notch >short.notch
hold='"hold":"h","payment":"checkout","points":"5","order":"10.00"'
{
  event e1 purchase ann 03T10:00 '"amount":"20.00"'
  event e2 purchase bob 03T10:00 '"amount":"30.00"'
  event h1 hold ann 04T10:00 "$hold"
  event h2 hold bob 04T10:00 "$hold"
  event m merge ann 04T11:00 '"from":"bob"'
  event e3 purchase bob 04T12:00 '"amount":"7.00"'
} >hold.jsonl
fresh hold.ledger few.notch hold.jsonl
expect 0 backtest hold.ledger few.notch --json
prints '"now_refused":0,"now_applied":0'
expect 0 backtest hold.ledger short.notch --json
prints '"now_refused":0,"now_applied":1'
# Where the merge is refused, bob keeps what he had; under whose name e3 came is in no ledger.
event t transfer ann 04T13:00 '"to":"bob","points":{"star":"3"}' >>hold.jsonl
for span in few short; do
  printf '\nrule gifts\n  on transfer\n' >>$span.notch
done
fresh merged.ledger short.notch hold.jsonl
expect 0 backtest merged.ledger few.notch --json
prints '"now_refused":1,"now_applied":1'
prints '"gains":[],"losses":[]'

# Fewer decimals: what they can tell is taken, zeros or not; the rest is refused, and counted.
fine() { # DECIMALS
  rules <<R
points star
  $1

payment checkout
  pay 0.05 CNY per 1 star

event gift
  field size star in 0 star .. 100 star

rule gifts
  on gift
  earn size

rule moves
  on transfer
R
}
fine '2 decimals' >cents.notch
fine whole >whole.notch
{
  event e1 adjust ann 03T10:00 '"points":{"star":"100"},"reason":"x","by":"y"'
  event e2 gift ann 03T11:00 '"size":"20"'
  event e3 transfer ann 03T12:00 '"to":"bob","points":{"star":"30"}'
  event e4 hold ann 03T13:00 '"hold":"h","points":{"star":"10"},"until":"2026-03-05T00:00:00Z"'
  event e5 capture ann 03T14:00 '"hold":"h","points":"4"'
  event e6 pay ann 03T15:00 '"payment":"checkout","points":"15","order":"9.00"'
  event e7 return ann 03T16:00 '"of":"e6","points":"5"'
  event e8 return ann 03T17:00 '"of":"e3","points":{"star":"7"}'
} >whole.jsonl
{
  sed -e 's/"points":"5"/"points":"5.00"/' -e 's/"star":"7"/"star":"7.0"/' whole.jsonl
  event f1 adjust ann 03T18:00 '"points":{"star":"0.50"},"reason":"x","by":"y"'
  event f2 gift ann 03T18:10 '"size":"2.25"'
  event f3 transfer ann 03T18:20 '"to":"bob","points":{"star":"3.50"}'
  event f4 return ann 03T18:30 '"of":"e3","points":{"star":"0.75"}'
} >cents.jsonl
fresh cents.ledger cents.notch cents.jsonl
fresh whole.ledger whole.notch whole.jsonl
expect 0 balance whole.ledger --json
python3 -c 'import json
star = {word: int(n) for word, n in json.load(open("out"))["points"]["star"].items()}
print("\"recomputed\":\"%d\",\"spent\"" % (star["issued"] - star["taken_back"]))
print("\"recomputed\":\"%d\"},\"expired\"" % star["spent"])
print("\"recomputed\":\"%d\"},\"cost\"" % (star["available"] + star["held"]))' |
  sed 's/"\([0-9]*\)"\([,}]\)/"\1.00"\2/' >wanted
expect 0 backtest cents.ledger whole.notch --json
while read -r figure; do prints "$figure"; done <wanted
prints '"now_refused":4,"now_applied":0'
if [ "$(wc -l <wanted)" = 3 ]; then pass; else fail "no figures to compare"; fi

# What came before its time is no matter of the rules.
event early purchase ann 05T10:00 '"amount":"30.00"' | sed 's/2026/2999/' >>few.jsonl
expect 0 init early.ledger few.notch --clock machine
timeout 60 "$notch" apply early.ledger few.jsonl >out 2>err </dev/null
prints "too_early"
expect 0 backtest early.ledger few.notch --json
prints '"now_refused":0,"now_applied":0'
prints '"to":"2026-03-03T10:00:00Z"'

finish
