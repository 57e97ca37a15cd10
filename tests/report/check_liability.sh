#!/bin/sh
# check_liability.sh -- breakage and revenue as in the KPMG handbook's example 10, and partners.
. "${top_srcdir:-.}/tests/cli/common.sh"

cat >"$work/shop.notch" <<'END'
program shop "Shop"
  timezone "UTC"
  currency USD
  rounded down

points p "Points"
  whole
  never expire
  worth 0.90 USD

partner bank "Bank"
  settles 0.50 USD per 1 p earned
  settles 0.25 USD per 1 p spent

event purchase
  field amount USD in 0.00 USD .. 1_000_000.00 USD

event card
  field amount USD in 0.00 USD .. 1_000_000.00 USD

rule base
  on purchase
  earn 1 p per 1.00 USD of amount

rule bank_points
  on card
  earn 1 p per 1.00 USD of amount
  funded by bank

reward item "Item"
  costs 100 p
END
cat >"$work/1.jsonl" <<'END'
{"id":"1","type":"purchase","member":"ann","at":"2026-01-05T10:00:00Z","amount":"10000.00"}
{"id":"2","type":"redeem","member":"ann","at":"2026-03-05T10:00:00Z","reward":"item","quantity":45}
{"id":"3","type":"redeem","member":"ann","at":"2027-03-05T10:00:00Z","reward":"item","quantity":40}
{"id":"4","type":"card","member":"bo","at":"2027-04-01T10:00:00Z","amount":"300.00"}
{"id":"5","type":"redeem","member":"bo","at":"2027-04-02T10:00:00Z","reward":"item","quantity":1}
{"id":"6","type":"return","member":"bo","at":"2027-04-03T10:00:00Z","of":"4","amount":"40.00"}
END
expect 0 run "$work/shop.notch" "$work/1.jsonl" --ledger "$work/shop.ledger"

# figure DAY PERCENT PLACE WANTED: a place in the JSON of the report
figure() {
  expect 0 liability "$work/shop.ledger" --at "$1" --redeemed "$2" --json
  got=$(python3 -c 'import json, sys
place = json.load(open(sys.argv[1]))
for step in sys.argv[2].split("/"): place = place[int(step) if step.isdigit() else step]
print(place)' "$work/out" "$3")
  if [ "$got" = "$4" ]; then pass; else fail "$1 $3: $got, not $4"; fi
}

figure 2026-12-31 97 points/p/revenue 4175.25
figure 2026-12-31 97 points/p/liability 4824.75
figure 2026-12-31 97% points/p/breakage 300
figure 2027-03-31 99 points/p/revenue 7727.27
figure 2027-03-31 99 points/p/cohorts/0/month 2026-01
figure 2027-03-31 99 points/p/ages/12-24 1500
figure 2027-04-30 99 partners/0/amount 260
figure 2027-04-30 99 partners/0/money 130.00
figure 2027-04-30 99 partners/1/on spent
figure 2027-04-30 99 partners/1/money 25.00
figure 2027-04-30 99 points/p/cohorts/1/partner bank
figure 2027-04-30 99 points/p/outstanding 1660
expect 0 liability "$work/shop.ledger"
prints "no further breakage is expected"
prints "Partners settle"
expect 2 liability "$work/shop.ledger" --redeemed 120
says "no percentage"

# What is returned after it was spent is owed by the member, and not by the partner.
cat >"$work/owed.jsonl" <<'END'
{"id":"1","type":"card","member":"cy","at":"2026-01-05T10:00:00Z","amount":"300.00"}
{"id":"2","type":"redeem","member":"cy","at":"2026-01-06T10:00:00Z","reward":"item","quantity":3}
{"id":"3","type":"return","member":"cy","at":"2026-01-07T10:00:00Z","of":"1","amount":"200.00"}
{"id":"4","type":"card","member":"cy","at":"2026-02-05T10:00:00Z","amount":"500.00"}
END
sed 's/  worth 0.90 USD/&\n  shortfall recover/' "$work/shop.notch" >"$work/owed.notch"
rm "$work/shop.ledger"
expect 0 run "$work/owed.notch" "$work/owed.jsonl" --ledger "$work/shop.ledger"
figure 2026-01-31 99 partners/0/amount 100
figure 2026-01-31 99 partners/0/money 50.00
figure 2026-02-28 99 partners/0/amount 600
figure 2026-02-28 99 points/p/outstanding 300

# What is given or taken by hand is the programme's affair, whichever lot it comes from: the bank
# settles what its rule gave, less what was returned of that.
by_hand='"type":"adjust","member":"di","reason":"a mistake","by":"desk"'
cat >"$work/hand.jsonl" <<END
{"id":"1","type":"card","member":"di","at":"2026-01-05T10:00:00Z","amount":"300.00"}
{"id":"2",$by_hand,"at":"2026-01-06T10:00:00Z","points":{"p":"-120"}}
{"id":"3",$by_hand,"at":"2026-01-07T10:00:00Z","points":{"p":"50"}}
{"id":"4","type":"return","member":"di","at":"2026-01-08T10:00:00Z","of":"2"}
{"id":"5","type":"return","member":"di","at":"2026-01-09T10:00:00Z","of":"3"}
{"id":"6","type":"return","member":"di","at":"2026-01-10T10:00:00Z","of":"1","amount":"40.00"}
END
rm "$work/shop.ledger"
expect 0 run "$work/owed.notch" "$work/hand.jsonl" --ledger "$work/shop.ledger"
for day in 06 07 08 09; do
  figure "2026-01-$day" 99 partners/0/amount 300
  figure "2026-01-$day" 99 partners/0/money 150.00
done
figure 2026-01-06 99 points/p/outstanding 180
figure 2026-01-09 99 points/p/outstanding 300
figure 2026-01-10 99 partners/0/amount 260
figure 2026-01-10 99 points/p/outstanding 260

# From history: January's points have all ended, and four fifths of them were used.
sed 's/never expire/expire 3 months after earning/' "$work/shop.notch" >"$work/ends.notch"
cat >"$work/2.jsonl" <<'END'
{"id":"1","type":"purchase","member":"ann","at":"2026-01-05T10:00:00Z","amount":"1000.00"}
{"id":"2","type":"redeem","member":"ann","at":"2026-02-05T10:00:00Z","reward":"item","quantity":8}
{"id":"3","type":"purchase","member":"ann","at":"2026-06-05T10:00:00Z","amount":"1000.00"}
{"id":"4","type":"redeem","member":"ann","at":"2026-06-06T10:00:00Z","reward":"item","quantity":4}
END
rm "$work/shop.ledger"
expect 0 run "$work/ends.notch" "$work/2.jsonl" --ledger "$work/shop.ledger"
expect 0 liability "$work/shop.ledger" --at 2026-06-30 --json
json "$work/out"
prints '"basis":"history"'
prints '"issued":"2000","redeemed":"1200","expired":"200","outstanding":"600"'
# Half of the 800 that are expected of June, and all of January.
prints '"revenue":"1350.00","liability":"450.00"'
finish
