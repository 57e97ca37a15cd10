#!/bin/sh
# check_damaged.sh -- no damage of a ledger makes a verb crash or hang.  LEDGERS says how many (10).
top=${top_srcdir:-.}
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
python3 -c 'import sqlite3' 2>/dev/null || { echo "no python3 with SQLite"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
PYTHONDONTWRITEBYTECODE=1
export NOTCH PYTHONDONTWRITEBYTECODE
exec python3 "$top/tests/audit/damaged_ledgers.py" 1 "${LEDGERS:-10}"
