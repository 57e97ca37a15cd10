#!/bin/sh
# check_header.sh -- the public header compiles alone, as C99 and as C++11, without a warning.
header=${top_srcdir:-.}/engine/notch.h
[ -f "$header" ] || { echo "no public header yet"; exit 77; }
passed=0
failed=0
try() {
  if "$@" -Wall -Wextra -Werror -pedantic -fsyntax-only "$header"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}
# CC and CXX may hold options, so they are not quoted.
try ${CC:-cc} -x c -std=c99
cxx=${CXX:-c++}
if command -v "${cxx%% *}" >/dev/null 2>&1; then
  try $cxx -x c++ -std=c++11
fi
# Nothing that the header declares may be missing from the export list, nor the other way round.
declared=$(grep -v '^#' "$header" | tr '\n' ' ' | grep -o 'NOTCH_API [^;]*' |
  sed 's/ *(.*//; s/.*[ *]//' | LC_ALL=C sort -u)
listed=$(LC_ALL=C sort -u "${header%.h}.sym" | grep .)
if [ "$declared" = "$listed" ]; then
  passed=$((passed + 1))
else
  echo "notch.h and notch.sym differ:"
  printf '%s\n' "$declared" "$listed" | LC_ALL=C sort | uniq -u
  failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
