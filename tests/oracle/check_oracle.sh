#!/bin/sh
# check_oracle.sh -- random programmes and events: the command against the slow model of the
# language page, under one version of the rules and under two, and against itself.  SEEDS says
# how many (1000), FIRST where they begin (1).
. "${top_srcdir:-.}/tests/python.sh"
seeds=${SEEDS:-1000}
first=${FIRST:-1}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

middle=$((first + seeds / 2))
last=$((first + seeds - 1))
related=$((first + seeds / 40))
python3 "$top/tests/oracle/compare.py" "$first" $((middle - 1)) >"$work/a" 2>&1 &
python3 "$top/tests/oracle/compare.py" "$middle" "$last" >"$work/b" 2>&1
python3 "$top/tests/oracle/metamorphic.py" "$first" "$related" >"$work/c" 2>&1
python3 "$top/tests/oracle/versions.py" "$first" "$related" >"$work/d" 2>&1
wait

passed=0
failed=0
for part in a b c d; do
  closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/$part" | tail -n 1)
  if [ -z "$closing" ]; then
    closing="0 passed, 1 failed"
    tail -n 20 "$work/$part"
  fi
  grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$work/$part" | head -n 200
  passed=$((passed + ${closing%% *}))
  closing=${closing#*, }
  failed=$((failed + ${closing%% *}))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
