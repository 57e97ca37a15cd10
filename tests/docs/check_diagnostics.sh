# tests/docs/check_diagnostics.sh -- docs/diagnostics.md is what the tables of diagnostics give.
set -eu
command -v python3 >/dev/null 2>&1 || { echo "python3 is not here: skipped"; exit 77; }
exec python3 "$top_srcdir/tests/docs/diagnostics.py" "$@"
