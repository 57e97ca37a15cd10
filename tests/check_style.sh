#!/bin/sh
# check_style.sh -- what a program can see of the style: lengths, words left behind, unlisted files.
top=${top_srcdir:-.}
cd "$top" || exit 99
list=$(mktemp) && words=$(mktemp) || exit 99
trap 'rm -f "$list" "$words"' EXIT

find configure.ac Makefile.am m4/notch.m4 bootstrap engine grammar cli tests docs po stdlib-rules \
  -type f \( -name '*.[chyl]' -o -name '*.def' -o -name '*.sh' -o -name '*.py' -o -name '*.mk' \
  -o -name '*.ac' -o -name '*.am' -o -name '*.sql' -o -name bootstrap \) |
  grep -vE '^grammar/(parser|scanner)\.[ch]$' | LC_ALL=C sort >"$list"

# Every file name in a local.mk, with %reldir% put in.
find . -maxdepth 4 -name '*.mk' -not -path './build*' | while read -r mk; do
  folder=$(dirname "$mk" | sed 's,^\./,,')
  sed "s,%reldir%,$folder,g; s,%D%,$folder,g; s,^ *#.*,," "$mk" | tr -s ' \t\\' '\n\n\n'
done | LC_ALL=C sort -u >"$words"

LC_ALL=C awk -v words="$words" '
function complain(text) { print file ":" line ": " text; bad++; spoilt[file] = 1 }
BEGIN {
  left = "(^|[^A-Za-z_])(TO" "DO|FIX" "ME|XX" "X|HA" "CK)([^A-Za-z_]|$)"
  while ((getline word < words) > 0) listed[word] = 1
}
{
  file = $0; line = 0; start = 0; files++
  code = file ~ /\.[ch]$/
  if (file ~ /\.([chyl]|def|sql)$/ && !(file in listed)) complain("is in no local.mk")
  while ((getline text < file) > 0) {
    line++
    if (text ~ left) complain("something was left for later")
    if (code && text ~ /[ \t]$/) complain("blank at the end of the line")
    if (code && text ~ /\t/) complain("a tab")
    wide = text; gsub(/[\200-\277]/, "", wide)
    if (length(wide) > 100) complain(length(wide) " columns; 100 is the most")
    if (code && (text == "{" || text ~ /^[A-Za-z_].*\) *\{$/)) start = line
    if (code && text ~ /^\}/ && start) {
      if (line - start + 1 > 70) complain(line - start + 1 " lines in a function; 70 is the most")
      start = 0
    }
  }
  close(file)
  # A grammar cannot be cut in two.
  if (line > 600 && file ~ /\.[chl]$/) complain(line " lines; 600 is the most")
}
END {
  for (name in spoilt) dirty++
  print files - dirty " passed, " dirty + 0 " failed"
  exit bad > 0
}' "$list"
