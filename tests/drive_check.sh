#!/bin/sh
# drive_check.sh -- the diagnostics of each script are exactly those that its comments announce:
#   rule gold when teir = gold   # error 3:8 N0201 any words
# (line:column and code; `error` or `warning`, and `note` where a script announces any).
# A script of tests/check without such a comment must give none.  Every code of diag.def must be
# announced by some script, or be listed with a reason in tests/check/unshown.txt.
. "${top_srcdir:-.}/tests/drive.sh"

announced() {
  place='\([0-9][0-9]*:[0-9][0-9]*\)'
  sed -n "s/.*# *\(error\|warning\|note\) $place \(N[0-9][0-9]*\).*/\2 \3 \1/p" "$1"
}

# JSON Lines to the same form; the first of each member is the diagnostic's own.
given() {
  awk '
    function member(name,   at) {
      if (!match($0, "\"" name "\" *: *\"?[^\",}]*")) return "?"
      at = substr($0, RSTART, RLENGTH); sub(/^"[a-z_]*" *: *"?/, "", at)
      return at
    }
    /^\{/ { print member("line") ":" member("column") " " member("code") " " member("severity") }
  ' "$1"
}

for file in $(corpus tests/check tests/syntax); do
  announced "$file" | sort >"$work/want"
  case $file in */tests/syntax/*) [ -s "$work/want" ] || continue ;; esac
  cut -d' ' -f2 "$work/want" >>"$work/shown"
  run "$work/out" "$notch" check --json "$file"
  # Notes tell bounds and what was not checked: they matter where the script says so.
  if grep -q ' note$' "$work/want"; then keep='.'; else keep=' \(error\|warning\)$'; fi
  given "$work/out" | grep "$keep" | sort >"$work/got"
  wanted_code=0
  grep -q ' error$' "$work/want" && wanted_code=1
  if [ "$code" -gt 3 ]; then
    fail "$file" "exit code $code"
    head -n 20 "$work/out.err"
  elif ! diff "$work/want" "$work/got" >"$work/diff"; then
    fail "$file" "other diagnostics than announced (< announced, > given)"
    cat "$work/diff"
  elif [ "$wanted_code" = 1 ] && [ "$code" != 1 ]; then
    fail "$file" "errors, but exit code $code"
  elif [ "$wanted_code" = 0 ] && [ "$code" = 1 ]; then
    fail "$file" "no errors, but exit code 1"
  else
    passed=$((passed + 1))
  fi
done

# Every code has its script.
touch "$work/shown"
excused=$top/tests/check/unshown.txt
for list in $(find "$top/engine" -name 'diag*.def'); do
  for diagnostic in $(awk -F'[(,]' '/^DIAG\(/ { printf "N%04d\n", $2 }' "$list" | sort -u); do
    if grep -qx "$diagnostic" "$work/shown"; then
      passed=$((passed + 1))
      ! grep -q "^$diagnostic " "$excused" || fail "$diagnostic" "is shown, and yet in unshown.txt"
    elif ! grep -q "^$diagnostic [^ ]" "$excused"; then
      fail "$diagnostic" "no script announces it"
    fi
  done
done
finish
