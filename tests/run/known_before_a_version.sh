#!/bin/sh
# What was known at a moment goes by the rules that were known then, also for what was to come.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program known
  timezone "UTC"
  currency CNY

points star

event purchase

ladder status tiers silver < gold < platinum
  tier platinum
    reach when earned(star) ever >= 10 star

rule base
  on purchase
  earn 10 star

rule monthly
  on each month
  earn 5 star
R
sed '/^rule monthly$/,$d; s/platinum/ruby/' v1.notch |
  sed 's/^ladder.*/&\n  tier platinum becomes ruby/' >v2.notch
said() { "$NOTCH" balance l.ledger ann --json "$@"; }
event 1 purchase ann 2026-01-10T00:00:00Z >1.jsonl
event 2 purchase ann 2026-03-10T00:00:00Z >2.jsonl
run "init" 0 init l.ledger v1.notch --clock events
run "apply" 0 apply l.ledger 1.jsonl --clock events
then=$(said --at 2026-06-15)
now=$(said --at 2026-01-20)
same "the months to come" 35 "$(echo "$then" | member_of available)"
run "apply" 0 apply l.ledger 2.jsonl --clock events
run "publish" 0 publish l.ledger v2.notch --from 2026-01-15
same "what was to come, as it was known" "$then" "$(said --at 2026-06-15 --known 2026-01-20)"
same "the tier that it was" "$now" "$(said --at 2026-01-20 --known 2026-01-20)"
same "what is to come now" 30 "$(said --at 2026-06-15 | member_of available)"
same "once more, as it was known" "$then" "$(said --at 2026-06-15 --known 2026-01-20)"
stands l.ledger
finish
