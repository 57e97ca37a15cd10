# Tests of suite; see tests/local.mk for the three lines a test needs.
TESTS += tests/suite/check_verb.sh
EXTRA_DIST += tests/suite/check_verb.sh
tests/suite/check_verb.log: $(bin_PROGRAMS)
