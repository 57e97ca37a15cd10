# tests/docs/check_docs.sh -- every code block of README and docs is run; see check_docs.py.
set -eu
command -v python3 >/dev/null 2>&1 || { echo "python3 is not here: skipped"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command was not built: skipped"; exit 77; }
exec python3 "$top_srcdir/tests/docs/check_docs.py" "$@"
