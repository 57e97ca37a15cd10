#!/bin/sh
# check_reversed.sh -- where everything is returned nothing is left.  LEDGERS says how many (60).
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/audit/reversed_ledgers.py" 1 "${LEDGERS:-60}"
