#!/bin/sh
# check_erased.sh -- members of random programmes are erased between other events.  LEDGERS says
# of how many (6).
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/audit/erased_ledgers.py" 1 "${LEDGERS:-6}"
