#!/bin/sh
# check_random.sh -- ledgers of random programmes verify and replay.  LEDGERS says how many (40).
top=${top_srcdir:-.}
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
command -v python3 >/dev/null 2>&1 || { echo "no python3"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
PYTHONDONTWRITEBYTECODE=1
export NOTCH PYTHONDONTWRITEBYTECODE
exec python3 "$top/tests/audit/random_ledgers.py" 1 "${LEDGERS:-40}"
