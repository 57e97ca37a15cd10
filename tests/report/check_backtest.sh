#!/bin/sh
# check_backtest.sh -- the same rules change nothing; other rules are what a fresh ledger under
# them gives; the page needs nothing else.
. "${top_srcdir:-.}/tests/cli/common.sh"
coffee=$top/stdlib-rules/programmes/coffee
ledger=$work/coffee.ledger

expect 3 run "$coffee/coffee.notch" "$coffee/events.jsonl" --ledger "$ledger"
expect 0 backtest "$ledger" "$coffee/coffee.notch" --json
json "$work/out"
prints '"changed_members":0'
prints '"now_refused":0,"now_applied":0'
prints '"gold":{"to":{"gold":6}}'

sed -e 's/earn 1 star per 1.00 CNY/earn 1 star per 0.80 CNY/' -e 's/>= 1_200.00/>= 1_000.00/' \
  "$coffee/coffee.notch" >"$work/other.notch"
expect 0 backtest "$ledger" "$work/other.notch" --json --html "$work/page.html"
cp "$work/out" "$work/back"
expect 3 run "$work/other.notch" "$coffee/events.jsonl" --ledger "$work/other.ledger"
expect 0 balance "$work/other.ledger" --at 2026-06-29T15:53:30+08:00 --json
if python3 - "$work/back" "$work/out" "$work/page.html" <<'END'
import html.parser, json, sys
back, fresh = (json.load(open(name)) for name in sys.argv[1:3])
star, has = back["points"]["star"], {k: int(v) for k, v in fresh["points"]["star"].items()}
assert int(star["recomputed"]) == has["issued"] - has["taken_back"]
assert int(star["spent"]["recomputed"]) == has["spent"]
assert int(star["outstanding"]["recomputed"]) == has["available"] + has["pending"] + has["held"]
tiers = {}
for row in back["tiers"]["status"]["from"].values():
    for tier, members in row["to"].items():
        tiers[tier] = tiers.get(tier, 0) + members
assert tiers == {t: n for t, n in fresh["tiers"]["status"].items() if n}, tiers
assert sum(tiers.values()) == back["members"] == fresh["members"]
gains = [int(one["change"]) for one in star["gains"]]
assert gains == sorted(gains, reverse=True) and gains[0] > 0
assert star["cost"]["recorded"].endswith(" CNY")

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()
    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert tag not in ("script", "link", "img", "iframe"), tag
        assert not any(name in ("src", "href") for name, _ in attrs), attrs
        if tag not in ("meta",):
            self.open.append(tag)
    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
text = open(sys.argv[3], encoding="utf-8").read()
page = Page()
page.feed(text)
assert not page.open, page.open
assert {"svg", "path", "polyline", "table", "style"} <= page.seen
assert 'name="viewport"' in text and "@media print" in text and "://" not in text
END
then pass; else fail "the backtest is not what a fresh ledger gives"; fi

# A period: what lies before counts for the members' history only.
expect 0 backtest "$ledger" "$work/other.notch" --from 2026-04-01 --to 2026-05-31 --json
cp "$work/out" "$work/part"
if python3 - "$work/part" "$work/back" <<'END'
import json, sys
part, whole = (json.load(open(name))["points"]["star"] for name in sys.argv[1:3])
assert 0 < int(part["recorded"]) < int(whole["recorded"])
assert int(part["outstanding"]["recorded"]) > int(part["recorded"]) - int(part["spent"]["recorded"])
END
then pass; else fail "the period is not kept to"; fi
expect 0 backtest "$ledger" "$work/other.notch"
prints "largest gains"

# Other decimals are no change, and a kind that only one side has keeps its own.
# one DECIMALS-OF-STAR MORE
one() {
  cat <<END
program shop
  timezone "UTC"
  currency CNY
  rounded down

points star
  $1 decimals
  worth 0.05 CNY

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

$2
END
}
one 0 'points coin
  2 decimals

rule more
  on purchase
  earn 0.5 coin' >"$work/whole.notch"
one 2 '' >"$work/finer.notch"
for day in 1 2; do
  echo '{"id":"p'$day'","type":"purchase","member":"ann","at":"2026-03-0'$day'","amount":"50.00"}'
done >"$work/p.jsonl"
expect 0 run "$work/whole.notch" "$work/p.jsonl" --ledger "$work/p.ledger"
expect 0 backtest "$work/p.ledger" "$work/finer.notch" --json
if python3 - "$work/out" <<'END'
import json, sys
star, coin = (json.load(open(sys.argv[1]))["points"][kind] for kind in ("star", "coin"))
assert float(star["recorded"]) == float(star["recomputed"]) == 100, star
assert star["gains"] == star["losses"] == [], star
assert star["cost"]["recorded"] == star["cost"]["recomputed"] == "5.00 CNY", star
assert coin["losses"] == [{"member": "ann", "change": "-1.00"}], coin
END
then pass; else fail "units of different decimals are taken for each other"; fi

