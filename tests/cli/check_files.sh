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

# Each kind of unfit file has its own sentence.
mkdir "$work/folder"
: >"$work/empty"
head -c 3000 /dev/zero | tr '\0' '\377' >"$work/binary"
"$notch" init "$work/good" "$coffee/coffee.notch" >/dev/null || fail "init"
cp "$work/good" "$work/newer"
printf '\0\0\0\143' | dd of="$work/newer" bs=1 seek=60 conv=notrunc 2>/dev/null
cp "$work/good" "$work/other"
printf '\1\2\3\4' | dd of="$work/other" bs=1 seek=68 conv=notrunc 2>/dev/null
for verb in balance info verify; do
  cannot "there is no such file" $verb "$work/none"
  cannot "is not a ledger: it is a folder" $verb "$work/folder"
  cannot "is not a ledger: it is empty" $verb "$work/empty"
  cannot "is not a ledger: a ledger is made with" $verb "$work/binary"
  cannot "is not a ledger: it is the database of another program" $verb "$work/other"
  cannot "was written by a newer release" $verb "$work/newer"
done
cannot "cannot be created" init "$work/none/new" "$coffee/coffee.notch"
cannot "exists already" init "$work/good" "$coffee/coffee.notch"
cannot "exists already" backup "$work/good" "$work/folder"
cannot "cannot be created" backup "$work/good" "$work/none/copy"
cannot "cannot be created" run "$coffee/coffee.notch" "$coffee/events.jsonl" \
  --ledger "$work/none/new"
if [ "$(id -u)" != 0 ]; then
  chmod a-w "$work/folder"
  cannot "cannot be created" init "$work/folder/new" "$coffee/coffee.notch"
fi

# Scripts: empty, comments alone, binary, of another coding; line ends and marks of other systems.
printf '# nothing\n' >"$work/comment"
printf '\r\n\r\n' >"$work/blank"
printf '\377\376p\0r\0o\0' >"$work/wide"
for script in empty comment blank; do
  expect 1 check "$work/$script"
  says "declares nothing"
done
for script in binary wide; do
  expect 1 check "$work/$script"
  says "is not valid UTF-8"
done
sed "s/\$/$(printf '\r')/" "$coffee/coffee.notch" >"$work/crlf.notch"
{ printf '\357\273\277'; cat "$coffee/coffee.notch"; } >"$work/bom.notch"
expect 0 test "$work/crlf.notch"
expect 0 test "$work/bom.notch"

# A line of 100 MB is one line that cannot be read; those behind it are taken.
{ printf '{"id":"long","x":"'; head -c 100000000 /dev/zero | tr '\0' x; printf '"}\n'
  printf '{"id":"j","type":"join","member":"ann","at":"2026-03-01T10:00:00Z"}\n'; } >"$work/long"
expect 3 apply "$work/good" "$work/long" --json
says "long:1: unreadable: a line has at most 16 MiB"
prints '"applied":1,"known":0,"refused":0,"waiting":0,"unreadable":1'
{ printf 'member,at\n"ann,'; head -c 40000000 /dev/zero | tr '\0' x; } >"$work/long.csv"
expect 1 apply "$work/good" "$work/long.csv" --csv --type join
says "the row of line 2 is longer than 16 MiB"

# Lines that end in a carriage return alone, as old Macs wrote them, or in both by turns.
printf '{"id":"mac1","type":"join","member":"mac1","at":"2026-03-02T10:00:00Z"}\r{"id":\r\n' \
  >"$work/mac.jsonl"
printf '{"id":"mac2","type":"join","member":"mac2","at":"2026-03-02T10:00:00Z"}\r' \
  >>"$work/mac.jsonl"
expect 3 apply "$work/good" "$work/mac.jsonl" --json
says "mac.jsonl:2: unreadable: not JSON"
prints '"applied":2,"known":0,"refused":0,"waiting":0,"unreadable":1'
printf 'member,at,note\rann,2026-03-02T10:00:00Z,a\rbob,2026-03-02T11:00:00Z,"a\rb"\r\n' \
  >"$work/mac.csv"
printf 'cat,2026-03-02T12:00:00Z,x,y\r' >>"$work/mac.csv"
expect 3 apply "$work/good" "$work/mac.csv" --csv --type join --json
says "mac.csv:5: unreadable: the row has more fields than the header names"
prints '"refused":2,"waiting":0,"unreadable":1'

# Standard output that is full is a failure.
if [ -w /dev/full ]; then
  "$notch" help >/dev/full 2>"$work/err"
  [ $? = 1 ] && pass || fail "a full standard output goes unnoticed"
  says "standard output cannot be written"
fi
finish
