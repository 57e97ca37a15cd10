# tests/check/check_fixes.sh -- the edits that diagnostics offer lead to scripts that compile.
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/check/fixes.py" "$NOTCH" "$top/tests/check" "$top/tests/syntax"
