# check_rules.sh -- the standard rules, programmes and templates keep the shape they promise.
. "${top_srcdir:-.}/tests/drive.sh"
rules=$(cd "$top/stdlib-rules" && pwd)
NOTCH_RULES=$rules
export NOTCH_RULES
case $notch in /*) ;; *) notch=$PWD/$notch ;; esac

ok() { passed=$((passed + 1)); }
check() { if "$@" >"$work/out" 2>&1; then ok; else fail "$file" "$what"; fi; }

# One line of the index for each module, in order; a module shows its use, tells each parameter,
# and has tests beside it.
file=$rules/index.txt what="not the modules in order, each once"
(cd "$rules" && ls ./*.notch) | sed 's|^\./||; s|\.notch$||' | sort >"$work/modules"
cut -f1 "$file" >"$work/indexed"
check cmp "$work/modules" "$work/indexed"
while read -r module; do
  file=$rules/$module.notch
  what="no doc comment at the top"
  check test "$(sed -n '1s/^\(## \).*/\1/p' "$file")" = "## "
  what="its comment shows no use of it"
  check grep -q "^##   use $module" "$file"
  what="a parameter without a comment"
  check sh -c '! grep "^  needs [^#]*$" "$1"' - "$file"
  what="no test beside it"
  check grep -q '^test "' "$rules/tests/${module}_test.notch"
  what="its tests do not use it"
  check grep -q "^use $module" "$rules/tests/${module}_test.notch"
done <"$work/modules"

# The layout is the formatter's.
for file in $(corpus stdlib-rules); do
  what="notch fmt would lay it out otherwise"
  check "$notch" fmt --check "$file"
done

# The published terms of a programme fit on one page: 60 lines, tests and remarks not counted.
for name in marriott hilton ihg southwest starbucks flying_blue tesco nectar_avios btg_homeinns; do
  file=$rules/programmes/$name/$name.notch what="more than 60 lines without the tests"
  check test "$(sed -n '/^test "/q; /^ *#/d; /^ *$/d; p' "$file" | wc -l)" -le 60
done

# Each template: what its README says to type works, with the events that it shows.
cd "$work" || exit 99
for template in "$rules"/templates/*; do
  file=$template/README.md
  name=$(basename "$template")
  what="notch new"
  check "$notch" new "shop-$name" --template "$name"
  sed -n '/^```json/,/^```$/p' "$file" | grep '^{' >"shop-$name/events.jsonl"
  sed -n 's/^\$ notch //p' "$file" >commands
  what="no commands"
  check test -s commands
  while read -r command; do
    what="notch $command"
    check sh -c "cd 'shop-$name' && eval \"\$1 \$2\"" - "$notch" "$command"
  done <commands
done
finish
