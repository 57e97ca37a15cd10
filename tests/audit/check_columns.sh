#!/bin/sh
# check_columns.sh -- replay reads few columns of most rows; of a programme that asks for more, all.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

cat >rules.notch <<'R'
program timed
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event
points star
event flight
  field fare CNY in 0.00 CNY .. 100_000.00 CNY

measure flown is count on flight
measure posted is count on flight
  by recorded time

rule base
  on flight
  earn 1 star per 1.00 CNY of fare

rule told_late
  on flight
  when posted over this year > flown over this year
  earn 100 star
R
# event ID TYPE MEMBER AT FIELDS
event() {
  printf '{"id":"%s","type":"%s","member":"%s","at":"%s:00+08:00",%s}\n' "$@"
}
{
  event b1 flight bob 2026-01-01T00:00 '"fare":"5.00"'
  event a1 flight ann 2025-12-31T23:59 '"fare":"70.00"'
  event a2 flight ann 2026-06-01T10:00 '"fare":"90.00"'
  event r1 return ann 2026-06-02T10:00 '"event":"flight","fare":"80.00"'
  event a3 flight ann 2026-06-03T10:00 '"fare":"3.00"'
  event r2 return ann 2026-06-04T10:00 '"of":"a3","fare":"1.00"'
} >events.jsonl

# replays RULES
replays() {
  rm -f l.ledger
  expect 0 init l.ledger "$1" --clock events
  expect 0 apply l.ledger events.jsonl
  for threads in 1 2; do
    expect 0 replay l.ledger --threads $threads
    prints "every outcome is the recorded one"
  done
}

# a flight of the old year was recorded in the new
replays rules.notch
# nothing asks for the time of recording; returns find what they return
sed '/by recorded time/d' rules.notch >untimed.notch
replays untimed.notch
expect 0 explain l.ledger a2
prints "80 star from points to taken back"

# what is drawn is made from the event's id
sed '/by recorded time/d; /^measure posted/d; /^points/i\
draws from "sha256:2eabecf9e162de6ddd3c9bbdcc9db15f2757f158cc28e4bb7add55a15fb61326"
s/earn 100 star/earn 1 star * draw(1_000_000)/; s/posted over this year > .*/flown ever > 0/' \
  rules.notch >drawn.notch
{
  echo '{"id":"s","type":"seed","at":"2025-01-01T00:00:00+08:00","seed":"tally stick"}'
  sed '/"r[12]"/d' events.jsonl
} >drawn.jsonl
mv drawn.jsonl events.jsonl
replays drawn.notch

# what falls due for another member on the way is expected, unless it has an id
cat >friends.notch <<'R'
program friends
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event
points star
  expire 3 days after earning
event flight
  field fare CNY in 0.00 CNY .. 100_000.00 CNY
  field friend member?
rule base
  on flight
  earn 1 star per 1.00 CNY of fare
rule friend_too
  on flight
  when event.friend is known
  earn 3 star to event.friend
R
{
  event b1 flight bob 2026-01-01T10:00 '"fare":"5.00"'
  event a1 flight ann 2026-01-09T10:00 '"fare":"70.00","friend":"bob"'
} >events.jsonl
replays friends.notch
if command -v sqlite3 >/dev/null 2>&1; then
  sqlite3 l.ledger "DROP TRIGGER event_u; UPDATE event SET id='x' WHERE event=
    (SELECT max(event) FROM event_more WHERE origin=1); CREATE TRIGGER event_u BEFORE UPDATE
      ON event BEGIN SELECT RAISE(ABORT,'the journal only grows'); END" >/dev/null
  expect 3 replay l.ledger
fi
finish
