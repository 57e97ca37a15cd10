#!/bin/sh
# ids_taken_away.sh -- a member whose id is gone from a ledger that never erased anybody is not
# erased: replay decides the rows, verify says what is missing.
. "$(dirname "$0")/behind_lib"

cafe >rules.notch
cat >events.jsonl <<'J'
{"id":"a1","type":"purchase","member":"ann","at":"2026-01-01T10:00:00Z","amount":"5.00"}
{"id":"b1","type":"purchase","member":"bob","at":"2026-01-01T11:00:00Z","amount":"7.00"}
{"id":"a2","type":"purchase","member":"ann","at":"2026-01-02T10:00:00Z","amount":"9.00"}
J
expect 0 init l.ledger rules.notch --clock events
[ "$failed" = 0 ] || exit 1
expect 0 apply l.ledger events.jsonl
sqlite3 l.ledger "DELETE FROM personal WHERE member=1"
for threads in 1 2; do
  expect 0 replay l.ledger --threads $threads
  prints "every outcome is the recorded one"
  lacks "erased"
done
expect 3 verify l.ledger
prints "no event erased it"

sqlite3 l.ledger "DROP TRIGGER event_u; UPDATE event SET amount=50 WHERE event=4;
  CREATE TRIGGER event_u BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT,'the journal only grows'); END"
expect 3 replay l.ledger
prints "a2 (#4)"
lacks "erased"

# Where somebody has been erased, ids are asked for again.
expect 0 init other.ledger rules.notch --clock events
expect 0 apply other.ledger events.jsonl
echo '{"id":"x","type":"erase","member":"bob","at":"2026-01-03T10:00:00Z"}' >erase.jsonl
expect 0 apply other.ledger erase.jsonl
for threads in 1 2; do
  expect 0 replay other.ledger --threads $threads
  prints "1 erased member: 2 transactions taken as recorded"
done
finish
