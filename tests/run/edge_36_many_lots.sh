#!/bin/sh
# Edge 36: 1,000,000 points in 10,000 lots are redeemed in one transaction.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

reward car
  costs 1_000_000 star
R
awk 'BEGIN {
  for (i = 1; i <= 10000; i++)
    printf "{\"id\":\"e-%d\",\"type\":\"purchase\"," \
      "\"member\":\"ann\",\"at\":\"2024-03-%02dT%02d:%02d:%02d+08:00\",\"amount\":\"100.00\"}\n",
      i, 1 + int(i / 3600), 10 + int(i % 3600 / 600), int(i % 600 / 10), i % 10
}' >events.jsonl
{
  event car redeem ann 2024-04-01T10:00:00+08:00 '"reward":"car","quantity":1'
} >redeem.jsonl
run "init" 0 init l.ledger rules.notch
run "10,000 lots" 0 apply l.ledger events.jsonl --json
same "applied" 10000 "$(member_of applied <out)"
same "a million" 1000000 "$(available l.ledger ann)"
run "redeem" 0 apply l.ledger redeem.jsonl --json
same "one event" 1 "$(member_of applied <out)"
same "one transaction" 1 "$(member_of transactions <out)"
same "all spent" 0 "$(available l.ledger ann)"
run "verify" 0 verify l.ledger
finish
