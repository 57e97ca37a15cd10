#!/bin/sh
# check_layers.sh -- fails when an #include points upward, or SQLite is seen outside the ledger.
top=${top_srcdir:-.}
cd "$top" || exit 99
files=$(mktemp) || exit 99
find engine grammar cli -type f \( -name '*.[chyl]' -o -name '*.def' \) | LC_ALL=C sort >"$files"
LC_ALL=C awk '
function allow(folder, below,   n, i, names) {
  known[folder] = 1
  n = split(below, names, " ")
  for (i = 1; i <= n; i++) may[folder, names[i]] = 1
  may[folder, folder] = 1
}
function complain(text) { print place ": " text; bad++ }
BEGIN {
  allow("base", "")
  allow("syntax", "base grammar")
  allow("grammar", "base syntax")
  allow("check", "base syntax")
  allow("code", "base syntax check")
  allow("vm", "base syntax check code")
  allow("event", "base syntax check")
  allow("member", "base syntax check code vm event")
  allow("ledger", "base")
  allow("audit", "base syntax check code vm event member ledger")
  allow("report", "base syntax check code vm event member ledger audit")
  allow("apply", "base syntax check code vm event member ledger audit")
  allow("suite", "base syntax check code vm event member ledger audit apply")
  allow("api", "base syntax check code vm event member ledger audit report apply suite top")
}
{
  file = $0
  n = split(file, part, "/")
  layer = part[1] == "grammar" ? "grammar" : part[1] == "cli" ? "cli" : n > 2 ? part[2] : "top"
  if (layer != "top" && layer != "cli" && !(layer in known)) {
    place = file; complain("folder " layer " has no place in tests/check_layers.sh")
  }
  files++
  line = 0
  while ((getline text < file) > 0) {
    line++
    if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/) continue
    place = file ":" line
    what = text
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", what)
    quoted = substr(what, 1, 1) == "\""
    what = substr(what, 2); sub(/[">].*$/, "", what)
    if (what == "sqlite3.h" && layer != "ledger") complain("only engine/ledger may see SQLite")
    if (what == "config.h" && file ~ /\.h$/) complain("only .c files include config.h")
    if (!quoted) continue
    sub(/^engine\//, "", what)
    if (layer == "cli") {
      if (what ~ /\// && what !~ /^cli\//) complain("cli may include notch.h only, not " what)
      continue
    }
    if (layer == "top") continue
    if (what == "parser.h" || what == "scanner.h") target = "grammar"
    else if (what ~ /\//) { target = what; sub(/\/.*$/, "", target) }
    else if (what == "notch.h") target = "top"
    else continue
    if (!((layer, target) in may)) complain(layer " must not depend on " target " (" what ")")
  }
  close(file)
}
END {
  print files - (bad > files ? files : bad) " passed, " bad + 0 " failed"
  exit bad > 0
}' "$files"
code=$?
rm -f "$files"
exit $code
