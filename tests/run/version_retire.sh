#!/bin/sh
# A version that drops points or a reward says what becomes of them: `retire`.
. "$(dirname "$0")/edge_lib"

head_of() {
  cat <<'R'
program shop
  timezone "UTC"
  currency CNY
  rounded down per event

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

R
}
{
  head_of
  cat <<'R'
points star

reward mug

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule gift
  on purchase
  when amount >= 100.00 CNY
  grant mug
R
} >v1.notch
# v2 WORDS OF RETIRE FOR STAR, FOR MUG
v2() {
  head_of
  printf 'points leaf\n\nrule base\n  on purchase\n  earn 1 leaf per 1.00 CNY of amount\n\n'
  [ -z "$1" ] || printf 'retire star %s\n\n' "$1"
  [ -z "$2" ] || printf 'retire mug %s\n' "$2"
}
{
  event e1 purchase ann 2024-01-10T10:00:00Z '"amount":"101.00"'
  event e2 purchase ann 2024-02-10T10:00:00Z '"amount":"50.00"'
} >before.jsonl
event e3 purchase ann 2024-07-10T10:00:00Z '"amount":"7.00"' >after.jsonl

v2 "" "with keep" >x.notch
run "init" 0 init no.ledger v1.notch
run "a kind that is dropped without a word" 1 publish no.ledger x.notch --from 2024-06-01T00:00:00Z
same "the refusal names it" 1 "$(grep -c 'points star are gone' err)"
v2 "with keep" "" >x.notch
run "a dropped reward, no word" 1 publish no.ledger x.notch --from 2024-06-01T00:00:00Z
sed 's/^points star$/points star\n  2 decimals/' v1.notch >x.notch
run "a kind with other decimals" 1 publish no.ledger x.notch --from 2024-06-01T00:00:00Z
same "the refusal says so" 1 "$(grep -c 'points star have 0 decimals, and would have 2' err)"
for code in CNY EUR; do
  { sed "s/amount CNY in 0.00 CNY .. 1_000_000.00 CNY/amount $code in 0.00 $code .. 9.00 $code/
      s/currency CNY/currency CNY, EUR/; s/per 1.00 CNY/per 1.00 $code/
      s/>= 100.00 CNY/>= 1.00 $code/
    " v1.notch; printf '\nmeasure spend is sum of amount on purchase\n'; } >$code.notch
done
run "init" 0 init money.ledger CNY.notch
run "a measure of another currency" 1 publish money.ledger EUR.notch --from 2024-06-01T00:00:00Z
same "the refusal names it" 1 "$(grep -c 'measure spend counts EUR, and counted CNY' err)"
v2 "with keep" "" >x.notch
run "a dropped reward, once more" 1 publish no.ledger x.notch --from 2024-06-01T00:00:00Z
same "the refusal names the reward" 1 "$(grep -c 'reward mug is gone' err)"

for how in expire keep "becomes leaf at 2 leaf per 3 star"; do
  rm -f l.ledger*
  word=with
  case $how in becomes*) mug="with expire" ;; *) mug="with $how" ;; esac
  v2 "$word $how" "$mug" >x.notch
  run "$how: init" 0 init l.ledger v1.notch
  run "$how: apply" 0 apply l.ledger before.jsonl
  run "$how: dry run" 0 publish l.ledger x.notch --from 2024-06-01T00:00:00Z --dry-run
  cp out dry
  run "$how: publish" 0 publish l.ledger x.notch --from 2024-06-01T00:00:00Z
  sleep 1 # in force in the past: what it retires goes the second after it is published
  same "$how: told the same as dry" "$(grep -v Nothing dry)" "$(cat out)"
  run "$how: apply under the new version" 0 apply l.ledger after.jsonl
  case $how in
    expire)
      same "$how: gone" 0 "$(points l.ledger ann star available)"
      same "$how: told" 1 "$(grep -c 'star: 151 held by members, then 0' out dry | grep -c ':1')"
      same "$how: leaves" 7 "$(points l.ledger ann leaf available)"
      ;;
    keep)
      same "$how: there" 151 "$(points l.ledger ann star available)"
      event r1 redeem ann 2024-08-01T10:00:00Z '"reward":"mug"' >redeem.jsonl
      run "$how: the mug that was granted is given" 0 apply l.ledger redeem.jsonl
      event r2 redeem ann 2024-08-01T11:00:00Z '"reward":"mug"' >redeem.jsonl
      run "$how: but no other" 3 apply l.ledger redeem.jsonl
      ;;
    *)
      same "$how: no stars" 0 "$(points l.ledger ann star available)"
      # 151 * 2 / 3 = 100, and 7
      same "$how: leaves" 107 "$(points l.ledger ann leaf available)"
      ;;
  esac
  same "$how: the past" 151 "$(points l.ledger ann star available 2024-05-01T00:00:00Z)"
  event e9 purchase ann 2024-03-10T10:00:00Z '"amount":"30.00"' >late.jsonl
  run "$how: a late sale of the old version" 0 apply l.ledger late.jsonl
  run "$how: time passes" 0 advance l.ledger --to 2025-12-01T00:00:00Z
  case $how in
    expire) same "$how: late" 0 "$(points l.ledger ann star available)" ;;
    keep) same "$how: late" 181 "$(points l.ledger ann star available)" ;;
    *) same "$how: late" 127 "$(points l.ledger ann leaf available)" ;;
  esac
  event r3 return ann 2024-09-10T10:00:00Z '"of":"e2"' >return.jsonl
  run "$how: a return of an old sale" 0 apply l.ledger return.jsonl
  stands l.ledger "$how"
