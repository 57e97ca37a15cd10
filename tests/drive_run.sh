#!/bin/sh
# drive_run.sh -- `notch test` on every script of tests/run and on every shipped script with tests.
. "${top_srcdir:-.}/tests/drive.sh"

for file in $(corpus tests/run stdlib-rules); do
  grep -q '^ *test "' "$file" || case $file in */stdlib-rules/*) continue ;; esac
  run "$work/out" "$notch" test "$file"
  closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/out" | tail -n 1)
  good=${closing%% *}
  case $code:$closing in
    0:"0 passed, 0 failed") fail "$file" "holds no test" ;;
    0:*" passed, 0 failed") passed=$((passed + good)) ;;
    *)
      fail "$file" "exit code $code; ${closing:-no closing line}"
      sed 's/^/    /' "$work/out" "$work/out.err" | head -n 40
      ;;
  esac
done
finish
