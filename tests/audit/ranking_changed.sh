#!/bin/sh
# ranking_changed.sh -- replay ranks everybody once more: another band than the figures of then give
# is a difference, and so is a ranking that fell due and is not there, or that did not fall due.
. "$(dirname "$0")/behind_lib"

cat >rules.notch <<'R'
program cafe
  timezone "UTC"
  currency EUR
  rounded down

points star
  whole

member
  field weight number?

event purchase
  field amount EUR in 0.00 EUR .. 10_000.00 EUR

measure spend is sum of amount on purchase
measure visits is count on purchase

cohort abc rank by spend over last month each month
  band a top 40%
  band b rest

cohort often rank by visits ever each month
  band many top 50%
  band few rest

rule base
  on purchase
  when abc = a
  earn 2 star
R
sed 's/rank by visits ever/rank by if member.weight is known then member.weight else 0/' \
  rules.notch >own.notch
who=ann
# event ID TYPE DAY REST; the day is MM-DD
event() {
  echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"$who\",\"at\":\"2026-${3}T10:00:00Z\"$4}"
}
# buys MEMBER ID DAY AMOUNT
buys() {
  who=$1
  event "$2" purchase "$3" ",\"amount\":\"$4\""
}
{
  buys ann a1 01-05 50.00
  buys bob b1 01-06 30.00
  buys cat c1 01-07 30.00   # as much as bob
  buys dan d1 01-08 90.00
  event d2 leave 01-20      # he is not ranked
  buys eve e1 01-09 5.00
  buys fay f1 01-10 1.00
  buys eve e2 01-11 80.00
  who=eve
  event e3 merge 01-25 ',"from":"fay"'
  who=bob
  event w1 profile 01-26 ',"weight":"7"'
  buys ann a2 02-03 10.00   # passes 1 February
  buys gil g1 02-04 70.00   # came later
  buys bob b2 01-30 500.00  # late: changes no ranking
  buys bob b3 02-05 5.00
  who=dan
  event d3 join 02-06
  buys dan d4 03-03 1.00    # passes 1 March
} >events.jsonl

# life LEDGER RULES: what is true of any of them
life() {
  expect 0 init "$1" "$2" --clock events
  expect 0 apply "$1" events.jsonl --clock events
  expect 0 verify "$1"
  honest "$1"
}
honest() {
  for threads in 1 2; do
    expect 0 replay "$1" --threads $threads
    prints "every outcome is the recorded one"
  done
}
life l.ledger rules.notch
lacks "taken as recorded"

# changed SQL TEXT...: behind the triggers, in a copy of $ledger
ledger=l.ledger
changed() {
  cp "$ledger" copy.ledger
  sqlite3 copy.ledger "DROP TRIGGER effect_u; DROP TRIGGER effect_d; DROP TRIGGER event_u;
    DROP TRIGGER form_u; DROP TRIGGER event_more_u; $1" || failed=$((failed + 1))
  shift
  for threads in 1 2; do
    expect 3 replay copy.ledger --threads $threads
    for text in "$@"; do
      prints "$text"
    done
  done
}
row=$(sqlite3 l.ledger "SELECT min(event) FROM effect WHERE kind=20")
line=$("$notch" fmt - <rules.notch | grep -n '^cohort abc' | cut -d: -f1)
place="cohort abc (line $line)"
also="cohort often (line $((line + 5)))"
bob="effect=(SELECT min(effect) FROM effect WHERE kind=20 AND ref=2)"
changed "UPDATE effect SET amount=1 WHERE effect=(SELECT min(effect) FROM effect WHERE kind=20)" \
  "#$row: effect 1, $place: recorded band of member 5: b" "recomputed band of member 5: a"
changed "UPDATE effect SET amount=0 WHERE $bob" \
  "#$row: effect 3, $place: recorded band of member 2: a"
changed "UPDATE effect SET ref=4 WHERE $bob" \
  "#$row: effect 3, $place: recorded band of member 4: b"
changed "UPDATE effect SET subject=(SELECT name FROM name WHERE text='often') WHERE event=$row" \
  "#$row: ranking: recorded nothing, recomputed $place, 2026-02-01T00:00:00Z" \
  "#$((row + 1)): ranking: recorded $also, 2026-02-01T00:00:00Z, recomputed nothing"
