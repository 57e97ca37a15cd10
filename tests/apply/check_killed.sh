#!/bin/sh
# check_killed.sh -- killed, or on a full disk, at each change of a file: nothing is lost, and doing
# it again ends as if nothing had happened.  EACH=1 tries every change, 15 every fifteenth.
. "${top_srcdir:-.}/tests/python.sh"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
# CC may hold options.
${CC:-cc} -shared -fPIC -o "$work/disk.so" "$top/tests/apply/disk.c" -ldl >"$work/log" 2>&1 ||
  { echo "no library can be made to come between"; exit 77; }
ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD=$work/disk.so "$NOTCH" help >"$work/log" 2>&1 ||
  { echo "no library comes between"; exit 77; }
python3 "$top/tests/apply/killed_ledgers.py" "$work/disk.so" "${EACH:-15}"
