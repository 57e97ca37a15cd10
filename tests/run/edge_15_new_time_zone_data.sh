#!/bin/sh
# Edge 15: newer time zone data change nothing that was decided: a version keeps the table it
# was published with.
. "$(dirname "$0")/edge_lib"

zones=/usr/share/zoneinfo
if [ ! -f $zones/Europe/Warsaw ] || [ ! -f $zones/Asia/Tokyo ]; then
  echo "no time zone data here: nothing to show"
  finish
fi
mkdir -p zone/Europe
cp $zones/Europe/Warsaw zone/Europe/Warsaw
TZDIR=$PWD/zone
export TZDIR

cat >rules.notch <<'R'
program edge
  timezone "Europe/Warsaw"
  currency PLN
  rounded down per event

points star
  expire 1 month after earning at end of month

event purchase
  field amount PLN in 0.00 PLN .. 100_000.00 PLN

rule late_hour
  on purchase
  when hour of now >= 22
  earn 1 star per 1.00 PLN of amount
R
cat >events.jsonl <<'R'
{"id":"e2","type":"purchase","member":"ann","at":"2024-07-10T19:30:00Z","amount":"7.00"}
{"id":"e1","type":"purchase","member":"ann","at":"2024-07-10T20:30:00Z","amount":"100.00"}
R
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger events.jsonl
# 20:30 UTC is 22:30 in Warsaw; 19:30 UTC is 21:30
same "only the sale at 22:30 counts" 100 "$(available l.ledger ann 2024-07-11T00:00:00Z)"
lots=$("$NOTCH" balance l.ledger ann --at 2024-07-11T00:00:00Z --json)
cp $zones/Asia/Tokyo zone/Europe/Warsaw
stands l.ledger "with other data"
same "the same lots with other data" "$lots" \
  "$("$NOTCH" balance l.ledger ann --at 2024-07-11T00:00:00Z --json)"
finish
