#!/bin/sh
# check_raced.sh -- processes that apply one file side by side, killed at random: the journal of a
# run that nobody disturbed.  LEDGERS says how many programmes (3).
. "${top_srcdir:-.}/tests/python.sh"
python3 -c 'import sqlite3' 2>/dev/null || { echo "no SQLite in python3"; exit 77; }
exec python3 "$top/tests/apply/raced_ledgers.py" 1 "${LEDGERS:-3}"
