#!/bin/sh
# Edge 72: after an erasure the personal values are gone from the file, the amounts remain, every
# head verifies, and what was left expired by an entry.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program edge
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

member
  field email text?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
R
{
  event e1 join annabel-lee 2024-03-01T09:00:00+08:00 '"email":"annabel@kingdom.example"'
  event e2 purchase annabel-lee 2024-03-01T10:00:00+08:00 '"amount":"100.00"'
  event e3 adjust annabel-lee 2024-03-01T11:00:00+08:00 \
    '"points":{"star":"-20"},"reason":"sea-by-the-sea","by":"desk"'
  event e4 purchase bob 2024-03-01T12:00:00+08:00 '"amount":"7.00"'
} >events.jsonl
cat >erase.jsonl <<'R'
{"id":"e5","type":"erase","member":"annabel-lee","at":"2024-04-01T10:00:00+08:00"}
R
run "init" 0 init l.ledger rules.notch
run "apply" 0 apply l.ledger events.jsonl
same "before" 80 "$(available l.ledger annabel-lee)"
: >empty.jsonl
"$NOTCH" apply l.ledger empty.jsonl --json >out 2>/dev/null
head=$(member_of head <out)
run "erase" 0 apply l.ledger erase.jsonl
# kept: nothing of the name, the address or the reason, in the ledger or beside it
cat l.ledger* >bytes 2>/dev/null
for word in annabel-lee annabel@kingdom.example sea-by-the-sea; do
  if grep -q -e "$word" bytes; then found=yes; else found=no; fi
  same "$word is gone" no "$found"
done
run "verify" 0 verify l.ledger
if [ -n "$head" ]; then
  run "verify against the earlier head" 0 verify l.ledger --head "$head"
fi
run "replay" 0 replay l.ledger
"$NOTCH" balance l.ledger --json 2>/dev/null | tr -d ' \n' >out
# 100 + 7 issued; 20 taken back; 80 expired; 7 left
for pair in issued:107 taken_back:20 expired:80 available:7; do
  same "${pair%%:*}" "${pair##*:}" \
    "$(sed -n 's/.*"'"${pair%%:*}"'":"\([^"]*\)".*/\1/p' out)"
done
same "bob is untouched" 7 "$(available l.ledger bob)"
{
  event e6 purchase annabel-lee 2024-05-01T10:00:00+08:00 '"amount":"3.00"'
} >new.jsonl
run "the same name again" 0 apply l.ledger new.jsonl
same "is a new member" 3 "$(available l.ledger annabel-lee)"
finish
