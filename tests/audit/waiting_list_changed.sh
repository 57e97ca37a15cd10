#!/bin/sh
# waiting_list_changed.sh -- which returns wait for their event stands outside the journal: verify
# holds it against the rows, through all that can become of one that waits.
. "$(dirname "$0")/behind_lib"

cafe >rules.notch
cat >events.jsonl <<'J'
{"id":"r1","type":"return","member":"ann","of":"a1","at":"2026-01-01T10:00:00Z","amount":"5.00"}
{"id":"r2","type":"return","member":"bob","of":"b1","at":"2026-01-01T11:00:00Z"}
{"id":"r2","type":"return","member":"bob","of":"b2","at":"2026-01-01T12:00:00Z"}
{"id":"r3","type":"return","member":"ann","of":"a1","at":"2026-01-01T10:00:00Z","amount":"4.00"}
{"id":"r4","type":"return","member":"ann","of":"a4","at":"2026-01-02T10:00:00Z"}
J
echo '{"id":"a1","type":"purchase","member":"ann","at":"2026-01-01T09:00:00Z","amount":"6.00"}' \
  >sale.jsonl
expect 0 init l.ledger rules.notch --clock events
[ "$failed" = 0 ] || exit 1
expect 3 apply l.ledger events.jsonl --clock events
expect 0 verify l.ledger
cp l.ledger early.ledger
expect 0 apply l.ledger sale.jsonl --clock events # one of its returns fits, the other is too much
expect 0 verify l.ledger
for list in "" "1 1" 2; do
  for ledger in early l; do
    cp $ledger.ledger copy.ledger
    sqlite3 copy.ledger "UPDATE setting SET value='$list'"
    expect 3 verify copy.ledger
    prints "returns that wait"
  done
done
sqlite3 copy.ledger "DELETE FROM setting"
expect 3 verify copy.ledger
prints "returns that wait"
finish
