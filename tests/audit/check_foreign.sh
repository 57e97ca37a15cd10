#!/bin/sh
# check_foreign.sh -- leaves, heads, receipts, proofs of growth, seals and digests beside a reader
# of docs/ledger.md that shares nothing with the engine.  LEDGERS says how many (12).
. "${top_srcdir:-.}/tests/python.sh"
NOTCH_RULES=${NOTCH_RULES:-$top/stdlib-rules}
export NOTCH_RULES
exec python3 "$top/tests/audit/foreign_proofs.py" 1 "${LEDGERS:-12}"
