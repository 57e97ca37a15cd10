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
# event ID TYPE MEMBER DAY-AND-HOUR FIELDS
event() {
  printf '{"id":"%s","type":"%s","member":"%s","at":"2026-03-%s:00+08:00",%s}\n' "$@"
}
{
  event j1 join zo-member-1 01T10:00 '"city":"Xanadupolis"'
  event e1 purchase zo-member-1 02T10:00 '"amount":"2000.00"'
  event e2 purchase zo-member-1 03T10:00 '"amount":"240.50"'
  event e3 purchase bob 03T11:00 '"amount":"9.00"'
  event e3 purchase bob 03T11:00 '"amount":"9.50"'
  event e4 purchase bob 03T12:00 '"amount":"minus one"'
  event p0 pay bob 03T13:00 '"payment":"checkout","points":"20","order":"9.00"'
  event r9 return bob 03T14:00 '"of":"e9"'
  event e9 purchase bob 03T13:30 '"amount":"50.00"'
  event r1 return zo-member-1 12T10:00 '"of":"e1","amount":"100.00"'
  event p1 pay zo-member-1 13T10:00 '"payment":"checkout","points":"400","order":"99.00"'
  event late purchase zo-member-1 02T12:00 '"amount":"30.00"'
  event a1 adjust zo-member-1 14T10:00 \
    '"points":{"star":"7"},"reason":"goodwill-qqq","by":"clerk-qqq"'
} >events.jsonl
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
expect 2 verify l.ledger --head nonsense
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
prints "from points to taken back by r1"
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
expect 2 receipt l.ledger e1 --key key.pub
expect 0 receipt --check receipt.json --key key.pub
prints "signed by the key given"
sed 's/"event":4/"event":5/' receipt.json >forged.json
expect 3 receipt --check forged.json
prints "NOT VALID"
expect 0 seal l.ledger --since 3
cp "$work/out" growth.json
expect 0 receipt --check growth.json
prints "the ledger only grew"
expect 3 receipt --check growth.json --key key.pub
prints "no checkpoint that the key could have signed"
expect 2 seal l.ledger --since 3 --key key
sed 's/}$/,"id":"e3"}/' receipt.json >forged.json
expect 3 receipt --check forged.json
prints "it says something twice"
expect 1 receipt --check receipt.json --key l.ledger
says " bytes, the most that is read"
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

# whoever is named in other members' events may be erased as well
cat >friends.notch <<'R'
program shop
  timezone "UTC"
  currency EUR
  rounded down
points star
event purchase
  field amount EUR in 0.00 EUR .. 1_000.00 EUR
  field friend member?
rule base
  on purchase
  earn 1 star per 1.00 EUR of amount
rule friend_too
  on purchase
  when event.friend is known
  earn 3 star to event.friend
rule gifts
  on transfer
  limit 200 star per member per month
R
cat >friends.jsonl <<'R'
{"id":"0","type":"purchase","member":"bob","at":"2026-01-01","amount":"4.00"}
{"id":"1","type":"purchase","member":"ann","at":"2026-01-01","amount":"40.00","friend":"bob"}
{"id":"2","type":"transfer","member":"ann","at":"2026-01-02","to":"bob","points":{"star":"5"}}
{"id":"3","type":"return","member":"ann","at":"2026-01-02","of":"1","amount":"10.00"}
{"id":"4","type":"erase","member":"bob","at":"2026-01-03"}
{"id":"5","type":"return","member":"ann","at":"2026-01-04","of":"1","amount":"10.00"}
{"id":"6","type":"purchase","member":"ann","at":"2026-01-05","amount":"1.00"}
R
expect 0 init friends.ledger friends.notch --clock events
expect 0 apply friends.ledger friends.jsonl
expect 0 verify friends.ledger
expect 0 replay friends.ledger
prints "1 erased member: "
prints "every outcome is the recorded one"
expect 0 explain friends.ledger 2
prints "it names a member who was erased"
expect 0 balance friends.ledger ann --at 2026-02-01
prints "ann"

# blank lines are no lines: known, unreadable and the rest add up to the others
printf '\n  \n%s\n\t\nno event\n\n' \
  '{"id":"x1","type":"erase","member":"zo-member-1","at":"2027-06-01T10:00:00+08:00"}' >blank.jsonl
expect 3 apply l.ledger blank.jsonl --json
prints '"applied":0,"known":1,"refused":0,"waiting":0,"unreadable":1,'
says "5"

# a changed ledger: verify says where, replay says by which rule
if command -v sqlite3 >/dev/null 2>&1; then
  sqlite3 copy.ledger "DROP TRIGGER event_u; UPDATE event SET amount=amount+1,
    rules=replace(rules,'240','241') WHERE id='e2';
    CREATE TRIGGER event_u BEFORE UPDATE ON event
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END" >/dev/null
  expect 3 verify copy.ledger
  prints "FAILED leaves"
  prints "e2 (#"
  expect 3 replay copy.ledger
  prints "rule base (line"
fi

# what a purse could not pay is explained
cat >funded.notch <<'R'
program harbour
  timezone "Asia/Shanghai"
  currency CNY
  rounded down

points star

partner bank
  settles 0.04 CNY per 1 star earned
  prepaid

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule bonus
  on purchase
  earn 1 star per 1.00 CNY of amount
  funded by bank
R
cat >funded.jsonl <<'R'
{"id":"f1","type":"fund","at":"2026-03-01T08:00:00+08:00","partner":"bank","points":{"star":"30"}}
{"id":"f2","type":"purchase","member":"ann","at":"2026-03-01T10:00:00+08:00","amount":"50.00"}
R
expect 0 run funded.notch funded.jsonl --ledger funded.ledger
expect 0 explain funded.ledger f2
prints "cut to 30 star by the purse of bank"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
