#!/bin/sh
# Who got points and did nothing yet is no member, but his points are in the sums.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program named
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

ladder status tiers silver < gold
  tier gold
    reach when balance(star) >= 100 star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule gifts
  on transfer
R
{
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"50.00"'
  event t1 transfer ann 2026-03-02T10:00:00Z '"to":"cat","points":{"star":"20"}'
} >events.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
run "balance of all" 0 balance l.ledger --json
same "one member" 1 "$(member_of members <out)"
same "everybody's points" 50 "$(member_of available <out)"
stands l.ledger

# What he was given ends on its day, under the version of that day.
sed 's/^points star$/points star\n  expire 1 month after earning/' rules.notch >ends.notch
{
  event e1 purchase ann 2026-03-01T10:00:00Z '"amount":"500.00"'
  event t1 transfer ann 2026-03-02T10:00:00Z '"to":"cat","points":{"star":"120"}'
} >events.jsonl
totals() { # SAY MOMENT WANTED: issued + forgiven + debt = the rest, and `expired` as wanted
  run "$1" 0 balance l.ledger --at "$2" --json
  same "$1, expired" "$3" "$(member_of expired <out)"
  same "$1, issued" "$(member_of issued <out)" \
    $(($(member_of available <out) + $(member_of expired <out)))
}
rm -f l.ledger*
run "init" 0 init l.ledger ends.notch --clock events
run "apply" 0 apply l.ledger events.jsonl --clock events
totals "before the end" 2026-03-31T00:00:00Z 0
totals "at the end" 2026-04-15T00:00:00Z 500
run "liability" 0 liability l.ledger --at 2026-04-15 --json
same "nothing is outstanding" 0 "$(member_of outstanding <out)"
run "statement" 0 statement l.ledger cat --to 2026-04-15 --json
same "nothing is left" 0 "$(member_of closing <out)"
run "advance" 0 advance l.ledger --to 2026-04-15 --clock events
totals "once it is recorded" 2026-04-15T00:00:00Z 500
stands l.ledger

# And so does a kind of points that a version retires, also where another version came since.
sed 's/^points star$/points leaf\n\nretire star with expire/; s/\([0-9]\) star/\1 leaf/
  s/(star)/(leaf)/' rules.notch >retires.notch
sed 's/^points leaf$/points leaf "Leaves"/' retires.notch >leaves.notch
for recorded in yes no; do
  rm -f l.ledger*
  run "init" 0 init l.ledger rules.notch --clock events
  run "apply" 0 apply l.ledger events.jsonl --clock events
  run "publish" 0 publish l.ledger retires.notch --from 2026-04-01
  run "publish again" 0 publish l.ledger leaves.notch --from 2026-05-01
  [ $recorded = no ] || run "advance" 0 advance l.ledger --to 2026-06-01 --clock events
  run "balance of all" 0 balance l.ledger --at 2026-06-01 --json
  same "what is retired ends" '"issued":"500","available":"0","expired":"500"' \
    "$(tr '{}' '\n\n' <out | sed -n '/"500"/s/,"pending".*,\("expired":"[0-9]*"\).*/,\1/p')"
  stands l.ledger
done
finish
