#!/bin/sh
# drive_golden.sh -- `notch dump` gives what the sibling of a script holds: X.tokens, X.tree,
# X.program, X.code.  With --update the siblings that exist are written anew; read the diff.
. "${top_srcdir:-.}/tests/drive.sh"

for file in $(corpus tests stdlib-rules); do
  for phase in tokens tree program code; do
    golden=${file%.notch}.$phase
    [ -f "$golden" ] || continue
    run "$work/out" "$notch" dump "$phase" "$file"
    if [ "$code" -gt 3 ]; then
      fail "$golden" "exit code $code"
    elif [ "${1-}" = --update ]; then
      cp "$work/out" "$golden"
    elif diff "$golden" "$work/out" >"$work/diff"; then
      passed=$((passed + 1))
    else
      fail "$golden" "differs (< golden, > now); make update-golden if it should"
      head -n 20 "$work/diff"
    fi
  done
done
finish
