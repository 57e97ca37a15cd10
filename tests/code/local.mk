# Tests of code; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/code/check_code
TESTS += tests/code/check_code
tests_code_check_code_SOURCES = %D%/check_code.c tests/vm/fixture.c tests/vm/fixture.h

.PHONY: update-bytecode
update-bytecode: tests/code/check_code$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) NOTCH_UPDATE=1 CK_RUN_CASE=page tests/code/check_code$(EXEEXT)
