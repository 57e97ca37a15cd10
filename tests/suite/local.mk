# Tests of suite; see tests/local.mk for the three lines a test needs.
SUITE_TESTS = tests/suite/check_verb.sh tests/suite/check_outlook.sh
TESTS += $(SUITE_TESTS)
EXTRA_DIST += $(SUITE_TESTS)
$(SUITE_TESTS:.sh=.log): $(bin_PROGRAMS)
check_PROGRAMS += tests/suite/check_memory
TESTS += tests/suite/check_memory
tests_suite_check_memory_SOURCES = %D%/check_memory.c
check_PROGRAMS += tests/suite/check_cost
TESTS += tests/suite/check_cost
tests_suite_check_cost_SOURCES = %D%/check_cost.c tests/gathered.h
