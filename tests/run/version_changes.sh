#!/bin/sh
# What publishing says of clauses: added, removed, changed, by declaration; as text and as JSON.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star

member
  field city text?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold
    reach when spend ever >= 100.00 CNY
  lasts for 12 months

segment big when spend ever >= 50.00 CNY

rule base "Base"
  on purchase
  earn 1 star per 1.00 CNY of amount
  limit 100 star per member per day

rule old
  on entering big
  earn 1 star
R
sed 's/>= 100.00/>= 200.00/; s/lasts for 12 months/lasts for 24 months\n  demote one step/
     s/limit 100 star per member per day/limit 5 times per member.city per month\n  limit 200 star \
per member per day/
     s/rule old/rule new/; s/>= 50.00/>= 60.00/; s/earn 1 star per/earn 2 star   per/
' v1.notch >v2.notch
run "init" 0 init l.ledger v1.notch
run "publish" 0 publish l.ledger v2.notch --dry-run
sed -n '2,/^no tier/p' out >said
sed -e ':a' -e '/\\$/{N; s/\\\n//; ta' -e '}' >wanted <<'W'
+ rule new
- rule old
~ ladder status, tier gold: now `reach when spend ever >= 200.00 CNY`\
, before `reach when spend ever >= 100.00 CNY`
~ ladder status: now `lasts for 24 months`, before `lasts for 12 months`
~ ladder status: also `demote one step`
~ segment big: now `spend ever >= 60.00 CNY`, before `spend ever >= 50.00 CNY`
~ rule base: now `earn 2 star per 1.00 CNY of amount`\
, before `earn 1 star per 1.00 CNY of amount`
~ rule base: now `limit 200 star per member per day`, before `limit 100 star per member per day`
~ rule base: also `limit 5 times per member.city per month`
~ rule base: of `limit 5 times per member.city per month`\
 nothing counts as used when the version begins
no tier and no balance changes on that day
W
same "every change in a sentence" "$(sed 's/2 star   per/2 star per/' wanted)" \
  "$(sed 's/2 star   per/2 star per/' said)"
run "as JSON" 0 publish l.ledger v2.notch --dry-run --json
was='"was":"reach when spend ever >= 100.00 CNY","is":"reach when spend ever >= 200.00 CNY"'
same "the tier's clause" 1 "$(grep -c "\"name\":\"status\",\"tier\":\"gold\",$was" out)"
same "one that goes" 0 "$(grep -c '"kind":"limit".*"was"' out)"

# A ladder cannot go, its clauses can: what to keep is said, and it does what is said.
sed '/^ladder/,/^  lasts/d; /^measure/d; /^segment/,$d' v1.notch >v4.notch
run "without the ladder" 1 publish l.ledger v4.notch
same "is refused with what to keep" 1 "$(grep -c 'keep `ladder status tiers silver < gold`' err)"
echo 'ladder status tiers silver < gold' >>v4.notch
event e1 purchase ann 2025-01-10T10:00:00Z '"amount":"150.00"' >e1.jsonl
run "a sale" 0 apply l.ledger e1.jsonl
run "with its first line" 0 publish l.ledger v4.notch --from 2025-02-01
same "nobody moves" gold "$(tier_of l.ledger ann status 2030-01-01T00:00:00Z)"

# Layout, comments and tests are no change of a clause.
{
  sed 's/^  earn 1 star per 1.00 CNY/  earn   1 star per\n    1.00 CNY # as ever\n/' v1.notch
  printf 'test "nothing"\n  at 2026-01-01 00:00\n'
} >v3.notch
run "init" 0 init k.ledger v1.notch
run "only a test" 0 publish k.ledger v3.notch --dry-run
same "is said" 1 "$(grep -c '^no clause changes; only tests or properties do' out)"

# Modules are compared, too; `use` with other parameters is one gone and one new.
mkdir lib
cat >lib/extra.notch <<'R'
module extra "A little more"
  needs pts points
  needs on_event event
  needs factor number in 1 .. 9

rule more
  on on_event
  earn 1 pts * factor
R
{
  sed '/^segment/,$d' v1.notch
  echo 'use extra with pts star, on_event purchase, factor 2 as more'
} >lib/m1.notch
sed 's/factor 2/factor 3/' lib/m1.notch >lib/m2.notch
run "init" 0 init m.ledger lib/m1.notch
run "publish" 0 publish m.ledger lib/m2.notch --dry-run
with="extra with pts star, on_event purchase"
same "other parameters" \
  "+ use $with, factor 3 as more- use $with, factor 2 as more" \
  "$(grep '^[+-] use' out | tr -d '\n')"
sed 's/earn 1 pts/earn 4 pts/' lib/extra.notch >lib/x && mv lib/x lib/extra.notch
run "publish" 0 publish m.ledger lib/m1.notch --dry-run
same "another text of the module" 1 \
  "$(grep -c '^~ rule more: now `earn 4 pts \* factor`, before `earn 1 pts \* factor`' out)"
finish
