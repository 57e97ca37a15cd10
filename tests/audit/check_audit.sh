#!/bin/sh
# check_audit.sh -- verify, replay, explain, seal, receipt, backup and erase as an auditor uses
# them, and what they say of a ledger that somebody changed.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

cat >rules.notch <<'R'
program harbour "Harbour Coffee Club"
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event

points star
  pending for 7 days
  expire 12 months after earning at end of month

member
  field city text?
  field referrer member?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

measure spend is sum of amount on purchase

ladder status tiers silver < gold
  tier gold
    reach when spend over the last 12 months >= 2_000.00 CNY
  lasts for 12 months

rule base
  on purchase
  when amount >= 10.00 CNY
  earn 1 star per 1.00 CNY of amount
  because "Terms, section 2"

rule boost
  on purchase
  when tier >= gold
  multiply base by 1.25x
  limit 30 star per member per day

payment checkout
  pay 1.00 CNY per 20 star
R
cat >events.jsonl <<'R'
{"id":"j1","type":"join","member":"zo-member-1","at":"2026-03-01T10:00:00+08:00","city":"Xanadupolis"}
{"id":"e1","type":"purchase","member":"zo-member-1","at":"2026-03-02T10:00:00+08:00","amount":"2000.00"}
{"id":"e2","type":"purchase","member":"zo-member-1","at":"2026-03-03T10:00:00+08:00","amount":"240.50"}
{"id":"e3","type":"purchase","member":"bob","at":"2026-03-03T11:00:00+08:00","amount":"9.00"}
{"id":"e3","type":"purchase","member":"bob","at":"2026-03-03T11:00:00+08:00","amount":"9.50"}
{"id":"e4","type":"purchase","member":"bob","at":"2026-03-03T12:00:00+08:00","amount":"minus one"}
{"id":"p0","type":"pay","member":"bob","at":"2026-03-03T13:00:00+08:00","payment":"checkout","points":"20","order":"9.00"}
{"id":"r9","type":"return","member":"bob","at":"2026-03-03T14:00:00+08:00","of":"e9"}
{"id":"e9","type":"purchase","member":"bob","at":"2026-03-03T13:30:00+08:00","amount":"50.00"}
{"id":"r1","type":"return","member":"zo-member-1","at":"2026-03-12T10:00:00+08:00","of":"e1","amount":"100.00"}
{"id":"p1","type":"pay","member":"zo-member-1","at":"2026-03-13T10:00:00+08:00","payment":"checkout","points":"400","order":"99.00"}
{"id":"late","type":"purchase","member":"zo-member-1","at":"2026-03-02T12:00:00+08:00","amount":"30.00"}
{"id":"a1","type":"adjust","member":"zo-member-1","at":"2026-03-14T10:00:00+08:00","points":{"star":"7"},"reason":"goodwill-qqq","by":"clerk-qqq"}
R
expect 0 init l.ledger rules.notch --clock events
expect 3 apply l.ledger events.jsonl
expect 0 advance l.ledger --to 2027-05-01

# verify
expect 0 verify l.ledger
prints "double entry"
prints "the ledger is intact"
expect 0 verify l.ledger --json
prints '"ok":true'
prints '"name":"caches","ok":true'
expect 1 verify l.ledger --head nonsense
says "is no head"
expect 3 verify l.ledger --head 0000000000000000000000000000000000000000000000000000000000000000
prints "none that this ledger ever had"

# replay
expect 0 replay l.ledger --threads 1
prints "every outcome is the recorded one"
expect 0 replay l.ledger
expect 0 replay l.ledger --json
prints '"differences":[]'
sed 's/multiply base by 1.25x/multiply base by 1.5x/' rules.notch >other.notch
expect 3 replay l.ledger --rules other.notch
prints "rule boost (line"
prints "share: recorded"
expect 0 replay l.ledger --rules rules.notch
prints "these rules give the same"

# explain
expect 0 explain l.ledger e2
prints "rule boost (line"
prints "tier >= gold: yes"
prints "multiplies by 1.25"
prints "cut to 30 star by 30 star per member per calendar day"
prints "rounded to 270 star"
prints "what became of lot"
expect 0 explain l.ledger e1
prints "spend over the last 12 months = 2000.00 CNY"
prints "reached gold"
prints "from points to taken_back by r1"
expect 0 explain l.ledger e4
prints "bad_value"
expect 0 explain l.ledger e3
prints "amount >= 10.00 CNY: no"
expect 0 explain l.ledger '#2' --json
json "$work/out"
expect 1 explain l.ledger nothing
says "no event"
expect 1 explain l.ledger '#9999'

# seal, receipt, consistency
expect 0 seal l.ledger --make-key key
cp "$work/out" note
expect 0 verify l.ledger --head "$(sed -n 3p note)"
prints "the published head is that of"
expect 0 receipt l.ledger e2
cp "$work/out" receipt.json
expect 0 receipt --check receipt.json --key key.pub
prints "signed by the key given"
sed 's/"event":4/"event":5/' receipt.json >forged.json
expect 3 receipt --check forged.json
prints "NOT VALID"
expect 0 seal l.ledger --since 3
cp "$work/out" growth.json
expect 0 receipt --check growth.json
prints "the ledger only grew"
sed 's/"old_size":3/"old_size":4/' growth.json >forged.json
expect 3 receipt --check forged.json
case $(ls -l key) in -rw-------*) pass ;; *) fail "the secret key can be read by others" ;; esac
expect 1 seal l.ledger --make-key key

# backup
expect 0 backup l.ledger copy.ledger
expect 0 verify copy.ledger
expect 0 replay copy.ledger
expect 1 backup l.ledger copy.ledger

# erase: every head published before still proves, and nothing personal is left
cat >erase.jsonl <<'R'
{"id":"x1","type":"erase","member":"zo-member-1","at":"2027-06-01T10:00:00+08:00"}
R
expect 0 apply l.ledger erase.jsonl
for word in zo-member-1 Xanadupolis goodwill-qqq clerk-qqq; do
  if grep -aqF "$word" l.ledger l.ledger-* 2>/dev/null; then
    fail "$word is still in the ledger's files"
  else
    pass
  fi
done
expect 0 verify l.ledger --head "$(sed -n 3p note)"
prints "the ledger is intact"
prints "the published head is that of"
expect 0 receipt --check receipt.json --key key.pub
expect 0 replay l.ledger
prints "1 erased member: "
expect 0 explain l.ledger e2
prints "an erased member"

# a changed ledger: verify says where, replay says by which rule
if command -v sqlite3 >/dev/null 2>&1; then
  sqlite3 copy.ledger "DROP TRIGGER posting_u; UPDATE posting SET amount=amount+1,
    rules=replace(rules,'240','241') WHERE event=(SELECT event FROM event WHERE id='e2');
    CREATE TRIGGER posting_u BEFORE UPDATE ON posting
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END" >/dev/null
  expect 3 verify copy.ledger
  prints "FAILED leaves"
  prints "e2 (#"
  expect 3 replay copy.ledger
  prints "rule base (line"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
