#!/bin/sh
# drive_run.sh -- `notch test` on every script of tests/run and tests/regress, and on every shipped
# script with tests.
# A shipped script may use a construct that the engine does not know yet, if the compiler says
# so in the one way there is for it; a script of tests/run may not.
. "${top_srcdir:-.}/tests/drive.sh"

not_yet=$(sed -n 's/^DIAG( *\([0-9]*\) *, *NOT_\(IMPLEMENTED\|YET\)[A-Z_]*,.*/\1/p' \
  "$top"/engine/*/diag*.def | head -n 1)
not_yet=$(printf 'N%04d' "${not_yet:-0}")

for file in $(corpus tests/run tests/regress stdlib-rules); do
  grep -q '^ *test "' "$file" || case $file in */stdlib-rules/*) continue ;; esac
  run "$work/out" "$notch" test "$file"
  closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$work/out" | tail -n 1)
  good=${closing%% *}
  if [ "$code" = 1 ] && grep -qF "[$not_yet]" "$work/out" "$work/out.err"; then
    case $file in */stdlib-rules/*)
      echo "waiting ${file#"$top/"}: $(cat "$work/out" "$work/out.err" | grep -F "[$not_yet]" |
        sed 's/.*\[N[0-9]*\]: *//' | sort -u | head -n 1)"
      continue ;;
    esac
  fi
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
