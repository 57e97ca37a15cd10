#!/bin/sh
# check_lsp.sh -- `notch lsp` by sessions: every feature, bad messages, other texts than ASCII.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v python3 >/dev/null 2>&1 || { echo "python3 is not installed"; exit 77; }
exec python3 "$top/tests/cli/lsp_session.py" "$notch" "$work"
