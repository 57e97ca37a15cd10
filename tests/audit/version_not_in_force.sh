#!/bin/sh
# version_not_in_force.sh -- replay asks which version was in force as well as what it gives, and
# whether what was refused as too early was later than the moment at which it came.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v sqlite3 >/dev/null 2>&1 || { echo "no sqlite3"; exit 77; }
cd "$work" || exit 99

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
altered early.ledger "UPDATE form SET outcome=19, postings=0, source=NULL, target=NULL
  WHERE postings=1; UPDATE event SET amount=NULL, lot=NULL, rules=NULL WHERE amount=3"
for threads in 1 2; do
  expect 3 replay early.ledger --threads $threads
  prints "a1 (#3): outcome: recorded too_early, recomputed applied"
done
finish