# Who was erased is left out; what he gave to others, and they to him, is theirs all the same.
cat >"$work/gifts.notch" <<'END'
program gifts
  timezone "UTC"
  currency CNY
  rounded down

points star

event purchase
  field amount CNY in 0.00 CNY .. 1_000.00 CNY

rule base
  on purchase
  earn 1 star per 1.00 CNY of amount

rule gifts
  on transfer
END
cat >"$work/gifts.jsonl" <<'END'
{"id":"e1","type":"purchase","member":"bob","at":"2026-03-01","amount":"500.00"}
{"id":"t1","type":"transfer","member":"bob","at":"2026-03-02","to":"ann","points":{"star":"120"}}
{"id":"e2","type":"purchase","member":"ann","at":"2026-03-05","amount":"5.00"}
{"id":"t2","type":"transfer","member":"ann","at":"2026-03-06","to":"bob","points":{"star":"100"}}
{"id":"t3","type":"transfer","member":"bob","at":"2026-03-07","to":"cyd","points":{"star":"450"}}
{"id":"e3","type":"purchase","member":"cyd","at":"2026-03-08","amount":"5.00"}
{"id":"e4","type":"purchase","member":"bob","at":"2026-03-09","price":"bob was here"}
{"id":"x","type":"erase","member":"bob","at":"2026-03-10"}
END
expect 3 run "$work/gifts.notch" "$work/gifts.jsonl" --ledger "$work/gifts.ledger"
expect 0 backtest "$work/gifts.ledger" "$work/gifts.notch"
prints "2 members, 0 of them would fare differently"
prints "  issued, net of returns        10          10       0  0.0%"
prints "  outstanding at the end       480         480       0  0.0%"
prints "Erased members left out: 1"
if grep -q "would be refused" "$work/out"; then fail "an erased event counts"; else pass; fi

# A page takes a file's place whole, or not at all; what is no file stays.
cp "$work/page.html" "$work/kept"
expect 2 backtest "$ledger" "$work/other.notch" --from 2027-01-01 --html "$work/page.html"
cmp -s "$work/page.html" "$work/kept" && pass || fail "a page was lost"
ln -s page.html "$work/link"
expect 0 backtest "$ledger" "$work/other.notch" --from 2026-04-01 --html "$work/link"
[ -L "$work/link" ] && ! cmp -s "$work/page.html" "$work/kept" && pass || fail "a link was replaced"
cp "$ledger" "$work/whole"
expect 1 backtest "$ledger" "$work/other.notch" --html "$ledger"
cmp -s "$ledger" "$work/whole" && pass || fail "a ledger was lost"
expect 1 backtest "$ledger" "$work/other.notch" --html "$work/other.notch"
mkfifo "$work/pipe"
cat "$work/pipe" >"$work/piped" &
expect 0 backtest "$ledger" "$work/other.notch" --html "$work/pipe"
wait
[ -p "$work/pipe" ] && cmp -s "$work/piped" "$work/kept" && pass || fail "a pipe was not served"
# Many tiers stand side by side on a phone.
awk '{ sub(/gold < platinum/, "gold < jade < pearl < ruby < platinum"); print }
  /\| gold =>/ { print "  | jade => 1.3x\n  | pearl => 1.3x\n  | ruby => 1.3x" }' \
  "$work/other.notch" >"$work/six.notch"
expect 0 backtest "$ledger" "$work/six.notch" --html "$work/six"
grep -q 'class="wide many"' "$work/six" && pass || fail "six tiers are as wide as three"

# What the programme was told of a time before the ledger was made.
cat >"$work/rates.notch" <<'R'
program rates
  timezone "UTC"
  currency CNY, USD
points star
  rounded down
event purchase
  field amount USD in 0.00 USD .. 100.00 USD
rule base
  on purchase
  earn 1 star per 1.00 CNY of convert(amount, CNY)
R
for year in 1950 2025; do
  cat >"$work/rates.jsonl" <<R
{"id":"r","at":"$year-03-09T19:25:00","type":"rate","from":"USD","to":"CNY","rate":"7"}
{"id":"e","at":"$year-03-09T20:25:00","type":"purchase","member":"eve","amount":"5.00"}
R
  rm -f "$work/rates.ledger"*
  expect 0 init "$work/rates.ledger" "$work/rates.notch" --clock machine
  expect 0 apply "$work/rates.ledger" "$work/rates.jsonl"
  expect 0 backtest "$work/rates.ledger" "$work/rates.notch"
  prints "1 member, 0 of them would fare differently"
done

expect 1 backtest "$ledger" "$work/missing.notch"
expect 2 backtest "$ledger" "$work/other.notch" --from 2027-01-01
says "nothing is known yet of 2027-01-01 and later: the ledger ends at"
expect 2 backtest "$ledger" "$work/other.notch" --from 2026-05-01 --to 2026-04-01
says "the period ends before it begins: 2026-05-01 is after 2026-04-01"
says "ends before it begins"
finish