changed "UPDATE event SET at=at-86400000000 WHERE event=$row" \
  "#$row: ranking: recorded $place, 2026-01-31T00:00:00Z, recomputed nothing"
# both of an instant are no rankings any more: the next event should have come after them
form="form=(SELECT form FROM event WHERE event"
changed "UPDATE form SET type=(SELECT type FROM form WHERE $form=1)) WHERE $form=$row)" \
  "a2 (#$((row + 2))): ranking: recorded nothing, recomputed $place, 2026-02-01T00:00:00Z" \
  "a2 (#$((row + 2))): ranking: recorded nothing, recomputed $also, 2026-02-01T00:00:00Z"

# explain ranks everybody once more: the figures, and what they say otherwise than the row
expect 0 explain l.ledger "#$row"
prints "$place, by spend over last month"
prints "band a: 2 members"
prints "1. eve: 86.00 EUR"
prints "3. bob: 30.00 EUR"
prints "3. cat: 30.00 EUR"
lacks "dan"
lacks "DIFFERS"
expect 0 explain l.ledger "#$row" --json
prints '{"member":"cat","place":3,"value":"30.00 EUR"}'
json "$work/out"
cp l.ledger copy.ledger
sqlite3 copy.ledger "DROP TRIGGER effect_u; UPDATE effect SET amount=0 WHERE $bob"
expect 0 explain copy.ledger "#$row"
prints "band a: 3 members"
prints "DIFFERS: effect 3, $place: recorded band of member 2: a"

# other rules: the bands that they give, in whatever order, or none
sed 's/over last month each month/over last month each quarter/' rules.notch >each.notch
sed 's/rank by spend over last month/rank by 2 * spend over last month/' rules.notch >same.notch
sed 's/rank by spend over last month/rank by 0.00 EUR - spend over last month/' \
  rules.notch >less.notch
expect 0 replay l.ledger --rules same.notch
expect 3 replay l.ledger --rules less.notch
prints "#$row: effect 2, $place: recorded band of member 1: a, recomputed band of member 1: b"
expect 3 replay l.ledger --rules each.notch
prints "#$row: ranking: recorded $place, 2026-02-01T00:00:00Z, recomputed nothing"

# somebody who was ranked is erased: what he did is still there, his own values are not
erase() {
  echo '{"id":"z","type":"erase","member":"bob","at":"2026-04-20T10:00:00Z"}' >erase.jsonl
  expect 0 apply "$1" erase.jsonl --clock events
  honest "$1"
}
life own.ledger own.notch
erase own.ledger
prints "1 erased member: 8 transactions taken as recorded"
expect 0 explain own.ledger "#$((row + 1))"
prints "it names a member who was erased"
prints "band many"
erase l.ledger
prints "1 erased member: 5 transactions taken as recorded"
changed "UPDATE effect SET amount=0 WHERE $bob" \
  "#$row: effect 3, $place: recorded band of member 2: a"

# nobody is there to be ranked; a figure that cannot be computed, when there is one and when not
{
  who=ann
  event 1 join 01-05
  event 2 leave 01-06
  buys bob 3 02-10 1.00
  buys bob 4 03-10 1.00
} >events.jsonl
life nobody.ledger rules.notch
sed 's/rank by visits ever/rank by visits ever \/ (visits over last month - 1)/' \
  rules.notch >over.notch
life over.ledger over.notch
ledger=over.ledger
last=$(sqlite3 $ledger "SELECT max(event) FROM effect WHERE kind=20")
expect 0 explain $ledger "#$last"
prints "band few: 1 member"
prints "bob: no figure to be ranked by"
expect 0 explain $ledger "#$last" --json
prints '{"band":"few","members":1,"ranked":[{"member":"bob"}]}'
json "$work/out"
expect 0 explain $ledger "#$((last - 1))"
lacks "no figure"
# every ranking is of one form: none of them is one any more
first=$((last - 1))
changed "UPDATE form SET type=(SELECT type FROM form WHERE $form=1)) WHERE $form=$first)" \
  "4 (#$((last + 1))): ranking: recorded nothing, recomputed $place, 2026-03-01T00:00:00Z" \
  "4 (#$((last + 1))): ranking: recorded nothing, recomputed $also, 2026-03-01T00:00:00Z"
finish
