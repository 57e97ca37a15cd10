#!/bin/sh
# check_busy.sh -- ledgers of busy programmes agree with themselves.  LEDGERS says how many (60).
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/audit/busy_ledgers.py" 1 "${LEDGERS:-60}"
