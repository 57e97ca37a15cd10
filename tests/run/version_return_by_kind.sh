#!/bin/sh
# A return without `of` over events of several versions: what it lowers is told by the version in
# force, and each of them is returned by the rules of its own, as with `of`.
. "$(dirname "$0")/edge_lib"

cat >v1.notch <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

points star
points clap

member
  field friend member?

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  field visits number in 1 .. 100

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule extra
  on purchase
  earn 1 star per 10.00 CNY of amount

rule friends
  on purchase
  when member.friend is known
  earn 1 clap per 10.00 CNY of amount to member.friend
R
# another kind in the place of one, a rule less, one that gives more
sed 's/^points star/points gem/; s/ star per/ gem per/
/^rule extra/,/^$/d
s/earn 1 clap/earn 2 clap/' v1.notch >v2.notch
cat >>v2.notch <<'R'

retire star with keep
R
sed 's/earn 1 gem/earn 3 gem/' v2.notch >v3.notch
sed -i '/^retire/d' v3.notch

at=2026
sold() {
  event j1 join bob $at-01-01T08:00:00Z
  event j2 join ann $at-01-01T08:00:00Z '"friend":"bob"'
  event e1 purchase ann $at-01-02T10:00:00Z '"amount":"100.00","visits":"2"'
  event e2 purchase ann $at-01-03T10:00:00Z '"amount":"200.00","visits":"4"'
  event e3 purchase ann $at-02-03T10:00:00Z '"amount":"50.00","visits":"1"'
  event e4 purchase ann $at-03-03T10:00:00Z '"amount":"10.00","visits":"1"'
}
# ledger NAME: with the sales of three versions
ledger() {
  run "init" 0 init "$1" v1.notch --clock events
  run "publish" 0 publish "$1" v2.notch --from $at-02-01T00:00:00Z
  run "publish" 0 publish "$1" v3.notch --from $at-03-01T00:00:00Z
  run "apply" 0 apply "$1" sold.jsonl --clock events
}
# state NAME: what ann and bob have
state() {
  echo "$(points "$1" ann star available) $(points "$1" ann gem available)" \
    "$(points "$1" bob clap available)"
}
sold >sold.jsonl
ledger l.ledger
# 110 and 220; 50 and 30; 10 and 20, 10, 2
same "sold" "330 80 42" "$(state l.ledger)"

# 10 of e4, 50 of e3, 90 of e2
event r1 return ann $at-03-04T10:00:00Z '"event":"purchase","amount":"150.00"' >r.jsonl
run "return" 0 apply l.ledger r.jsonl --clock events
same "each by its own version" "231 0 21" "$(state l.ledger)"

# cut ROW MORE: without the rows from there on, as a damaged file is
cut() {
  run "backup" 0 backup l.ledger cut.ledger
  sqlite3 cut.ledger "DROP TRIGGER event_d; DROP TRIGGER event_more_d; DROP TRIGGER head_d;
    DELETE FROM event WHERE event>=$1; DELETE FROM event_more WHERE event>=$1; $2
    CREATE TRIGGER event_d BEFORE DELETE ON event
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;
    CREATE TRIGGER event_more_d BEFORE DELETE ON event_more
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END;
    CREATE TRIGGER head_d BEFORE DELETE ON head
      BEGIN SELECT RAISE(ABORT,'the journal only grows'); END" >/dev/null
}
if command -v sqlite3 >/dev/null 2>&1; then
  # the rows of r1 and of its parts, each with what bob gives back
  last=$(sqlite3 l.ledger "SELECT max(event) FROM event")
  caches="DELETE FROM head WHERE size>=$last-1; DELETE FROM state; DELETE FROM event_key;
    UPDATE cache SET upto=0;"
  cut $((last - 1)) "$caches"
  run "the last part is missing" 3 replay cut.ledger
  same "and told" 1 "$(grep -c 'r1 .*recomputed return of transaction' out)"
  rm cut.ledger
  cut $((last - 1)) ""
  run "caches name it" 1 replay cut.ledger
  same "which is damage" 1 "$(grep -c 'a row that others name is missing: verify' err)"
