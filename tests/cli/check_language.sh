#!/bin/sh
# check_language.sh -- a catalogue is used when the language asks for it, and changes only words.
. "${top_srcdir:-.}/tests/cli/common.sh"
command -v msgfmt >/dev/null 2>&1 || { echo "msgfmt is not installed"; exit 77; }

for po in "$top"/po/*.po; do
  language=$(basename "$po" .po)
  mkdir -p "$work/locale/$language/LC_MESSAGES"
  msgfmt --check-format -o "$work/locale/$language/LC_MESSAGES/notch.mo" "$po" 2>"$work/err" &&
    pass || fail "$language does not compile"
done

NOTCH_LOCALEDIR=$work/locale LANGUAGE=zh_CN LC_ALL=C.UTF-8
export NOTCH_LOCALEDIR LANGUAGE LC_ALL
"$notch" help >"$work/out"
grep -q 账本 "$work/out" || { echo "built without translations, or no UTF-8 locale"; exit 77; }
expect 0 help
prints "apply "
expect 2 aply
says "是不是 \`apply\`"
expect 1 check "$work/none"
says "没有文件"

# What programs read stays as it is.
expect 0 help --manual run
prints ".SH OPTIONS"
LC_ALL=C expect 0 help
prints "usage:"
finish
