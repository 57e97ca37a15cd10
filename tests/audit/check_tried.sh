#!/bin/sh
# check_tried.sh -- a backtest of other rules is what a fresh ledger under them gives.  LEDGERS says
# how many (40).
. "${top_srcdir:-.}/tests/python.sh"
exec python3 "$top/tests/audit/tried_ledgers.py" 1 "${LEDGERS:-40}"
