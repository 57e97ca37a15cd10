#!/bin/sh
# check_cdnow.sh -- the totals of the real CDNOW purchases, against the separate calculation of
# oracle.py: just before and just after the midnight that ends 2022-06-30; once with the file as
# it stands (where 26 customers share an id with another, so that some purchases are late) and
# once in order of time.
top=${top_srcdir:-.}
data=${CDNOW_CSV:-$top/../shared/data/cdnow.csv}
notch=${NOTCH:-${top_builddir:-.}/notch}
[ -f "$data" ] || { echo "no purchases at hand; set CDNOW_CSV"; exit 77; }
command -v python3 >/dev/null 2>&1 || { echo "no python3"; exit 77; }
[ -x "$notch" ] || { echo "the command is not built"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
midnight=2022-07-01T00:00:00-04:00
passed=0
failed=0

# compare CSV LEDGER MOMENT [--before]
compare() {
  python3 "$top/tests/cdnow/oracle.py" "$1" 2022-06-30 ${4-} >"$work/want"
  "$notch" balance "$2" --at "$3" --json >"$work/got" || cat "$work/got"
  if python3 - "$work/want" "$work/got" <<'END'
import json, sys
want = json.load(open(sys.argv[1]))
got = json.load(open(sys.argv[2]))
point = got["points"]["point"]
have = {name: point[name] for name in ("issued", "expired", "available")}
have["members"] = got["members"]
have["tiers"] = {name: got["tiers"]["status"].get(name, 0) for name in want["tiers"]}
for name, value in want.items():
    print("  %s: %s" % (name, value))
    if have[name] != value:
        print("  the ledger says %s" % have[name])
sys.exit(have != want)
END
  then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# both CSV: run it and compare at the two moments
both() {
  ledger=$work/$(basename "$1").ledger
  if "$notch" run "$top/stdlib-rules/programmes/cdnow/cdnow.notch" "$1" --csv \
    --ledger "$ledger" --to "$midnight" >"$work/run" 2>&1; then
    compare "$1" "$ledger" 2022-06-30T23:59:59-04:00 --before
    compare "$1" "$ledger" "$midnight"
  else
    tail -n 40 "$work/run"
    failed=$((failed + 2))
  fi
}

echo "the file as it stands:"
both "$data"
{ head -n 1 "$data"; tail -n +2 "$data" | LC_ALL=C sort -s -t, -k2,2; } >"$work/sorted.csv"
echo "the same in order of time:"
both "$work/sorted.csv"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