done

# A return of an old sale, once its points are others: from what the member has; the rest is owed.
v2 "with becomes leaf at 2 leaf per 3 star" "with keep" >x.notch
rm -f o.ledger*
run "init" 0 init o.ledger v1.notch --clock events
run "apply" 0 apply o.ledger before.jsonl --clock events
run "publish" 0 publish o.ledger x.notch --from 2024-06-01T00:00:00Z
run "apply under the new version" 0 apply o.ledger after.jsonl --clock events
run "return" 0 apply o.ledger return.jsonl --clock events
same "33 of 107 taken" 74 "$(points o.ledger ann leaf available)"
same "nothing owed" 0 "$(points o.ledger ann leaf debt)"
event r4 return ann 2024-09-11T10:00:00Z '"of":"e1"' >return.jsonl
run "spent" 0 apply o.ledger - --clock events <<'J'
{"id":"a1","type":"adjust","member":"ann","at":"2024-09-11T09:00:00Z","points":{"leaf":"-70"}}
J
run "return of what was spent" 0 apply o.ledger return.jsonl --clock events
same "all that was left" 0 "$(points o.ledger ann leaf available)"
same "the rest is owed" 63 "$(points o.ledger ann leaf debt)"
stands o.ledger

# What becomes other points was earned before: earned() of the new kind leaves it out.
{
  v2 "with becomes leaf at 2 leaf per 3 star" "with keep"
  printf '\nevent visit\n\nrule first\n  on visit\n'
  printf '  when earned(leaf) over the last 12 months = 0 leaf\n  earn 1 leaf\n'
} >x.notch
rm -f o.ledger*
run "init" 0 init o.ledger v1.notch --clock events
run "apply" 0 apply o.ledger before.jsonl --clock events
run "publish" 0 publish o.ledger x.notch --from 2024-06-01T00:00:00Z
event v1 visit ann 2024-07-01T10:00:00Z >after.jsonl
run "a visit" 0 apply o.ledger after.jsonl --clock events
same "nothing was earned of them" 101 "$(points o.ledger ann leaf available)"
stands o.ledger "what is cached is what a rebuild gives"

# A reward becomes another: what is held keeps its dates; what is beyond the stock waits for it.
{
  head_of
  cat <<'R'
reward mug
  valid for 600 days

rule gift
  on purchase
  grant mug 3 times
R
} >m1.notch
# m2 WORDS
m2() {
  head_of
  printf 'points leaf\n\nreward cup\n  stock 1\n\nrule gift\n  on purchase\n  grant cup\n\n'
  printf 'retire mug %s\n' "$1"
}
held() {
  "$NOTCH" balance "$1" ann --json --at "$2" | sed -n 's/.*"cup":{"held":\([0-9]*\)}.*/\1/p'
}
event e1 purchase ann 2025-01-10T10:00:00Z '"amount":"1.00"' >m.jsonl
run "init" 0 init r.ledger m1.notch --clock events
run "apply" 0 apply r.ledger m.jsonl --clock events
m2 "with becomes leaf at 2 leaf per 3 mug" >m2.notch
run "a reward cannot become points" 1 publish r.ledger m2.notch --from 2025-02-01
same "it says so" 1 "$(grep -c 'reward mug cannot become points: name a reward' err)"
m2 "with becomes cup at 2 mug per 3 mug" >m2.notch
run "the units are checked" 1 publish r.ledger m2.notch --from 2025-02-01
m2 "with becomes cup at 2 cup per 3 mug" >m2.notch
run "becomes a reward" 0 publish r.ledger m2.notch --from 2025-02-01
same "read ahead" 1 "$(held r.ledger 2025-02-01T10:00:00Z)"
event s restock "" 2025-03-01T10:00:00Z '"reward":"cup","quantity":5' |
  sed 's/"member":"",//' >s.jsonl
run "time passes" 0 advance r.ledger --to 2025-02-10 --clock events
same "one, the other waits" 1 "$(held r.ledger 2025-02-10T10:00:00Z)"
run "restock" 0 apply r.ledger s.jsonl --clock events
same "two for three" 2 "$(held r.ledger 2025-03-02T10:00:00Z)"
same "with the dates of the mugs" 1 "$(held r.ledger 2026-09-10T10:00:00Z)"
stands r.ledger
finish
