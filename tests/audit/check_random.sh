#!/bin/sh
# check_random.sh -- ledgers of random programmes verify and replay.  LEDGERS says how many (40).
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/audit/random_ledgers.py" 1 "${LEDGERS:-40}"
