#!/bin/sh
# check_usage.sh -- wrong usage: code 2, one sentence, and where to read on.
. "${top_srcdir:-.}/tests/cli/common.sh"

wrong() {
  sentence=$1
  shift
  expect 2 "$@"
  says "$sentence"
  says "Try \`notch"
  [ -s "$work/out" ] && fail "notch $* prints on standard output" || pass
}

wrong "did you mean \`apply\`" aply
wrong "there is no verb \`quux\`" quux
wrong "the verb comes first" --json run
wrong "did you mean --strict" check --stritc x
wrong "there is no option --zzz" check --zzz x
wrong "options have two dashes" check -j x
wrong "takes no value" check --json=1 x
wrong "needs a value" balance x --at
wrong "is given twice" balance x --at 2026-01-01 --at 2026-01-02
wrong "it needs LEDGER RULES" init
wrong "it needs RULES EVENTS" run x.notch
wrong "one word too many" init a b c
wrong "there is no phase" dump leaves x
wrong "did you mean \`tokens\`" dump token x
wrong "Give --to" advance x
wrong "--after needs a number" effects x --after many
wrong "--after needs a number" effects x --after -1
wrong "--clock is" init a b --clock sundial
wrong "is for CSV" apply a b --type purchase
wrong "there is no verb" help quux
wrong "it needs NAME" new

# After -- everything is a file; an option may stand anywhere and be written with =.
expect 1 check -- --strict
says "there is no file --strict"
expect 1 balance --at=2026-01-01 "$work/none"
expect 1 balance "$work/none" ann --json
finish
