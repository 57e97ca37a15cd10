#!/bin/sh
# check_help.sh -- every verb has help, a manual page that renders, and completions.
. "${top_srcdir:-.}/tests/cli/common.sh"

verbs=$(sed -n 's/^VERB([a-z_]*, "\([a-z-]*\)".*/\1/p' "$top/cli/verbs.def")
[ -n "$verbs" ] || fail "verbs.def has no verbs"

expect 0 help
for verb in $verbs; do prints " $verb "; done
expect 0 --help
expect 0 --version
prints "notch "
expect 2

for verb in $verbs; do
  expect 0 "$verb" --help
  prints "usage: notch $verb"
  silent
  cp "$work/out" "$work/help"
  expect 0 help "$verb"
  cmp -s "$work/out" "$work/help" && pass || fail "help $verb and $verb --help differ"
  expect 0 help --manual "$verb"
  cp "$work/out" "$work/page.1"
  if command -v groff >/dev/null 2>&1; then
    groff -man -ww -Tutf8 "$work/page.1" 2>&1 >/dev/null | grep -q . &&
      fail "the page of $verb does not render" || pass
  fi
  grep -q "cli/man/notch-$verb\.1" "$top/cli/local.mk" && pass ||
    fail "the page of $verb is not installed"
done
expect 0 help --manual
prints ".TH"

for shell in bash zsh fish; do
  expect 0 help --completions $shell
  for verb in $verbs; do prints "$verb"; done
  if command -v $shell >/dev/null 2>&1; then
    cp "$work/out" "$work/completions"
    $shell -n "$work/completions" && pass || fail "completions for $shell do not parse"
  fi
done
expect 2 help --completions csh

# What bash offers for the last word of a line.
offers() {
  wanted=$1
  shift
  found=$(cd "$work/folder" && bash -c '. "$0"; COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1)); _notch; printf "%s;" "${COMPREPLY[@]}"' "$work/bash" "$@" 2>&1)
  [ "$found" = "$wanted" ] && pass || fail "$*: bash offers $found, not $wanted"
}
if command -v bash >/dev/null 2>&1; then
  expect 0 help --completions bash
  cp "$work/out" "$work/bash"
  mkdir "$work/folder"
  : >"$work/folder/my rules.notch"
  offers "export;explain;explain-code;" notch exp
  offers "--csv;--clock;" notch apply --c
  offers "events;machine;" notch apply x --clock ""
  offers "hledger;" notch export x --format hl
  offers "my rules.notch;" notch check my
  offers "tokens;tree;" notch dump t
  offers ";" notch lsp ""
fi

# The standard rules.
expect 0 help rules
for rule in $(cut -f1 "$top/stdlib-rules/index.txt"); do prints "$rule"; done
expect 0 help rules welcome
prints "module welcome"
expect 1 help rules welcom
says "did you mean \`welcome\`"
expect 1 help rules ../index

# No colour where there is no terminal, whatever TERM says.
TERM=xterm expect 0 help
if grep -q "$(printf '\033')" "$work/out"; then fail "colour without a terminal"; else pass; fi
finish
