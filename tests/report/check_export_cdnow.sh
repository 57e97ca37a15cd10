#!/bin/sh
# check_export_cdnow.sh -- the same of the real CDNOW purchases: 100,000 transactions, minutes of
# work for hledger, and so only where long tests are asked for.
[ -n "${NOTCH_LONG_TESTS-}" ] || { echo "long: set NOTCH_LONG_TESTS=1"; exit 77; }
. "${top_srcdir:-.}/tests/report/export_lib.sh"
data=${CDNOW_CSV:-$top/../shared/data/cdnow.csv}
[ -f "$data" ] || { echo "no purchases at hand; set CDNOW_CSV"; exit 77; }
expect 0 run "$rules/cdnow/cdnow.notch" "$data" --ledger "$work/cdnow.ledger" \
  --to 2022-07-01T00:00:00-04:00
compare "$work/cdnow.ledger" point POINT 2022-07-01T00:00:00-04:00
finish
