#!/bin/sh
# check_interface.sh -- sections 1 and 3 of the interface: verbs, options, members of --json, codes.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v python3 >/dev/null 2>&1 || { echo "python3 is not installed"; exit 77; }
exec python3 "$top/tests/cli/interface.py" "$notch" "$work"
