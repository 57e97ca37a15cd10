#!/bin/sh
# check_erased.sh -- members of random programmes are erased between other events.  LEDGERS says
# of how many (6).
top=${top_srcdir:-.}
NOTCH=${NOTCH:-${top_builddir:-.}/notch}
command -v python3 >/dev/null 2>&1 || { echo "no python3"; exit 77; }
[ -x "$NOTCH" ] || { echo "the command is not built"; exit 77; }
PYTHONDONTWRITEBYTECODE=1
export NOTCH PYTHONDONTWRITEBYTECODE
exec python3 "$top/tests/audit/erased_ledgers.py" 1 "${LEDGERS:-6}"
