#!/bin/sh
# check_event_forms.sh -- section 2 of the interface: forms of events, reasons of refusals.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v python3 >/dev/null 2>&1 || { echo "python3 is not installed"; exit 77; }
exec python3 "$top/tests/cli/event_forms.py" "$notch" "$work"
