#!/bin/sh
# check_erasure.sh -- an erasure reaches pools, keys of limits, sentences of refusals, events of
# others, accounts that were merged, and memberships that are closed already.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

cat >rules.notch <<'R'
program harbour
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star

member
  field nick text?
  field birthday date?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  field friend member?

pool home "Household"
  at most 6 member
  earn 50% of star

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount
  limit 1000 star per member.nick per day

rule move
  on transfer
  limit 5000 star per member per day
R
# event ID TYPE MEMBER DAY-AND-HOUR FIELDS
event() {
  printf '{"id":"%s","type":"%s","member":"%s","at":"2026-03-%s:00+08:00"%s}\n' "$@"
}
{
  event e1 join Zq-Ann 01T09:00 ',"nick":"Zq-Ann-Nick"'
  event e2 join Zq-Bob 01T09:01 ',"nick":"Zq-Bob-Nick"'
  event e3 join Zq-Cat 01T09:02 ''
  event e4 enter Zq-Ann 01T09:03 ',"pool":"home"'
  event e5 enter Zq-Bob 01T09:04 ',"pool":"home","with":"Zq-Ann"'
  event e6 purchase Zq-Ann 01T10:00 ',"amount":"100.00","friend":"Zq-Bob"'
  event e7 purchase Zq-Bob 01T10:01 ',"amount":"100.00","friend":"Zq-Ann"'
  event e8 leave Zq-Cat 01T10:02 ''
  event e9 transfer Zq-Bob 01T10:03 ',"to":"Zq-Cat","points":{"star":"5"}'
  event f1 profile Zq-Ann 01T10:04 ',"birthday":"Zq-Ann-Birthday"'
  event f2 purchase Zq-Ann 01T10:05 ',"amount":"Zq-Ann-Amount"'
  event f3 purchase Zq-Dan 01T10:06 ',"amount":"10.00"'
  event f4 merge Zq-Ann 01T10:07 ',"from":"Zq-Dan"'
  event f5 exit Zq-Bob 01T10:08 ',"pool":"home","with":"Zq-Ann"'
  event f6 enter Zq-Bob 01T10:09 ',"pool":"home","with":"Zq-Ann"'
} >events.jsonl
expect 0 init l.ledger rules.notch --clock events
expect 3 apply l.ledger events.jsonl
expect 0 seal l.ledger
head=$(sed -n 3p "$work/out")
expect 0 receipt l.ledger e5
cp "$work/out" receipt.json

# gone WHO: nothing of that person is left in any file of the ledger
gone() {
  if grep -aqF "$1" l.ledger*; then fail "$1 is left in the ledger's files"; else pass; fi
}
sound() {
  expect 0 verify l.ledger --head "$head"
  prints "the ledger is intact"
  expect 0 replay l.ledger --threads 1
  expect 0 replay l.ledger --threads 2
  expect 0 receipt --check receipt.json
}
sound
event x1 erase Zq-Cat 02T10:00 '' >cat.jsonl
expect 0 apply l.ledger cat.jsonl
gone Zq-Cat
sound
event x2 erase Zq-Ann 02T11:00 '' >ann.jsonl
expect 0 apply l.ledger ann.jsonl
gone Zq-Ann
gone Zq-Dan
sound
expect 0 backup l.ledger copy.ledger
if grep -aqF Zq-Ann copy.ledger; then fail "Zq-Ann is left in a copy"; else pass; fi
event x3 purchase Zq-Ann 03T10:00 ',"amount":"30.00"' >again.jsonl
expect 0 apply l.ledger again.jsonl
expect 0 balance l.ledger Zq-Ann
prints "30"
event x4 erase Zq-Bob 04T10:00 '' >bob.jsonl
expect 0 apply l.ledger bob.jsonl
gone Zq-Bob
sound
finish
