# tests/docs/check_catalogue.sh -- the translations are complete; see catalogue.py.
set -eu
command -v python3 >/dev/null 2>&1 || { echo "python3 is not here: skipped"; exit 77; }
exec python3 "$top_srcdir/tests/docs/catalogue.py"
