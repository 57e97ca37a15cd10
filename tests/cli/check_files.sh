#!/bin/sh
# check_files.sh -- files that are not there, or not what they should be: code 1, one sentence.
. "${top_srcdir:-.}/tests/cli/common.sh"
coffee=$top/stdlib-rules/programmes/coffee

one_sentence() {
  [ "$(grep -c . "$work/err")" = 1 ] && pass || fail "not one sentence: notch $*"
}

cannot() {
  sentence=$1
  shift
  expect 1 "$@"
  says "$sentence"
  one_sentence "$@"
}

for verb in check fmt test; do
  cannot "there is no file $work/none" $verb "$work/none"
  cannot "is a folder" $verb "$work"
done
cannot "there is no file" dump tree "$work/none"
cannot "there is no file" run "$coffee/coffee.notch" "$work/none"
cannot "there is no file" run "$work/none" "$coffee/events.jsonl"
cannot "is a folder" run "$coffee/coffee.notch" "$work"
cannot "there is no file" init "$work/new" "$work/none"
[ -e "$work/new" ] && fail "init left a ledger behind" || pass

head -c 17000000 /dev/zero >"$work/large"
cannot "larger than 16 MiB" check "$work/large"
if [ "$(id -u)" != 0 ]; then
  : >"$work/secret"
  chmod 0 "$work/secret"
  cannot "may not be read" check "$work/secret"
fi

# Ledgers: missing, not one, there already.  Nothing is touched.
for verb in balance refused info effects; do
  expect 1 $verb "$work/none"
  one_sentence $verb
  [ -e "$work/none" ] && fail "$verb made a ledger" || pass
done
expect 1 apply "$work/none" "$coffee/events.jsonl"
[ -e "$work/none" ] && fail "apply made a ledger" || pass
printf 'this is not a ledger, though it is long enough to be one, is it not?\n' >"$work/text"
cp "$work/text" "$work/text.before"
for verb in balance refused info; do
  expect 1 $verb "$work/text"
  one_sentence $verb
done
expect 1 apply "$work/text" "$coffee/events.jsonl"
expect 1 advance "$work/text" --to 2026-01-01
expect 1 init "$work/text" "$coffee/coffee.notch"
cmp -s "$work/text" "$work/text.before" && pass || fail "a file that is no ledger was changed"

# Standard output that is full is a failure.
if [ -w /dev/full ]; then
  "$notch" help >/dev/full 2>"$work/err"
  [ $? = 1 ] && pass || fail "a full standard output goes unnoticed"
  says "standard output cannot be written"
fi
finish
