#!/bin/sh
# check_foreign.sh -- leaves, heads, receipts, proofs of growth, seals and digests beside a reader
# of docs/ledger.md that shares nothing with the engine.  LEDGERS says how many (12).
top=${top_srcdir:-.}
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
python3 -c 'import sqlite3' 2>/dev/null || { echo "no python3 with SQLite"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
NOTCH_RULES=${NOTCH_RULES:-$top/stdlib-rules}
PYTHONDONTWRITEBYTECODE=1
export NOTCH NOTCH_RULES PYTHONDONTWRITEBYTECODE
exec python3 "$top/tests/audit/foreign_proofs.py" 1 "${LEDGERS:-12}"
