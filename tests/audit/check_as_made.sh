#!/bin/sh
# check_as_made.sh -- a row that is as it was made is told by its numbers; whichever of them is
# another one, replay says so.
. "$(dirname "$0")/behind_lib"

cat >rules.notch <<'R'
program made
  timezone "UTC"
  currency EUR
  rounded down per event
points star
  pending for 2 days
  expire 12 months after earning
points mile
event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR
measure spend is sum of amount on purchase
ladder status tiers silver < gold < platinum
  tier gold
    reach when spend over the last 12 months >= 100.00 EUR
  tier platinum
    reach when spend over the last 12 months >= 1_000.00 EUR
  lasts for 12 months
reward latte
  valid for 30 days
reward espresso
rule base
  on purchase
  earn 1 star per 1.00 EUR of amount
rule more
  on purchase
  earn 2 star
rule miles
  on purchase
  earn 1 mile
rule treat
  on purchase
  when amount >= 100.00 EUR
  grant latte
  tag "vip"
R
n=0
for who in ann bob eve; do
  for amount in 5.00 100.00 2000.00; do
    n=$((n + 1))
    echo "{\"id\":\"e$n\",\"type\":\"purchase\",\"member\":\"$who\"," \
      "\"at\":\"2026-01-0${n}T10:00:00Z\",\"amount\":\"$amount\"}"
  done
done >events.jsonl
expect 0 init l.ledger rules.notch --clock events
[ "$failed" = 0 ] || exit 1
expect 0 apply l.ledger events.jsonl
expect 0 replay l.ledger
prints "every outcome is the recorded one"

# changed TABLE COLUMN TO [AND ...]: in the last row, behind others whose names are known by then.
# Code 1: what comes after it does not fit any more.
changed() {
  rm -f copy.ledger*
  expect 0 backup l.ledger copy.ledger
  sqlite3 copy.ledger "PRAGMA ignore_check_constraints=1; DROP TRIGGER $1_u;
    UPDATE $1 SET $2=$3 WHERE event=(SELECT max(event) FROM $1) $4;
    CREATE TRIGGER $1_u BEFORE UPDATE ON $1
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END" >/dev/null
  timeout 60 "$notch" replay copy.ledger --json >out 2>err
  code=$?
  case $code in 1 | 3) pass ;; *) fail "$1.$2: replay ends with $code" ;; esac
}
sqlite3 l.ledger "SELECT 'move '||count(*) FROM move UNION ALL SELECT 'effect '||count(*)
  FROM effect UNION ALL SELECT 'posting '||count(*) FROM posting_more" >out
prints "move 6"
prints "effect 12"
prints "posting 9"
for column in since until cause; do
  changed move $column $column+1
done
changed move tier "(SELECT min(tier) FROM move)"
changed move ladder "(SELECT name FROM name WHERE text='latte')"
grant="AND kind=1"
for column in amount ref until kind; do
  changed effect $column $column+1 "$grant"
done
changed effect matures 5 "$grant"
changed effect rule "(SELECT name FROM name WHERE text='base')" "$grant"
changed effect subject "(SELECT name FROM name WHERE text='star')" "$grant"
changed effect text "'vop'" "AND kind=6"
changed effect subject "(SELECT name FROM name WHERE text='latte')" "AND kind=6"
for column in posting amount lot expires matures booked at member; do
  changed event $column $column+1
done
changed event rules "replace(rules,',','1,')"
changed event rules "replace(rules,'[','[1')"
changed event rules "replace(rules,']',']]')"
changed event rules "replace(rules,']',',]')"
changed event rules "replace(rules,',',' ')"
changed event rules "substr(rules,1,length(rules)-1)"
changed event rules "NULL"
changed event rules "3"
changed event form "(SELECT max(form)+1 FROM form)"
changed event content "replace(content,'2','3')"
changed event_more move 0
changed event_more cause 3
changed event_more shared "'{}'"
for column in points source target amount lot; do
  changed posting_more $column $column+1
done
changed posting_more expires 5
changed posting_more rules "(SELECT name FROM name WHERE text='base')"
finish
