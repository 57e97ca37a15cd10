#!/bin/sh
# Section 5, draws: HMAC-SHA-256 of event id, rule name, place and try under the seed. The figures
# below were computed by another program from the definition.
. "$(dirname "$0")/edge_lib"

cat >rules.notch <<'R'
program draw
  timezone "Asia/Shanghai"
  currency CNY
  rounded down per event
  draws from "sha256:2eabecf9e162de6ddd3c9bbdcc9db15f2757f158cc28e4bb7add55a15fb61326"

points star

event play

event jackpot

rule spin
  on play
  earn 1 star * (draw(1_000) + 10_000 * draw(6))

rule huge
  on jackpot
  earn 1 star * draw(9_000_000_000)
R
cat >before.jsonl <<'R'
{"id":"early","type":"play","member":"ann","at":"2024-03-01T09:00:00+08:00"}
R
cat >wrong.jsonl <<'R'
{"id":"s0","type":"seed","at":"2024-03-01T09:30:00+08:00","seed":"tally stock"}
R
cat >seed.jsonl <<'R'
{"id":"s1","type":"seed","at":"2024-03-01T09:40:00+08:00","seed":"tally stick"}
R
for who in ann bob; do
  for n in 1 2 3; do
    event $who-$n play $who 2024-03-0${n}T10:00:00+08:00
  done
done >plays.jsonl
event big-1 jackpot cat 2024-03-05T10:00:00+08:00 >jackpot.jsonl
event back return ann 2024-03-06T10:00:00+08:00 '"of":"ann-2"' >back.jsonl
run "init" 0 init l.ledger rules.notch
run "no seed yet" 3 apply l.ledger before.jsonl --json
same "the reason" 1 "$("$NOTCH" refused l.ledger --json 2>/dev/null | grep -c no_seed)"
run "another seed than the one committed to" 3 apply l.ledger wrong.jsonl --json
run "the seed" 0 apply l.ledger seed.jsonl --json
run "plays" 0 apply l.ledger plays.jsonl --json
# ann-1: 201 + 10000 * 4
# ann-2: 762 + 10000 * 5
# ann-3: 383 + 10000 * 3
# bob-1: 713 + 10000 * 5
# bob-2: 971 + 10000 * 1
# bob-3: 209 + 10000 * 3
same "ann" 121346 "$(available l.ledger ann)"
same "bob" 91893 "$(available l.ledger bob)"
run "a large range" 0 apply l.ledger jackpot.jsonl --json
same "cat" 5488234372 "$(available l.ledger cat)"
run "a play is taken back" 0 apply l.ledger back.jsonl --json
# less 50762
same "ann, less that play" 70584 "$(available l.ledger ann)"
stands l.ledger
finish
