#!/bin/sh
# check_install.sh -- what `make install` puts where; an embedder builds with pkg-config alone,
# shared and static, and nothing but notch_ is to be seen.
set -u
top=$(cd "${top_srcdir:-.}" && pwd)
built=$(cd "${top_builddir:-.}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED $*"; tail -n 5 "$work/log" 2>/dev/null; }
for tool in pkg-config make; do
  command -v $tool >/dev/null 2>&1 || { echo "$tool is not installed"; exit 77; }
done
if ${NM:-nm} -D "$built/.libs/libnotch.so" 2>/dev/null | grep -q '__asan_'; then
  echo "a sanitized library needs its sanitizer"; exit 77
fi

MAKEFLAGS= make -C "$built" install DESTDIR="$work/root" >"$work/log" 2>&1 && pass ||
  fail "make install"
pc=$(find "$work/root" -name notch.pc)
prefix=$work/root$(sed -n 's/^prefix=//p' "$pc")
[ -f "$prefix/include/notch.h" ] && pass || fail "no header"
[ "$(find "$prefix/include" -type f | wc -l)" = 1 ] && pass || fail "more than one header"
for page in "$built"/cli/man/*.1; do
  [ -f "$prefix/share/man/man1/$(basename "$page")" ] && pass || fail "$page is not installed"
done
for file in bash-completion/completions/notch zsh/site-functions/_notch \
  fish/vendor_completions.d/notch.fish man/man5/notch.5 notch/rules/index.txt; do
  [ -f "$prefix/share/$file" ] && pass || fail "share/$file is not installed"
done

PKG_CONFIG_PATH=$(dirname "$pc"):${PKG_CONFIG_PATH-}
export PKG_CONFIG_PATH
flags="--define-variable=prefix=$prefix notch"
till=$top/docs/examples/till.c
cp "$top/docs/examples/"*.notch "$work" 2>/dev/null
cat >"$work/tiny.c" <<'END'
#include <notch.h>
#include <stdio.h>
int main(void)
{
  notch_engine *engine;
  if (notch_engine_new(&engine, NULL) != NOTCH_OK) return 1;
  puts(notch_release());
  notch_engine_free(engine);
  return 0;
}
END
# CC may hold options, and pkg-config gives several words.
# shellcheck disable=SC2046
build() { ${CC:-cc} "$1" $(pkg-config --cflags $flags) -o "$work/a.out" $2 >"$work/log" 2>&1; }
for source in "$work/tiny.c" "$till"; do
  build "$source" "$(pkg-config --libs $flags)" && pass || fail "$source, shared"
done
build "$work/tiny.c" "$(pkg-config --libs $flags)" &&
  [ "$(LD_LIBRARY_PATH=$prefix/lib "$work/a.out")" = "$(pkg-config --modversion notch)" ] &&
  pass || fail "the shared library does not run, or is of another release"
archive=$prefix/lib/libnotch.a
if [ -f "$archive" ]; then
  libraries=$(pkg-config --static --libs $flags | sed "s,-lnotch\>,$archive,")
  build "$work/tiny.c" "$libraries" && [ -n "$("$work/a.out")" ] && pass || fail "static"
fi
if [ -x "$prefix/bin/notch" ]; then
  LD_LIBRARY_PATH=$prefix/lib NOTCH_RULES= "$prefix/bin/notch" help rules >"$work/log" 2>&1 &&
    pass || fail "the installed command does not find the standard rules"
fi
others=$(${NM:-nm} -D --defined-only "$prefix/lib/libnotch.so" | awk '{ print $3 }' |
  grep -v '^notch_')
[ -z "$others" ] && pass || fail "not prefixed: $others"
MAKEFLAGS= make -C "$built" uninstall DESTDIR="$work/root" >"$work/log" 2>&1 && pass ||
  fail "make uninstall"
left=$(find "$work/root" -type f)
[ -z "$left" ] && pass || fail "left behind: $left"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
