#!/bin/sh
# check_many_returns.sh -- what a return, a late event or a merge costs does not grow with the
# journal of its member: where it did, each of these took minutes.
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
command -v timeout >/dev/null 2>&1 || { echo "no timeout"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
many=700

rules() # extra lines of the rule, and rules
{
  cat <<'RULES'
program plain "Plain"
  timezone "UTC"
  currency CNY
  rounded down per event
points star "Stars"
  whole
  expire 12 months after earning
event purchase "A sale"
  field amount CNY in 0.00 CNY .. 1_000_000.00 CNY
measure spend "Spent" is sum of amount on purchase
ladder status "Tier" tiers silver < gold
  tier gold "Gold"
    reach when spend over the last 12 months >= 2_000.00 CNY
  lasts for 12 months
rule base "One star a yuan"
  on purchase
  earn 1 star per 1.00 CNY of amount
RULES
  printf '%s\n' "$1"
}

# Numbers from 0 on as events; the awk program prints those of one number.
events()
{
  awk -v many="$many" 'function at(i) {
    return sprintf("\"at\":\"2026-01-%02dT%02d:%02d:00Z\"", 1 + int(i / 1440),
                   int(i / 60) % 24, i % 60)
  }
  function sale(n, i) {
    printf "{\"id\":\"e%d\",\"type\":\"purchase\",\"member\":\"ann\",%s,\"amount\":\"20.00\"}\n",
           n, at(i)
  }
  function back(n, i, what) {
    printf "{\"id\":\"r%d\",\"type\":\"return\",\"member\":\"ann\",%s,%s,\"amount\":\"20.00\"}\n",
           n, at(i), what
  }
  BEGIN { '"$1"' }' </dev/null
}

failed=0
# A name, more rules, the events, and what ann has in the end.
try()
{
  name=$1
  rules "$2" >"$work/rules.notch"
  events "$3" >"$work/events.jsonl"
  rm -f "$work"/ledger*
  "$NOTCH" init "$work/ledger" "$work/rules.notch" --clock events >/dev/null || exit 1
  timeout 60 "$NOTCH" apply "$work/ledger" "$work/events.jsonl" --clock events \
    --ahead 9999d >"$work/applied" 2>&1 || { echo "$name: apply"; cat "$work/applied"; failed=1; }
  timeout 60 "$NOTCH" replay "$work/ledger" >"$work/replayed" 2>&1 ||
    { echo "$name: replay"; cat "$work/replayed"; failed=1; }
  timeout 60 "$NOTCH" verify "$work/ledger" >"$work/verified" 2>&1 ||
    { echo "$name: verify"; cat "$work/verified"; failed=1; }
  has=$("$NOTCH" balance "$work/ledger" ann --json |
    sed -n 's/.*"available": *"\([0-9]*\)".*/\1/p' | head -n 1)
  [ "$has" = "$4" ] || { echo "$name: ann has $has, not $4"; failed=1; }
}

no_of='for (n = 0; n < many; n++) sale(n, n);
  for (n = 0; n < many; n++) back(n, many + n, "\"event\":\"purchase\"")'
try "returns without of" "" "$no_of" 0
try "one return of all" "" 'for (n = 0; n < many; n++) sale(n, n);
  printf "{\"id\":\"r\",\"type\":\"return\",\"member\":\"ann\",%s,", at(many);
  printf "\"event\":\"purchase\",\"amount\":\"%d.00\"}\n", 20 * many' 0
try "returns here and there" "" 'for (n = 0; n < many; n++) sale(n, n);
  for (n = 0; n < many; n += 2) back(n, many + n, "\"of\":\"e" (n * 11) % many "\"")' \
  $((many * 10))
budget='  limit 1_000_000 star in total from 2020-01-01 to 2030-12-31'
try "returns under a budget of all" "$budget" "$no_of" 0
try "returns beside a rule on earning" 'rule more "More"
  on earning star
  when earned(star) >= 20 star
  earn 1 star' "$no_of" 0
try "late events" "" 'for (n = 0; n < many; n += 2) { sale(n + 1, n + 1); sale(n, n) }' \
  $((many * 20))
[ $failed = 0 ]
