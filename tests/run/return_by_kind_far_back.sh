#!/bin/sh
# A return without `of` goes back over as many events as it takes.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "UTC"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
i=0
while [ $i -lt 260 ]; do
  i=$((i + 1))
  event "e$i" purchase ann "2026-01-01T10:$((i / 60 + 10)):$((i % 60 + 100))Z" '"amount":"2.00"'
done | sed 's/:1\([0-9][0-9]\)Z/:\1Z/' >e.jsonl
event r return ann 2026-01-02T10:00:00Z '"event":"purchase","amount":"511.00"' >r.jsonl
event s return ann 2026-01-03T10:00:00Z '"event":"purchase","amount":"20.00"' >>r.jsonl
run "init" 0 init l.ledger rules.notch --clock events
run "apply" 0 apply l.ledger e.jsonl --clock events
same "before" 520 "$(available l.ledger ann 2026-01-01T12:00:00Z)"
run "return" 0 apply l.ledger r.jsonl --clock events
same "nine are left, then nothing" 0 "$(available l.ledger ann 2026-01-04T10:00:00Z)"
same "what could not be found is recorded" 1 \
  "$("$NOTCH" effects l.ledger | grep -c 'not_recouped.*11.00')"
stands l.ledger
finish
