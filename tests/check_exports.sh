#!/bin/sh
# check_exports.sh -- fails when libnotch exports anything else than what engine/notch.sym lists.
symbols=${top_srcdir:-.}/engine/notch.sym
library=${top_builddir:-.}/.libs/libnotch.so
[ -f "$library" ] || { echo "no shared library in this build"; exit 77; }
listed=$(mktemp) && found=$(mktemp) || exit 99
trap 'rm -f "$listed" "$found"' EXIT
LC_ALL=C sort -u "$symbols" | grep . >"$listed"
# NM may hold options, so it is not quoted.
${NM:-nm} -D --defined-only "$library" | awk '$2 ~ /^[A-Z]$/ { print $3 }' |
  LC_ALL=C sort -u >"$found"
more=$(LC_ALL=C comm -13 "$listed" "$found")
less=$(LC_ALL=C comm -23 "$listed" "$found")
[ -z "$more" ] || printf 'exported, but not in notch.sym: %s\n' $more
[ -z "$less" ] || printf 'in notch.sym, but not exported: %s\n' $less
good=$(LC_ALL=C comm -12 "$listed" "$found" | grep -c .)
bad=$(printf '%s\n%s\n' "$more" "$less" | grep -c .)
echo "$good passed, $bad failed"
[ "$bad" = 0 ]
