#!/bin/sh
# Edge 24: other content under the id of an applied event is a conflict; the id of a refused event
# is judged anew.
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
R
{
  event e1 purchase ann 2024-03-01T10:00:00+08:00 '"amount":"100.00"'
  event e2 purchase ann 2024-03-01T11:00:00+08:00 '"colour":"red","amount":"40.00"'
} >first.jsonl
cat >again.jsonl <<'R'
{"amount":100.00,"type":"purchase","id":"e1","at":"2024-03-01T02:00:00Z","member":"ann"}
R
cat >other.jsonl <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2024-03-01T10:00:00+08:00","amount":"101.00"}
R
cat >mended.jsonl <<'R'
{"id":"e2","type":"purchase","member":"ann","at":"2024-03-01T11:00:00+08:00","amount":"40.00"}
R
run "init" 0 init l.ledger rules.notch
run "one good, one with an unknown field" 3 apply l.ledger first.jsonl --json
same "applied" 1 "$(member_of applied <out)"
same "refused" 1 "$(member_of refused <out)"
same "the reason" 1 "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c unknown_field)"
run "the same content, written otherwise" 0 apply l.ledger again.jsonl --json
same "is known" 1 "$(member_of known <out)"
run "other content" 3 apply l.ledger other.jsonl --json
same "is refused" 1 "$(member_of refused <out)"
same "as a conflict" 1 "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c conflict)"
same "the points are those of the first" 100 "$(available l.ledger ann)"
run "the mended event" 0 apply l.ledger mended.jsonl --json
same "is applied" 1 "$(member_of applied <out)"
same "and counts" 140 "$(available l.ledger ann)"
run "replay" 0 replay l.ledger
finish
