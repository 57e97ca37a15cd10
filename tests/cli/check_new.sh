#!/bin/sh
# check_new.sh -- each template gives a folder whose programme compiles and passes its tests.
. "${top_srcdir:-.}/tests/cli/common.sh"
cd "$work" || exit 99
case $notch in /*) ;; *) echo "NOTCH must be a full path"; exit 77 ;; esac

expect 0 new --list
cp out templates
while read -r template; do
  expect 0 new "shop-$template" --template "$template"
  [ -f "shop-$template/programme.notch" ] && [ -f "shop-$template/README.md" ] && pass ||
    fail "$template lacks a file"
  expect 0 test "shop-$template/programme.notch"
  # What is used is built into the library as well.
  NOTCH_RULES=$work/nowhere "$notch" test "shop-$template/programme.notch" >out 2>err && pass ||
    fail "$template needs the files of the rules"
done <templates
expect 0 new shop
cmp -s shop/programme.notch shop-coffee/programme.notch && pass || fail "coffee is not the default"
expect 0 new hotel
cmp -s hotel/programme.notch shop-hotel/programme.notch && pass || fail "hotel is not taken by name"
expect 1 new shop
says "there already"
expect 1 new other --template moon
says "there is no template"
expect 1 new other --template ../programmes
[ -e other ] && fail "a folder was left behind" || pass
mkdir empty && expect 0 new empty
finish
