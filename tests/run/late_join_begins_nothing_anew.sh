#!/bin/sh
# Who comes back by a late event has been looked at up to then: nothing that came round comes round
# again, whether or not a figure of the programme is part of it.
. "$(dirname "$0")/edge_lib"

have() { # MEMBER: gems, at the newest moment
  "$NOTCH" balance l.ledger "$1" --at "${2:-2026-05-03T00:00:00Z}" --json | member_of available
}

cat >rules.notch <<'R'
program again
  timezone "UTC"

points gem

member
  field birthday date?
  field referrer member?

event buy

rule monthly
  on each month
  earn 3 gem
  limit 1_000 gem in total

rule birthday
  on each member.birthday
  earn 100 gem

rule friend
  on buy
  when member.referrer is known
  earn 10 gem to member.referrer
R
{
  event 1 join cat 2026-03-06T09:14:00Z '"birthday":"1988-04-01"'
  event 2 buy cat 2026-04-01T00:00:30Z
  event 3 leave cat 2026-03-31T23:59:00Z
  event 4 join cat 2026-03-31T23:59:30Z
  event 5 buy cat 2026-04-02T00:00:00Z
  event 6 join dan 2026-04-03T00:00:00Z '"referrer":"eve"'
  event 7 join eve 2026-04-03T00:00:00Z '"nothing":"refused"'
  event 8 buy dan 2026-05-02T00:00:00Z
  event 9 profile eve 2026-04-20T00:00:00Z
  event 10 buy eve 2026-05-03T00:00:00Z
} >events.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 3 apply l.ledger events.jsonl --clock events
same "once since he came back" "3" "$(have cat)"
same "from a friend alone" "10" "$(have eve)"
stands l.ledger
for day in 04 05 06; do
  run "advance" 0 advance l.ledger --to 2026-05-$day --clock events
  same "cat, on the ${day}th" "3" "$(have cat 2026-05-$day)"
done
stands l.ledger
finish
