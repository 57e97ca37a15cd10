#!/bin/sh
# check_cells.sh -- no change of one value of a ledger makes a verb crash.  CELLS says how many
# are tried (200), SEED of which ledger (1).
. "${top_srcdir:-.}/tests/python.sh"
python3 -c 'import sqlite3' 2>/dev/null || { echo "no SQLite in python3"; exit 77; }
exec python3 "$top/tests/audit/changed_cells.py" "${SEED:-1}" "${SEED:-1}" "${CELLS:-200}"
