#!/bin/sh
# recorded_time_returned.sh -- a measure by recorded time is lowered on the day on which the event
# was recorded, however old it is.
. "${top_srcdir:-.}/tests/cli/common.sh"

cat >"$work/p.notch" <<'R'
program p
  timezone "Asia/Shanghai"
  currency CNY

points star
  rounded down

event purchase
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY

event look

measure spent is sum of amount on purchase
  by recorded time

rule looked
  on look
  earn 1 star per 1.00 CNY of (spent over the last 3 days)
R
cat >"$work/p.jsonl" <<'R'
{"id":"e1","type":"purchase","member":"ann","at":"2025-01-20T10:00:00+08:00","amount":"50.00"}
{"id":"e2","type":"purchase","member":"ann","at":"2025-01-10T10:00:00+08:00","amount":"100.00"}
{"id":"l1","type":"look","member":"ann","at":"2025-01-20T11:00:00+08:00"}
{"id":"r1","type":"return","member":"ann","at":"2025-01-20T12:00+08:00","of":"e2","amount":"40.00"}
{"id":"l2","type":"look","member":"ann","at":"2025-01-20T12:30:00+08:00"}
{"id":"r2","type":"return","member":"ann","at":"2025-01-20T13:00:00+08:00","of":"e2"}
{"id":"l3","type":"look","member":"ann","at":"2025-01-20T13:30:00+08:00"}
R
expect 0 init "$work/l" "$work/p.notch" --clock events
expect 0 apply "$work/l" "$work/p.jsonl"
expect 0 explain "$work/l" l1
prints 'spent over the last 3 days = 150.00 CNY'
expect 0 explain "$work/l" l2
prints 'spent over the last 3 days = 110.00 CNY'
expect 0 explain "$work/l" l3
prints 'spent over the last 3 days = 50.00 CNY'
expect 0 verify "$work/l"
expect 0 replay "$work/l"
finish
