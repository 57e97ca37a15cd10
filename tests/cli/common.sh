# common.sh -- what the tests of the command share; they source it.
notch=${NOTCH:-${top_builddir:-.}/notch}
[ -x "$notch" ] || { echo "the command is not built"; exit 77; }
top=$(cd "${top_srcdir:-.}" && pwd)
NOTCH_RULES=${NOTCH_RULES:-$top/stdlib-rules}
LC_ALL=C
export LC_ALL NOTCH_RULES
work=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); }

fail() {
  failed=$((failed + 1))
  echo "FAILED $*"
  head -n 5 "$work/out" "$work/err" 2>/dev/null
}

# expect CODE WORD... : the command ends with CODE; what it printed is in $work/out and $work/err
expect() {
  wanted=$1
  shift
  timeout 60 "$notch" "$@" >"$work/out" 2>"$work/err" </dev/null
  code=$?
  if [ "$code" = "$wanted" ]; then pass; else fail "notch $*: code $code, not $wanted"; fi
}

# prints TEXT, lacks TEXT, says TEXT: the last command did, did not, on standard output; did on
# standard error
prints() { if grep -qF -e "$1" "$work/out"; then pass; else fail "standard output lacks: $1"; fi; }
lacks() { if grep -qF -e "$1" "$work/out"; then fail "standard output has: $1"; else pass; fi; }
says() { if grep -qF -e "$1" "$work/err"; then pass; else fail "standard error lacks: $1"; fi; }
silent() { if [ -s "$work/err" ]; then fail "standard error is not empty"; else pass; fi; }

# json FILE: each line, or the whole, is JSON
json() {
  if python3 -c 'import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
try: json.loads(text)
except ValueError: [json.loads(line) for line in text.splitlines()]' "$1" 2>/dev/null
  then pass; else fail "this is not JSON"; fi
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
