#!/bin/sh
# many_figures.sh -- more measures and limits than small sums have numbers for, and sums too large
# for them: one counts as any other does.
. "${top_srcdir:-.}/tests/cli/common.sh"

awk 'BEGIN {
  print "program many \"Many\"\n  timezone \"UTC\"\n  currency CNY\n  rounded down per event\n"
  print "points star \"Stars\"\n  whole\n  never expire\n"
  print "event purchase\n  field amount CNY in 0.00 CNY .. 90_000_000.00 CNY\n"
  for (i = 1; i <= 300; i++) {
    printf "measure spent_%d is sum of amount on purchase\n\n", i
    printf "rule rule_%d \"Rule\"\n  on purchase\n", i
    printf "  when spent_%d over the last 2 days >= 100.00 CNY\n", i
    printf "  earn 1 star\n  limit 1 star per member per day\n\n"
  }
  print "rule of_the_last \"All\"\n  on purchase\n  when spent_300 ever >= 80_000_000.00 CNY"
  print "  earn 7 star\n"
  print "event prize\n\nrule winner \"Winner\"\n  on prize\n  earn 2_000_000_000 star"
  print "  limit 5_000_000_000 star per member per day"
}' >"$work/many.notch"

# buy ID DAY AMOUNT MEMBER [HOUR]
buy() {
  printf '{"id":"%s","type":"purchase","member":"%s","at":"%sT%s:00:00Z","amount":"%s"}\n' \
    "$1" "$4" "$2" "${5:-12}" "$3"
}

expect 0 init "$work/ledger" "$work/many.notch"
{
  buy a 2024-03-01 100.00 ann             # each rule gives a star
  buy b 2024-03-01 50.00 ann              # once a day
  buy c 2024-03-03 99.99 ann              # of three days ago nothing counts
  buy d 2024-03-03 0.01 ann
  buy e 2024-03-10 60000000.00 ann
  buy f 2024-03-10 30000000.00 ann        # more than 2^32 cents, and 80 millions in all
  buy g 2024-03-10 60.00 bob
  buy h 2024-03-10 40.00 ben
  printf '{"id":"m","type":"merge","member":"bob","at":"2024-03-10T13:00:00Z","from":"ben"}\n'
  buy i 2024-03-10 0.00 bob 14            # 100.00 on one day, by both
  buy j 2024-03-10 0.00 bob 15
  for i in 1 2 3 4; do                    # 2, 4 and 5 thousand millions, and no more
    printf '{"id":"p%s","type":"prize","member":"cid","at":"2024-03-10T12:00:0%sZ"}\n' $i $i
  done
} >"$work/events.jsonl"
expect 0 apply "$work/ledger" "$work/events.jsonl"
expect 0 balance "$work/ledger" ann --at 2024-03-11T00:00:00Z
prints 'star 907'
expect 0 balance "$work/ledger" bob --at 2024-03-11T00:00:00Z
prints 'star 300'
expect 0 balance "$work/ledger" cid --at 2024-03-11T00:00:00Z
prints 'star 5000000000'
expect 0 verify "$work/ledger"
expect 0 replay "$work/ledger"
finish
