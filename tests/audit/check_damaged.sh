#!/bin/sh
# check_damaged.sh -- no damage of a ledger makes a verb crash or hang.  LEDGERS says how many (10).
. "${top_srcdir:-.}/tests/python.sh"
python3 -c 'import sqlite3' 2>/dev/null || { echo "no SQLite in python3"; exit 77; }
exec python3 "$top/tests/audit/damaged_ledgers.py" 1 "${LEDGERS:-10}"
