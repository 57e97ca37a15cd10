# Tests of check; the scripts beside this file are read by tests/drive_check.sh.
check_PROGRAMS += tests/check/check_check
TESTS += tests/check/check_check
tests_check_check_check_SOURCES = %D%/check_check.c

TESTS += tests/check/check_fixes.sh
EXTRA_DIST += tests/check/check_fixes.sh tests/check/fixes.py
tests/check/check_fixes.log: $(bin_PROGRAMS) $(lib_LTLIBRARIES)
