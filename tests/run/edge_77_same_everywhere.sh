#!/bin/sh
# Edge 77: the same ledger gives the same bytes whatever the locale, the time zone of the machine
# or the order of the files.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded half even per event

points star
  2 decimals
  expire 12 months after earning

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold
    reach when spend over the last 12 months >= 500.00 CNY
  lasts for 12 months

table tier_rate of tier gives exclusive
  | silver => 1.17x
  | gold => 1.33x

rule base
  on purchase
  earn 1 star per 3.00 CNY of amount * tier_rate(tier)
R
awk 'BEGIN {
  for (i = 1; i <= 2000; i++)
    printf "{\"id\":\"e-%d\",\"type\":\"purchase\"," \
      "\"member\":\"m%d\",\"at\":\"2024-%02d-%02dT10:00:00+08:00\",\"amount\":\"%d.%02d\"}\n",
      i, i % 31, 1 + int(i / 200), 1 + i % 28, i % 97, i % 100
}' >unsorted.jsonl
LC_ALL=C sort -t '"' -k 16 unsorted.jsonl >events.jsonl
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger events.jsonl --json
same "applied" 2000 "$(member_of applied <out)"
at=2024-12-01T00:00:00Z
LC_ALL=C TZ=UTC "$NOTCH" balance l.ledger m7 --at $at --json >plain 2>/dev/null
LC_ALL=C TZ=UTC "$NOTCH" replay l.ledger --json >plain_replay 2>/dev/null
same "replay finds nothing" 0 $?
for locale in tr_TR.UTF-8 de_DE.UTF-8 C.UTF-8; do
  for zone in Pacific/Kiritimati America/St_Johns; do
    LC_ALL=$locale TZ=$zone "$NOTCH" balance l.ledger m7 --at $at --json >other 2>/dev/null
    same "balance under $locale in $zone" "$(cat plain)" "$(cat other)"
    LC_ALL=$locale TZ=$zone "$NOTCH" replay l.ledger --json >other 2>/dev/null
    same "replay under $locale in $zone" "$(cat plain_replay)" "$(cat other)"
  done
done
# another ledger from the same file, made under another locale: the same figures
LC_ALL=de_DE.UTF-8 TZ=Pacific/Kiritimati "$NOTCH" init m.ledger rules.notch >/dev/null 2>&1
LC_ALL=de_DE.UTF-8 TZ=Pacific/Kiritimati "$NOTCH" apply m.ledger events.jsonl >/dev/null 2>&1
"$NOTCH" balance m.ledger m7 --at $at --json >other 2>/dev/null
same "another ledger" "$(cat plain)" "$(cat other)"
"$NOTCH" balance l.ledger --at $at --json >plain 2>/dev/null
"$NOTCH" balance m.ledger --at $at --json >other 2>/dev/null
same "the totals of both" "$(cat plain)" "$(cat other)"
finish
