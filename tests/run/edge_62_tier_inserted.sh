#!/bin/sh
# Edge 62: a tier inserted by a new version moves nobody by itself; members keep theirs, and the
# ledger replays under both versions.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold
    reach when spend over this year >= 1_000.00 CNY
  lasts until end of year plus 12 months

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
cat >v2.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < ruby < gold
  tier ruby
    reach when spend over this year >= 500.00 CNY
  tier gold
    reach when spend over this year >= 1_000.00 CNY
  lasts until end of year plus 12 months

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
cat >before.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"600.00"}
{"id":"e2","type":"purchase","member":"bob","at":"2024-03-01T10:00:00+08:00","amount":"1200.00"}
{"id":"e3","type":"purchase","member":"cat","at":"2024-03-01T10:00:00+08:00","amount":"100.00"}
R
cat >after.jsonl <<'R'
{"id":"e4","type":"purchase","member":"ann","at":"2024-07-01T10:00:00+08:00","amount":"1.00"}
R
run "init" 0 init l.ledger v1.notch
run "apply" 0 apply l.ledger before.jsonl
run "publish" 0 publish l.ledger v2.notch --from 2024-06-01T00:00:00+08:00
same "ann keeps silver" silver "$(tier_of l.ledger ann status 2024-06-02T00:00:00Z)"
same "bob keeps gold" gold "$(tier_of l.ledger bob status 2024-06-02T00:00:00Z)"
same "cat keeps silver" silver "$(tier_of l.ledger cat status 2024-06-02T00:00:00Z)"
run "ann's next sale" 0 apply l.ledger after.jsonl
# 601 in this year
same "ann's next sale finds the new tier" ruby "$(tier_of l.ledger ann status 2024-07-02T00:00:00Z)"
same "bob is still gold" gold "$(tier_of l.ledger bob status 2024-07-02T00:00:00Z)"
stands l.ledger
finish
