# export_lib.sh -- what the tests of exports share; they source it.
for tool in hledger bean-check bean-query python3; do
  command -v $tool >/dev/null 2>&1 || { echo "no $tool"; exit 77; }
done
. "${top_srcdir:-.}/tests/cli/common.sh"
rules=$top/stdlib-rules/programmes

# compare LEDGER POINTS SYMBOL MOMENT: both tools' accounts against the totals of the ledger
compare() {
  for format in hledger beancount csv jsonl; do
    expect 0 export "$1" --format $format
    cp "$work/out" "$work/x.$format"
  done
  { LC_ALL=C.UTF-8 hledger -f "$work/x.hledger" -s check ordereddates >"$work/h.out" 2>&1
    echo $? >"$work/h.code"
    LC_ALL=C.UTF-8 hledger -f "$work/x.hledger" bal -N --flat -O csv >"$work/hledger.csv"; } &
  bean-check "$work/x.beancount" >"$work/b.out" 2>&1
  echo $? >"$work/b.code"
  bean-query -f csv "$work/x.beancount" \
    'select account, sum(position) group by account' >"$work/bean.csv" 2>"$work/err"
  wait
  if [ "$(cat "$work/h.code")" = 0 ]; then pass
  else fail "hledger refuses the export"; head -n 5 "$work/h.out"; fi
  if [ "$(cat "$work/b.code")" = 0 ]; then pass
  else fail "bean-check refuses the export"; head -n 5 "$work/b.out"; fi
  expect 0 balance "$1" --at "$4" --json
  if python3 - "$work" "$2" "$3" <<'END'
import csv, json, sys
work, points, symbol = sys.argv[1:]
want = json.load(open(work + "/out"))["points"][points]
want = {name: int(value) for name, value in want.items()}

def roots(rows):
    sums = {}
    for account, amount in rows:
        number = int(amount.split()[0]) if amount.strip() not in ("", "0") else 0
        assert number == 0 or amount.split()[1].strip('"') == symbol, amount
        parts = account.strip().split(":")
        name = parts[-1] if parts[1] == "Members" else parts[1]
        sums[name] = sums.get(name, 0) + number
    return sums

def check(name, sums):
    got = {
        "issued": -sums.get("Issued", 0), "spent": sums.get("Spent", 0),
        "expired": sums.get("Expired", 0), "taken_back": sums.get("TakenBack", 0),
        "forgiven": -sums.get("Forgiven", 0), "held": sums.get("Held", 0),
        "debt": -sums.get("Debt", 0),
    }
    for account, value in got.items():
        assert value == want[account], (name, account, value, want[account])
    assert sums.get("Points", 0) == want["available"] + want["pending"], (name, sums)
    assert sums.get("InTransit", 0) == 0

check("hledger", roots(list(csv.reader(open(work + "/hledger.csv")))[1:]))
check("beancount", roots(list(csv.reader(open(work + "/bean.csv")))[1:]))

# The same figures from CSV and JSON Lines.
sums = {}
for row in csv.DictReader(open(work + "/x.csv", newline="")):
    sums[row["from"]] = sums.get(row["from"], 0) - int(row["amount"])
    sums[row["to"]] = sums.get(row["to"], 0) + int(row["amount"])
assert sums.get("points", 0) == want["available"] + want["pending"]
assert sums.get("spent", 0) == want["spent"]
lines = [json.loads(line) for line in open(work + "/x.jsonl")]
moved = [p for line in lines for p in line["postings"]]
issued = sum(int(p["amount"]) for p in moved if p["from"] == "issued")
assert issued == want["issued"], issued
assert all(int(p["amount"]) == sum(map(int, p["rules"].values())) for p in moved if "rules" in p)
booked = [line["booked"] for line in lines]
assert len(booked) > 1
END
  then pass; else fail "balances differ: $1"; fi
}