fi
# 110 of e2, 40 of e1
event r2 return ann $at-03-05T10:00:00Z '"event":"purchase","amount":"150.00"' >r.jsonl
run "return" 0 apply l.ledger r.jsonl --clock events
same "the rest of one, and a part" "66 0 6" "$(state l.ledger)"
stands l.ledger
for id in r1 r2 e1 e2; do
  run "explain $id" 0 explain l.ledger "$id"
done
"$NOTCH" explain l.ledger r1 >r1
same "explain tells them" 2 "$(grep -c 'lowers e[23] .* version [12]' r1)"
run "statement" 0 statement l.ledger ann
same "they were her own" 0 "$(grep -c 'of another member' out)"
run "balance" 0 balance l.ledger

# the same with `of`, one by one
ledger of.ledger
{
  event r1 return ann $at-03-04T10:00:00Z '"of":"e4","amount":"10.00"'
  event r2 return ann $at-03-04T10:00:00Z '"of":"e3","amount":"50.00"'
  event r3 return ann $at-03-04T10:00:00Z '"of":"e2","amount":"90.00"'
  event r4 return ann $at-03-05T10:00:00Z '"of":"e2","amount":"110.00"'
  event r5 return ann $at-03-05T10:00:00Z '"of":"e1","amount":"40.00"'
} >r.jsonl
run "returns" 0 apply of.ledger r.jsonl --clock events
same "as with of" "$(state l.ledger)" "$(state of.ledger)"

# nothing taken; then what is left of all, and more
event r3 return ann $at-03-06T10:00:00Z '"event":"purchase","amount":"30.00","take_back":false' \
  >r.jsonl
event r4 return ann $at-03-07T10:00:00Z '"event":"purchase","amount":"500.00"' >>r.jsonl
run "return" 0 apply l.ledger r.jsonl --clock events
same "nothing is left" "0 0 0" "$(state l.ledger)"
run "effects" 0 effects l.ledger --json
same "what nobody bought is told" 1 "$(grep -c '470' out)"
stands l.ledger
event x erase bob $at-03-08T10:00:00Z >r.jsonl
run "erase" 0 apply l.ledger r.jsonl --clock events
stands l.ledger "erased"

# what the rules of then refuse is refused for that event alone
sed -n '/^program/,/^points clap/p' v1.notch >d1.notch
cat >>d1.notch <<'R'

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
  field visits number in 0 .. 100

rule base
  on purchase
  earn 1 star * (12 / visits)
R
sed 's/12/24/' d1.notch >d2.notch
{
  event e1 purchase ann $at-01-02T10:00:00Z '"amount":"100.00","visits":"2"'
  event e2 purchase ann $at-01-03T10:00:00Z '"amount":"100.00","visits":"3"'
} >sold.jsonl
event r1 return ann $at-03-03T10:00:00Z '"event":"purchase","visits":"4"' >r.jsonl
run "init" 0 init d.ledger d1.notch --clock events
run "publish" 0 publish d.ledger d2.notch --from $at-02-01T00:00:00Z
run "apply" 0 apply d.ledger sold.jsonl --clock events
run "return" 0 apply d.ledger r.jsonl --clock events
# 6 and 4; 3 of e2 leave nothing to divide by, 1 of e1 would give more
same "nothing is taken" 10 "$(available d.ledger ann)"
run "export" 0 export d.ledger --format jsonl
same "the refusal stands in an entry" 1 "$(grep -c '"answer":"division_by_zero","cause":4' out)"
# e2 has its visits still
event r2 return ann $at-03-04T10:00:00Z '"of":"e2","visits":"2"' >r.jsonl
run "return of the other" 0 apply d.ledger r.jsonl --clock events
stands d.ledger "divided"
finish
