#!/bin/sh
# check_refused.sh -- replay decides refused events anew: those without fields,
# which it once took as recorded, and those that named no member, of which it once said that they
# would be applied.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99

cat >shut.notch <<'R'
program shop
  timezone "UTC"
  currency EUR

points star

partner bank
  settles 0.04 EUR per 1 star earned
  prepaid

event visit
event purchase
  field amount EUR in 0.00 EUR .. 100.00 EUR
  field data number in 0 .. 9 = 0

rule shut
  on visit
  refuse
R
sed -e 's/refuse/earn 1 star/' -e 's/0 \.\. 9 /0 .. 99 /' shut.notch >open.notch

cat >day.jsonl <<'R'
{"id":"v1","type":"visit","member":"ann","at":"2026-03-01"}
{"id":"v2","type":"visit","at":"2026-03-01"}
{"id":"p1","type":"purchase","at":"2026-03-01","amount":"1.00"}
{"id":"p2","type":"purchase","member":5,"at":"2026-03-01","amount":"1.00"}
{"id":"p3","type":"purchase","member":"ann","at":"2026-03-01","amount":"1.00","colour":1}
{"id":"p4","type":"purchase","member":"ann","at":"2026-03-01","amount":"1.00","data":10}
{"id":"j1","type":"join","at":"2026-03-01","email":"a@a.example"}
{"specversion":"1.0","source":"till","id":"c1","type":"visit","time":"2026-03-01","data":{"x":1}}
{"id":"z1","type":"tick","at":"2026-03-01","x":1}
{"id":"z2","type":"tick","member":"ann","at":"2026-03-01"}
{"id":"f1","type":"fund","at":"2026-03-01","partner":"nobody","points":{"star":"5"}}
{"id":"u1","type":"unheard","at":"2026-03-01","x":1}
{"id":"u2","type":"unheard","member":"ann","at":"2026-03-01","x":1}
{"id":"t1","type":"tick","at":"2026-03-01","x":1,"x":2}
R
# event ID TYPE DAY FIELDS: a line of ann's, in March
event() {
  echo "{\"id\":\"$1\",\"type\":\"$2\",\"member\":\"${ann:-ann}\",\"at\":\"2026-03-$3\"$4}"
}
ann=$(printf 'x%.0s' $(seq 600)) event l1 visit 01 >>day.jsonl
expect 0 init r.ledger shut.notch --clock events
expect 3 apply r.ledger day.jsonl
prints 'refused       15'
expect 0 replay r.ledger
prints 'every outcome is the recorded one'

# why not, and what other rules would have said
expect 0 explain r.ledger v1
prints 'shut'
prints 'rule shut (line 16) applied'
expect 3 replay r.ledger --rules open.notch
prints 'v1 (#2): outcome: recorded not_eligible, recomputed applied'
prints 'p4 (#7): outcome: recorded out_of_range, recomputed applied'

# what could not be read is kept as it was sent, and known again
expect 0 refused r.ledger --json
prints '"amount":"1.00","colour":1'
expect 3 apply r.ledger day.jsonl
prints 'transactions   0'

# a line that named no member is mended by naming one
event p1 purchase 01 ',"amount":"1.00"' >mended.jsonl
expect 0 apply r.ledger mended.jsonl
prints 'applied       1'

# an id that is taken, and the name of a hold that is
{
  event p1 purchase 01 ',"amount":"2.00"'
  event a1 adjust 02 ',"points":{"star":"9"},"reason":"x","by":"y"'
  event h1 hold 03 ',"hold":"k","points":{"star":"2"},"until":"2026-03-09"'
  event h2 hold 03 ',"hold":"k","points":{"star":"2"},"until":"2026-03-09"'
} >taken.jsonl
expect 3 apply r.ledger taken.jsonl
prints 'p1     conflict  another event with this id'
prints 'h2     conflict  there is a hold k already'
expect 0 replay r.ledger
prints 'every outcome is the recorded one'
expect 0 verify r.ledger
prints 'the ledger is intact'

# of several faults of a return the one whose key comes first; types that are none; a key of the
# envelope that was there twice, which is mended by leaving one out
{
  event s1 purchase 10 ',"amount":"9.00"'
  event s2 return 11 ',"of":""'
  event s3 return 11 ',"of":"s1","foo":"1","bar":"2"'
  event s4 return 11 ',"of":"s1","zoo":"1","amount":"x"'
  event s5 return 11 ',"event":"purchase","zoo":"1","amount":"x"'
  event s6 "$(printf 't%.0s' $(seq 300))" 11
  event s7 '(none)' 11
  echo '{"id":"s8","type":5,"at":"2026-03-11"}'
  event s9 '' 11
  event d1 purchase 11 ',"type":"purchase","amount":"1.00"'
  event d2 purchase 11 ',"at":"2026-03-11","amount":"1.00"'
  echo '{"id":"d3","type":"join","at":"2026-03-11","tier":"a","tier":"b"}'
} >odd.jsonl
expect 3 apply r.ledger odd.jsonl
prints 's2     bad_value      `of` is empty'
prints 's3     unknown_field  `bar` is no field of purchase'
prints 's4     bad_value      `amount`'
prints 's5     bad_value      `amount`'
prints 's7     missing_field  `type` is missing'
prints 'transactions  13' # a hold ran out
expect 3 apply r.ledger odd.jsonl
prints 'transactions    0'
{
  event d1 purchase 11 ',"amount":"1.00"'
  event d2 purchase 11 ',"amount":"1.00"'
} >mended.jsonl
expect 0 apply r.ledger mended.jsonl
prints 'applied       2'
expect 0 replay r.ledger
prints 'every outcome is the recorded one'
expect 0 verify r.ledger
prints 'the ledger is intact'
finish
