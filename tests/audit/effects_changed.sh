#!/bin/sh
# effects_changed.sh -- effects that lack what their kind needs: whoever reads them says so.
. "$(dirname "$0")/behind_lib"

cat >rules.notch <<'R'
program cafe
  timezone "UTC"
  currency EUR
  rounded down
points star
  whole
event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR
event visit
rule base
  on purchase
  earn 1 star per 1.00 EUR of amount
rule seen
  on visit
  untag "away"
payment checkout
  pay 1.00 EUR per 20 star
R
who=ann
# event ID TYPE DAY REST
event() {
  echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"$who\",\"at\":\"2026-01-${3}T10:00:00Z\"$4}"
}
{
  event e1 purchase 02 ',"amount":"100.00"'
  event e2 pay 03 ',"payment":"checkout","points":"40","order":"48.00"'
  event e3 visit 04
  event e4 hold 05 ',"hold":"h","points":{"star":"5"},"until":"2026-02-01T00:00:00Z"'
  event e5 leave 06
  who=bob
  event e6 visit 07
  who=cat
  event e7 visit 07
  event e8 merge 08 ',"from":"bob"'
} >events.jsonl
expect 0 init l.ledger rules.notch --clock events --rollback
[ "$failed" = 0 ] || exit 1
expect 0 apply l.ledger events.jsonl --clock events
expect 0 verify l.ledger

# changed SQL SENTENCE -- behind the triggers, and no state to save anybody the folding.
changed() {
  cp l.ledger copy.ledger
  sqlite3 copy.ledger "DROP TRIGGER effect_u; DROP TRIGGER event_more_u; $1;
    UPDATE state SET data=x''"
  expect 3 verify copy.ledger
  for verb in replay balance "balance copy.ledger ann" "statement copy.ledger ann" liability; do
    case $verb in
      *\ *) expect 1 $verb ;;
      *) expect 1 $verb copy.ledger ;;
    esac
    says "$2"
  done
}

none="transaction 3 names what is not there"
changed "UPDATE effect SET subject=NULL WHERE kind=16" "$none"
changed "UPDATE effect SET subject=(SELECT name FROM name WHERE text='star') WHERE kind=16" "$none"
changed "UPDATE effect SET rule=1 WHERE kind=16" "$none"
changed "UPDATE effect SET kind=1 WHERE kind=7" "transaction 4 names what is not there"
changed "UPDATE effect SET kind=0 WHERE kind=7" "transaction 4 names what is not there"
changed "UPDATE event_more SET effect=0 WHERE event=5" "transaction 5 does not fit"
changed "UPDATE effect SET ref=0 WHERE kind=13" "transaction 6 names what is not there"

# an account that took itself in, and two that took in one another: whoever goes back arrives
for ref in "3" "2"; do
  cp l.ledger copy.ledger
  sqlite3 copy.ledger "DROP TRIGGER effect_u; DROP TRIGGER effect_d; DROP TRIGGER event_u;
    UPDATE effect SET ref=$ref WHERE kind=15; UPDATE state SET data=x''"
  [ $ref = 3 ] || sqlite3 copy.ledger "UPDATE effect SET kind=15,subject=NULL,rule=NULL,text=NULL,
    ref=3 WHERE event=7"
  expect 3 verify copy.ledger
  expect 1 replay copy.ledger
  expect 1 balance copy.ledger cat
  says "verify the ledger"
done
finish
