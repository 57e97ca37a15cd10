# drive.sh -- what the corpus drivers share; they source it.  The command may crash or hang: a
# crash is one failed test, never the end of the run.
top=${top_srcdir:-.}
notch=${NOTCH:-${top_builddir:-.}/notch}
[ -x "$notch" ] || { echo "the command is not built"; exit 77; }
LC_ALL=C
export LC_ALL
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# corpus FOLDER... : the scripts in them, in a fixed order
corpus() {
  for folder in "$@"; do
    [ -d "$top/$folder" ] && find "$top/$folder" -type f -name '*.notch'
  done | sort
}

fail() {
  failed=$((failed + 1))
  echo "FAILED ${1#"$top/"}: $2"
}

# run OUT COMMAND... : its exit code in $code; 124 stands for a minute gone by
run() {
  out=$1
  shift
  timeout 60 "$@" >"$out" 2>"$out.err" </dev/null
  code=$?
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
