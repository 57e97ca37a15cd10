# Tests of check; the scripts beside this file are read by tests/drive_check.sh.
check_PROGRAMS += tests/check/check_check
TESTS += tests/check/check_check
tests_check_check_check_SOURCES = %D%/check_check.c
