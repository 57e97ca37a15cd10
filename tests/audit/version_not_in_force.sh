#!/bin/sh
# version_not_in_force.sh -- replay asks which version was in force as well as what it gives, and
# whether what was refused as too early was later than the moment at which it came.
. "$(dirname "$0")/behind_lib"

cat >v1.notch <<'R'
program cafe
  timezone "UTC"
  currency EUR
points star
event visit
rule base
  on visit
  earn 3 star
R
sed 's/earn 3/earn 4/' v1.notch >v2.notch
cat >events.jsonl <<'J'
{"id":"a1","type":"visit","member":"ann","at":"2026-01-01T10:00:00Z"}
{"id":"a2","type":"visit","member":"ann","at":"2026-01-02T10:00:00Z"}
J
# altered NAME SQL: a copy in which the form of rows is another one
altered() {
  cp l.ledger "$1"
  sqlite3 "$1" "DROP TRIGGER event_u; DROP TRIGGER form_u; $2" || failed=$((failed + 1))
}
expect 0 init l.ledger v1.notch --clock events
expect 0 publish l.ledger v2.notch --from 2026-06-01
expect 0 apply l.ledger events.jsonl
expect 0 replay l.ledger
altered later.ledger "UPDATE form SET version=2 WHERE postings=1; UPDATE event SET amount=4
  WHERE amount=3"
for threads in 1 2; do
  expect 3 replay later.ledger --threads $threads
  prints "a1 (#3): version of the rules: recorded 2, recomputed 1"
done
expect 0 explain later.ledger a1
prints "DIFFERS: version of the rules: recorded 2, the rules give 1"
altered early.ledger "UPDATE form SET outcome=19, postings=0, source=NULL, target=NULL
  WHERE postings=1; UPDATE event SET amount=NULL, lot=NULL, rules=NULL WHERE amount=3"
for threads in 1 2; do
  expect 3 replay early.ledger --threads $threads
  prints "a1 (#3): outcome: recorded too_early, recomputed applied"
done

# ---- what fell due, what was refused or returned, and rankings name a version as well ----

cat >d1.notch <<'R'
program cafe
  timezone "UTC"
  currency EUR
  rounded down
points star
  expire 10 days after earning
event visit
event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR
measure visits is count on visit
cohort often rank by visits ever each month
  band many top 50%
  band few rest
rule base
  on visit
  when often = few
  earn 3 star
rule sale
  on purchase
  earn 1 star per 1.00 EUR of amount
R
sed 's/per 1.00 EUR of/per 2.00 EUR of/' d1.notch >d2.notch
event() {
  echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"$3\",\"at\":\"$4T10:00:00Z\"$5}"
}
{
  event b1 visit ann 2026-01-01
  event b2 purchase ann 2026-01-02 ',"amount":"8.00"'
  event b3 redeem ann 2026-01-03 ',"reward":"mug","quantity":1' # there is none
  event b4 return ann 2026-01-04 ',"of":"b2","amount":"2.00"'
  event b5 return ann 2026-01-04 ',"of":"b9"' # waits
  event b6 visit bob 2026-02-15               # what expired on the 11th, a ranking
  event b7 purchase ann 2026-06-02 ',"amount":"8.00"'
  event b8 return ann 2026-06-03 ',"of":"b2","amount":"2.00"'
  event b8 return ann 2026-06-03 ',"event":"purchase","amount":"9.00"'
  event c1 return ann 2026-06-04 ',"event":"purchase","amount":"9.00"' # of both, in parts
  event c2 visit ann 2026-07-02
  echo '{"id":"c3","type":"visit","member":"ann","at":"2026-01-02"}' # no moment: by the newest
} >events.jsonl
rm l.ledger
expect 0 init l.ledger d1.notch --clock events
expect 0 publish l.ledger d2.notch --from 2026-06-01
expect 3 apply l.ledger events.jsonl
expect 0 verify l.ledger
for threads in 1 2; do
  expect 0 replay l.ledger --threads $threads
done

# each row in turn names the other version
last=$(sqlite3 l.ledger "SELECT max(event) FROM event")
form=$(sqlite3 l.ledger "SELECT max(form) + 1 FROM form")
row=1
while [ "$row" -le "$last" ]; do
  version=$(sqlite3 l.ledger "SELECT version FROM notch_event WHERE event=$row")
  altered copy.ledger "INSERT INTO form SELECT $form, type, offset, $((3 - version)), outcome,
    postings, points, source, target, terms, shape, more FROM form
    WHERE form=(SELECT form FROM event WHERE event=$row);
    UPDATE event SET form=$form WHERE event=$row"
  expect 3 replay copy.ledger
  prints "#$row"
  prints "version of the rules: recorded $((3 - version)), recomputed $version"
  row=$((row + 1))
done
finish
