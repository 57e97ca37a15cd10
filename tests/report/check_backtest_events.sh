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
says "ends before it begins"

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

# What came before its time is no matter of the rules.
event early purchase ann 05T10:00 '"amount":"30.00"' | sed 's/2026/2999/' >>few.jsonl
expect 0 init early.ledger few.notch --clock machine
timeout 60 "$notch" apply early.ledger few.jsonl >out 2>err </dev/null
prints "too_early"
expect 0 backtest early.ledger few.notch --json
prints '"now_refused":0,"now_applied":0'
prints '"to":"2026-03-03T10:00:00Z"'

finish
