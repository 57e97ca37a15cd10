# Tests of member; see tests/local.mk for the three lines a test needs.
check_PROGRAMS += tests/member/check_state
TESTS += tests/member/check_state
tests_member_check_state_SOURCES = tests/member/check_state.c
